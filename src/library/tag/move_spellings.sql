UPDATE OR IGNORE tag_spelling SET tag_id = ?2 WHERE tag_id = ?1
