SELECT file.post_id FROM folder JOIN file ON file.folder_id = folder.id WHERE folder.path = ?1 OR (folder.path >= ?2 AND folder.path < ?3)
