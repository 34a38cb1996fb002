SELECT id, name, category FROM tag ORDER BY id
