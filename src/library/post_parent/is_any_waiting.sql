SELECT 1 FROM post_parent WHERE parent_id IS NULL
