SELECT DISTINCT post_id FROM file WHERE post_id > ?1 AND is_missing = 0 ORDER BY post_id LIMIT ?2
