SELECT tag.id, tag.name, tag.category, extended_category.name
FROM tag LEFT JOIN extended_category ON extended_category.id = tag.extended_category_id
WHERE tag.id = ?1
