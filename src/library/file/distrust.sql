UPDATE file SET size = 0, modified_ns = 0 WHERE id = ?1
