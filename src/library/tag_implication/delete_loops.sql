DELETE FROM tag_implication WHERE name = ?1 AND implied = ?1
