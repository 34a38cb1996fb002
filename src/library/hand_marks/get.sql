SELECT marks FROM hand_marks WHERE md5 = ?1
