SELECT post_id FROM post_parent WHERE parent_id = ?1 ORDER BY post_id
