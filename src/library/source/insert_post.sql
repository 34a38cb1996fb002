INSERT OR IGNORE INTO source_post (site_id, source_id, post_id) VALUES (?1, ?2, ?3)
