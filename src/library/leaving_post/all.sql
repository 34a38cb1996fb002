SELECT post_id FROM leaving_post ORDER BY post_id
