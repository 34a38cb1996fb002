SELECT tag_alias.alias, tag.id
FROM tag_alias JOIN tag ON tag.name = tag_alias.name
ORDER BY tag_alias.alias
