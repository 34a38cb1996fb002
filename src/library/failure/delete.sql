DELETE FROM failure WHERE path = ?1
