UPDATE tag SET extended_category_id = (SELECT id FROM extended_category WHERE name = ?2) WHERE id = ?1
