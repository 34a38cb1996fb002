SELECT post_id, vector FROM embedding WHERE number = ?1
