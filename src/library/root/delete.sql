DELETE FROM root WHERE path = ?1
