UPDATE tag_alias SET name = ?2 WHERE name = ?1
