INSERT OR IGNORE INTO leaving_post (post_id) VALUES (?1)
