UPDATE OR REPLACE tag_implication SET name = ?2 WHERE name = ?1
