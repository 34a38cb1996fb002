INSERT OR REPLACE INTO thumb (post_id, bytes) VALUES (?1, ?2)
