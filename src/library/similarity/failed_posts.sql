SELECT post_id FROM embedding_failure WHERE model_id = ?1 ORDER BY post_id
