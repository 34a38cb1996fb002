UPDATE post_parent SET parent_id = ?1 WHERE md5 = ?2 AND parent_id IS NULL AND post_id <> ?1 RETURNING post_id
