INSERT OR IGNORE INTO duplicate_pair (post_id, other_id, decision_number) VALUES (?1, ?2, ?3)
