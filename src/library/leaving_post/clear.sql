DELETE FROM leaving_post
