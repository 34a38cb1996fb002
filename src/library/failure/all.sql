SELECT path, reason FROM failure ORDER BY path
