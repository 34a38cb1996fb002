INSERT OR REPLACE INTO embedding (model_id, post_id, vector) VALUES (?1, ?2, ?3)
