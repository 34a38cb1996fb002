SELECT id FROM post WHERE md5 = ?1
