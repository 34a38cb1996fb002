INSERT INTO retag_row (post_id, tag_id, into_id, origin)
SELECT post_tag.post_id, post_tag.tag_id, retag_tag.into_id, post_tag.origin
FROM post_tag CROSS JOIN retag_tag ON retag_tag.tag_id = post_tag.tag_id
