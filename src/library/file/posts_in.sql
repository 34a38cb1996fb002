SELECT post_id FROM file WHERE folder_id = ?1
