SELECT path, (SELECT count(*) FROM file WHERE file.folder_id = folder.id) FROM folder WHERE path = ?1 OR (path >= ?2 AND path < ?3) ORDER BY path
