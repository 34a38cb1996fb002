SELECT 1 FROM saved_search WHERE name = ?1
