INSERT OR IGNORE INTO deleted_post (md5) VALUES (?1)
