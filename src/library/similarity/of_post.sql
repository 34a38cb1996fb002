SELECT vector FROM embedding WHERE model_id = ?1 AND post_id = ?2
