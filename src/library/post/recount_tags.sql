UPDATE post SET num_tags = (SELECT count(*) FROM post_tag WHERE post_tag.post_id = post.id AND post_tag.origin <> 2) WHERE id = ?1
