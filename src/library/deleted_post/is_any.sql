SELECT 1 FROM deleted_post
