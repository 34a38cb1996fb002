INSERT INTO post_text (post_id, text) VALUES (?1, ?2) ON CONFLICT (post_id) DO UPDATE SET text = excluded.text
