SELECT post_id FROM embedding WHERE model_id = ?1 ORDER BY post_id
