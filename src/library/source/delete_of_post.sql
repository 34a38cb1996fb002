DELETE FROM post_source WHERE post_id = ?1
