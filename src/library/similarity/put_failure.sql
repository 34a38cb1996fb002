INSERT OR REPLACE INTO embedding_failure (model_id, post_id, reason) VALUES (?1, ?2, ?3)
