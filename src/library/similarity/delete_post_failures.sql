DELETE FROM embedding_failure WHERE model_id IN (SELECT id FROM model) AND post_id = ?1
