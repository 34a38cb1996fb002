UPDATE folder SET path = ?2 WHERE id = ?1
