UPDATE post_tag SET origin = ?3 WHERE post_id = ?1 AND tag_id = ?2
