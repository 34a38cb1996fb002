DELETE FROM thumb WHERE post_id = ?1
