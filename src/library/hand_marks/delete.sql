DELETE FROM hand_marks WHERE md5 = ?1
