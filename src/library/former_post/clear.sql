DELETE FROM former_post
