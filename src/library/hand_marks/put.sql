INSERT OR REPLACE INTO hand_marks (md5, marks) VALUES (?1, ?2)
