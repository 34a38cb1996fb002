SELECT number, changes FROM journal WHERE number > ?1 ORDER BY number
