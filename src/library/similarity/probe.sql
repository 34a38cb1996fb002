SELECT id FROM identity;
SELECT number, token FROM library;
SELECT post_id, picture FROM picture ORDER BY post_id DESC LIMIT 1;
SELECT post_id, picture FROM picture ORDER BY post_id LIMIT 1;
SELECT max(id), min(id) FROM model;
SELECT max(number), min(number) FROM embedding;
SELECT max(post_id), min(post_id) FROM embedding_failure;
SELECT max(seq), min(seq) FROM remembered;
