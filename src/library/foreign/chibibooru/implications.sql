SELECT source.name, implied.name, tag_implications.status
FROM tag_implications
JOIN tags AS source ON source.id = tag_implications.source_tag_id
JOIN tags AS implied ON implied.id = tag_implications.implied_tag_id
WHERE octet_length(source.name) <= 4096 AND octet_length(implied.name) <= 4096
