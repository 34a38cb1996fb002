SELECT number, decision FROM duplicate_decision ORDER BY number DESC LIMIT 1
