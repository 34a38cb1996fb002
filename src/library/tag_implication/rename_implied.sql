UPDATE OR REPLACE tag_implication SET implied = ?2 WHERE implied = ?1
