INSERT INTO post_parent (post_id, parent_id, md5, site_id, source_id) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (post_id) DO UPDATE SET parent_id = excluded.parent_id, md5 = excluded.md5, site_id = excluded.site_id, source_id = excluded.source_id
