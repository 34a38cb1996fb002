SELECT id, category, extended_category_id IS NOT NULL FROM tag WHERE name = ?1
