DELETE FROM embedding WHERE model_id = ?1
