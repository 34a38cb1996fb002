SELECT id FROM identity;
SELECT max(id), min(id) FROM model;
SELECT max(number), min(number) FROM embedding;
SELECT max(post_id), min(post_id) FROM embedding_failure;
SELECT max(seq), min(seq) FROM remembered;
