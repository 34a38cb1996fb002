-- Others may have written what is known up to a later commit.
UPDATE library SET number = ?1, token = ?2 WHERE number < ?1
