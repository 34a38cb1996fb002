SELECT tag_id, source FROM image_tags WHERE image_id = ?1 ORDER BY tag_id LIMIT ?2
