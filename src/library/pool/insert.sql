INSERT INTO pool (name, title, description) VALUES (?1, ?2, ?3)
