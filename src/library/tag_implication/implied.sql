SELECT implied FROM tag_implication WHERE name = ?1 ORDER BY implied
