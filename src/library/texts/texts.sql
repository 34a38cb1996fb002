SELECT post_id, text FROM post_text ORDER BY post_id
