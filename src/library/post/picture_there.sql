SELECT width, height, format, file_size, num_tags FROM post
WHERE id = ?1
  AND EXISTS (SELECT 1 FROM file WHERE file.post_id = post.id AND file.is_missing = 0)
