SELECT id, phash, color_hash FROM post
WHERE phash IS NOT NULL AND is_missing = 0
  AND EXISTS (SELECT 1 FROM file WHERE file.post_id = post.id AND file.is_missing = 0)
ORDER BY id
