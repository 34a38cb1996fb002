SELECT count(DISTINCT tag_id) FROM post_tag WHERE tag_id NOT IN (SELECT id FROM tag)
