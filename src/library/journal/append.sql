INSERT INTO journal (token, changes) VALUES (random(), ?1)
