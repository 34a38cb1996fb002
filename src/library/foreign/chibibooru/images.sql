SELECT id,
  CASE WHEN octet_length(filepath) <= 4096 THEN filepath END,
  CASE WHEN octet_length(md5) <= 64 THEN md5 END,
  post_id, parent_id,
  CASE WHEN octet_length(active_source) <= 256 THEN active_source END,
  score, fav_count,
  CASE WHEN octet_length(phash) <= 64 THEN phash END,
  CASE WHEN octet_length(colorhash) <= 64 THEN colorhash END,
  image_width, image_height,
  CASE WHEN octet_length(ingested_at) <= 64 THEN ingested_at END
FROM images
ORDER BY id
