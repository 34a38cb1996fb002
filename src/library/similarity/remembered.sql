SELECT state, results FROM remembered WHERE post_id = ?1 AND question = ?2
