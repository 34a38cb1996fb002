UPDATE file SET is_missing = ?2 WHERE id = ?1
