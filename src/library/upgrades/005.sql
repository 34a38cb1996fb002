-- Posts whose files are on their way to the trash. What stands here when the library is
-- opened was cut off: which files went is then seen by looking for them.
CREATE TABLE leaving_post (
  post_id INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE
) STRICT;

-- Posts that were taken out of the library, as they were, in the order in which they
-- went: for as long as that can be taken back, and over an end of the program meanwhile.
CREATE TABLE former_post (
  number INTEGER PRIMARY KEY,
  post_id INTEGER NOT NULL UNIQUE,
  record BLOB NOT NULL
) STRICT;
