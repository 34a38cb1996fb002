SELECT folder_id, name, post_id FROM file
