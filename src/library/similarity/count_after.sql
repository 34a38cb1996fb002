SELECT count(*) FROM embedding WHERE model_id = ?1 AND +number > ?2
