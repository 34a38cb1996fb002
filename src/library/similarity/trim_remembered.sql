DELETE FROM remembered
WHERE seq <= (SELECT seq FROM remembered ORDER BY seq DESC LIMIT 1 OFFSET ?1)
