SELECT post_id, picture FROM picture WHERE post_id > ?1 ORDER BY post_id LIMIT ?2
