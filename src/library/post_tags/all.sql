SELECT post_id, tag_id FROM post_tag WHERE origin <> 2 ORDER BY post_id, tag_id
