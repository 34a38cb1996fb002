DELETE FROM folder WHERE (path = ?1 OR (path >= ?2 AND path < ?3)) AND NOT EXISTS (SELECT 1 FROM file WHERE file.folder_id = folder.id)
