SELECT id, key, title, dimensions, (SELECT count(*) FROM embedding WHERE model_id = model.id)
FROM model ORDER BY id
