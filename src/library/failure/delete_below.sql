DELETE FROM failure WHERE path >= ?1 AND path < ?2
