DELETE FROM duplicate_pair WHERE decision_number = ?1
