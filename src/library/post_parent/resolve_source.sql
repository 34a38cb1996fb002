UPDATE post_parent SET parent_id = ?1 WHERE site_id = ?2 AND source_id = ?3 AND parent_id IS NULL AND post_id <> ?1 RETURNING post_id
