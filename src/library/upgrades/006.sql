-- What the user set by hand of pictures that are not in the library any more, in the order
-- in which they went: it is theirs again when they are imported again.
CREATE TABLE hand_marks (
  number INTEGER PRIMARY KEY,
  md5 BLOB NOT NULL UNIQUE CHECK (length(md5) = 16),
  marks BLOB NOT NULL
) STRICT;
