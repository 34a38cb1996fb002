SELECT id, name, category, extended_category FROM tags
WHERE octet_length(name) <= 4096 AND coalesce(octet_length(category) <= 256, TRUE)
  AND coalesce(octet_length(extended_category) <= 256, TRUE)
