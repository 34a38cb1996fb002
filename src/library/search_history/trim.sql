DELETE FROM search_history WHERE use_number <= (SELECT use_number FROM search_history ORDER BY use_number DESC LIMIT 1 OFFSET ?1)
