SELECT site.name, source_post.source_id
FROM source_post JOIN site ON site.id = source_post.site_id
WHERE source_post.post_id = ?1
ORDER BY site.name, source_post.source_id
