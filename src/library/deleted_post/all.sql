SELECT md5 FROM deleted_post ORDER BY md5
