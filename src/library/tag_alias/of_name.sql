SELECT alias FROM tag_alias WHERE name = ?1 ORDER BY alias
