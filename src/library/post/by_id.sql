SELECT id, md5, format, width, height, file_size, is_animated, is_missing, rating, score, fav_count, created_at, imported_at, phash, num_tags, has_alpha, color_hash, is_favorite,
  EXISTS (SELECT 1 FROM post_source WHERE post_source.post_id = post.id) OR EXISTS (SELECT 1 FROM source_post WHERE source_post.post_id = post.id),
  EXISTS (SELECT 1 FROM post_text WHERE post_text.post_id = post.id),
  (SELECT count(*) FROM file WHERE file.post_id = post.id),
  (SELECT parent_id FROM post_parent WHERE post_parent.post_id = post.id),
  has_user_rating
FROM post
WHERE id = ?1
