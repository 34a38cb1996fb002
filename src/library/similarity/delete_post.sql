DELETE FROM embedding WHERE model_id IN (SELECT id FROM model) AND post_id = ?1
