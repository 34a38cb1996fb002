INSERT OR REPLACE INTO former_post (post_id, record) VALUES (?1, ?2)
