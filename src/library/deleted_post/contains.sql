SELECT 1 FROM deleted_post WHERE md5 = ?1
