SELECT 1 FROM tag_alias
