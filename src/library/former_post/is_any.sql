SELECT 1 FROM former_post
