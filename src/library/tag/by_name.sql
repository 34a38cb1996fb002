SELECT id, category FROM tag WHERE name = ?1
