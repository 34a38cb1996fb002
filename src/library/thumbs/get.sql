SELECT bytes FROM thumb WHERE post_id = ?1
