SELECT file.id, file.post_id FROM file WHERE folder_id = ?1 AND EXISTS (SELECT 1 FROM file AS there WHERE there.folder_id = ?2 AND there.name = file.name)
