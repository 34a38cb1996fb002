SELECT name, query FROM saved_search ORDER BY position, name
