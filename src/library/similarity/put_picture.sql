-- A post has one picture for as long as it lives.
INSERT OR IGNORE INTO picture (post_id, picture) VALUES (?1, ?2)
