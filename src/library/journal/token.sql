SELECT token FROM journal WHERE number = ?1
