UPDATE file SET folder_id = ?2 WHERE id = ?1
