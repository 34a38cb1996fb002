INSERT OR REPLACE INTO library (one, number, token) VALUES (1, ?1, ?2)
