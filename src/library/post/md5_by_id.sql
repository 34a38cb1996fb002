SELECT md5 FROM post WHERE id = ?1
