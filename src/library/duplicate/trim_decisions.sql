DELETE FROM duplicate_decision WHERE number <= (SELECT max(number) FROM duplicate_decision) - ?1
