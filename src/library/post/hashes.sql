SELECT id, phash, color_hash FROM post WHERE phash IS NOT NULL ORDER BY id
