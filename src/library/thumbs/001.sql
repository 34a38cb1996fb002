-- `seq` grows with each thumbnail added or replaced: the smallest is the least
-- recently added.
CREATE TABLE thumb (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  post_id INTEGER NOT NULL UNIQUE,
  bytes BLOB NOT NULL
) STRICT;
