SELECT post_id, other_id FROM duplicate_pair
