SELECT tag.id, tag.name, tag.category
FROM post_tag JOIN tag ON tag.id = post_tag.tag_id
WHERE post_tag.post_id = ?1 AND post_tag.origin <> 2
ORDER BY tag.name
