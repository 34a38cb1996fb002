SELECT path FROM root ORDER BY path
