SELECT md5 FROM source_md5 WHERE site = ?1 AND source_id = ?2
