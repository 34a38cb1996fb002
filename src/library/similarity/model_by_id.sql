SELECT key, dimensions FROM model WHERE id = ?1
