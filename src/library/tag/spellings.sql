SELECT spelling FROM tag_spelling WHERE tag_id = ?1 ORDER BY spelling
