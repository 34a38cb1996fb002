SELECT id, name FROM pool ORDER BY name
