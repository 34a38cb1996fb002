SELECT post_id FROM pool_post WHERE pool_id = ?1 ORDER BY position, post_id
