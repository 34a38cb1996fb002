DELETE FROM tag_alias WHERE alias = ?1
