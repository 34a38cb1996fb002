SELECT tag_id, origin FROM post_tag WHERE post_id = ?1
