SELECT name FROM tag_alias WHERE alias = ?1
