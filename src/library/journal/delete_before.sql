DELETE FROM journal WHERE number < ?1
