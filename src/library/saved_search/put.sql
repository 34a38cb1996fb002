INSERT INTO saved_search (name, query, position) VALUES (?1, ?2, (SELECT coalesce(max(position), 0) + 1 FROM saved_search))
ON CONFLICT (name) DO UPDATE SET query = excluded.query
