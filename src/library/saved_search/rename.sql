UPDATE saved_search SET name = ?2 WHERE name = ?1
