DELETE FROM former_post WHERE post_id = ?1
