INSERT OR IGNORE INTO extended_category (name) VALUES (?1)
