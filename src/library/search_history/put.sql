INSERT INTO search_history (query, last_used_at, num_uses, use_number) VALUES (?1, ?2, 1, (SELECT coalesce(max(use_number), 0) + 1 FROM search_history))
ON CONFLICT (query) DO UPDATE SET last_used_at = excluded.last_used_at, num_uses = num_uses + 1, use_number = excluded.use_number
