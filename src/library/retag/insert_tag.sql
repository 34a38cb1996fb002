INSERT INTO retag_tag (tag_id, into_id) VALUES (?1, ?2)
