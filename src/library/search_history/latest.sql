SELECT query, last_used_at, num_uses FROM search_history ORDER BY use_number DESC LIMIT ?1
