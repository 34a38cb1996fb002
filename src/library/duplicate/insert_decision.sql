INSERT INTO duplicate_decision (decided_at, decision) VALUES (?1, ?2)
