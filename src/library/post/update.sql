UPDATE post SET md5 = ?1, format = ?2, width = ?3, height = ?4, file_size = ?5, is_animated = ?6, is_missing = ?7, rating = ?8, score = ?9, fav_count = ?10, created_at = ?11, imported_at = ?12, phash = ?13, num_tags = ?14, has_alpha = ?15, color_hash = ?16, is_favorite = ?17, has_user_rating = ?18
WHERE id = ?19
