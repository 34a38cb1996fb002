UPDATE file SET folder_id = ?2, name = ?3, post_id = ?4, size = ?5, modified_ns = ?6, sidecar_stamp = ?7, is_missing = 0 WHERE id = ?1
