DELETE FROM saved_search WHERE name = ?1
