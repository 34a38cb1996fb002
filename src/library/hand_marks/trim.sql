DELETE FROM hand_marks WHERE number <= (SELECT max(number) FROM hand_marks) - ?1
