SELECT id FROM pool WHERE name = ?1
