SELECT source FROM post_source WHERE post_id = ?1 ORDER BY position
