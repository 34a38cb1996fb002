INSERT OR IGNORE INTO tag_implication (name, implied) VALUES (?1, ?2)
