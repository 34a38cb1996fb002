SELECT count(*) FROM tags WHERE NOT EXISTS (SELECT 1 FROM image_tags WHERE image_tags.tag_id = tags.id)
