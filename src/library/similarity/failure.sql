SELECT reason FROM embedding_failure WHERE model_id = ?1 AND post_id = ?2
