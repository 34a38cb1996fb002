SELECT post_id, md5 FROM images
WHERE post_id IN (SELECT parent_id FROM images WHERE parent_id IS NOT NULL) AND octet_length(md5) <= 64
ORDER BY id
