UPDATE tag SET category = ?2 WHERE id = ?1
