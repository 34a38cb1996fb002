SELECT path FROM excluded_folder ORDER BY path
