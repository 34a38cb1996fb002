DELETE FROM post_text WHERE post_id = ?1
