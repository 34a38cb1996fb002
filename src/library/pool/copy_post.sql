INSERT OR IGNORE INTO pool_post (pool_id, post_id, position) SELECT pool_id, ?2, position FROM pool_post WHERE post_id = ?1
