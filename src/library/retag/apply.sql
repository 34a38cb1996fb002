-- What the user took away gives way to what another tag says; the user's stays
-- the user's; a source counts for more than a guess.
INSERT INTO post_tag (post_id, tag_id, origin)
SELECT post_id, into_id, origin FROM retag_row WHERE into_id IS NOT NULL
ON CONFLICT (post_id, tag_id) DO UPDATE SET origin = CASE
  WHEN post_tag.origin = 2 THEN excluded.origin
  WHEN excluded.origin = 2 THEN post_tag.origin
  WHEN post_tag.origin = 1 OR excluded.origin = 1 THEN 1
  ELSE min(post_tag.origin, excluded.origin)
END;
DELETE FROM post_tag WHERE (post_id, tag_id) IN (SELECT post_id, tag_id FROM retag_row);
UPDATE post
SET num_tags = (SELECT count(*) FROM post_tag WHERE post_tag.post_id = post.id AND post_tag.origin <> 2)
WHERE id IN (SELECT post_id FROM retag_row);
DELETE FROM retag_row;
DELETE FROM retag_tag;
