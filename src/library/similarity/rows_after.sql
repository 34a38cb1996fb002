-- The plus keeps it to the order of numbers, which is that of the file.
SELECT number, post_id, vector FROM embedding
WHERE number > ?2 AND +model_id = ?1
ORDER BY number LIMIT ?3
