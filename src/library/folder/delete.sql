DELETE FROM folder WHERE id = ?1
