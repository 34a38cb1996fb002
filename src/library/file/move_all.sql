UPDATE file SET folder_id = ?2 WHERE folder_id = ?1
