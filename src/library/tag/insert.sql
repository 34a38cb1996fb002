INSERT INTO tag (name, category) VALUES (?1, ?2)
