DELETE FROM remembered WHERE post_id = ?1
