INSERT INTO model (key, title, dimensions) VALUES (?1, ?2, ?3)
