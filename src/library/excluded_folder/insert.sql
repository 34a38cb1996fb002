INSERT OR IGNORE INTO excluded_folder (path) VALUES (?1)
