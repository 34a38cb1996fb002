SELECT max(number) FROM embedding WHERE model_id = ?1
