SELECT 1 FROM hand_marks
