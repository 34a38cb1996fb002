UPDATE journal SET changes = x'' WHERE number = ?1
