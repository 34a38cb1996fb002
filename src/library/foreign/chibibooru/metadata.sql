SELECT CASE WHEN octet_length(data) <= ?2 THEN data ELSE '' END FROM raw_metadata WHERE image_id = ?1
