SELECT count(*) FROM post
