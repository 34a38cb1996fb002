INSERT OR IGNORE INTO tag_spelling (tag_id, spelling) VALUES (?1, ?2)
