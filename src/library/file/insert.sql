INSERT INTO file (folder_id, name, post_id, size, modified_ns, sidecar_stamp, is_missing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
