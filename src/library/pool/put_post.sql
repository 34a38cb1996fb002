INSERT INTO pool_post (pool_id, post_id, position) VALUES (?1, ?2, ?3)
ON CONFLICT (pool_id, post_id) DO UPDATE SET position = excluded.position WHERE position <> excluded.position
