SELECT count(*) FROM embedding_failure WHERE model_id = ?1
