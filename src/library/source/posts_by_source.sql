SELECT source_post.post_id
FROM site JOIN source_post ON source_post.site_id = site.id
WHERE site.name = ?1 AND source_post.source_id = ?2
ORDER BY source_post.post_id
