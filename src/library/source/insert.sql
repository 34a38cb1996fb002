INSERT INTO post_source (post_id, position, source) VALUES (?1, ?2, ?3)
