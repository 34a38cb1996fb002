SELECT coalesce(sum(length(changes)), 0) FROM journal WHERE number > ?1
