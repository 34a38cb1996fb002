SELECT parent_id, md5, site_id, source_id FROM post_parent WHERE post_id = ?1
