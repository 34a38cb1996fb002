DELETE FROM deleted_post WHERE md5 = ?1
