SELECT id, md5, format, width, height, file_size, is_animated, is_missing, rating, score, fav_count, created_at, imported_at, phash, num_tags, has_alpha, color_hash FROM post WHERE id = ?1
