SELECT 1 FROM post_tag WHERE tag_id = ?1 AND post_id <> ?2 LIMIT 1
