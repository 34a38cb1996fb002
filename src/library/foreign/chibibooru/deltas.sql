SELECT tag_name, tag_category, operation FROM tag_deltas
WHERE image_md5 = ?1 AND octet_length(tag_name) <= 4096
ORDER BY id LIMIT ?2
