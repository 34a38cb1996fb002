DELETE FROM file WHERE post_id = ?1
