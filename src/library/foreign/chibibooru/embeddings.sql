SELECT image_id, embedding FROM embeddings ORDER BY image_id
