UPDATE duplicate_decision SET decision = ?2 WHERE number = ?1
