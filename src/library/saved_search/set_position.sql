UPDATE saved_search SET position = ?2 WHERE name = ?1
