INSERT OR REPLACE INTO remembered (post_id, question, state, results) VALUES (?1, ?2, ?3, ?4)
