DELETE FROM duplicate_decision WHERE number = ?1
