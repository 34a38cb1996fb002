INSERT INTO post (md5, format, width, height, file_size, is_animated, is_missing, rating, score, fav_count, created_at, imported_at, phash, num_tags, has_alpha, color_hash, is_favorite, has_user_rating)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
