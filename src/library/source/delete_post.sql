DELETE FROM source_post WHERE site_id = (SELECT id FROM site WHERE name = ?1) AND source_id = ?2 AND post_id = ?3
