DELETE FROM picture WHERE post_id = ?1
