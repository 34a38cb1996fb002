SELECT post_id, source FROM post_source ORDER BY post_id, position
