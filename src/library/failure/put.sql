INSERT OR REPLACE INTO failure (path, size, modified_ns, reason, failed_at) VALUES (?1, ?2, ?3, ?4, ?5)
