SELECT id, dimensions FROM model WHERE key = ?1
