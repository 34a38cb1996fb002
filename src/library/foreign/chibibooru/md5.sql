SELECT md5 FROM images WHERE id = ?1
