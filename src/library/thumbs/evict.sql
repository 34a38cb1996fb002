DELETE FROM thumb WHERE seq <= ?1
