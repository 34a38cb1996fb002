SELECT id, path FROM folder
