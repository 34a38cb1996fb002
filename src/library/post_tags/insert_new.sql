INSERT OR IGNORE INTO post_tag (post_id, tag_id, origin) VALUES (?1, ?2, ?3)
