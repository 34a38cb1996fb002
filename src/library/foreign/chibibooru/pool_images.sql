SELECT image_id, pool_id, sort_order FROM pool_images ORDER BY image_id, pool_id
