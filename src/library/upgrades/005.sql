-- Posts whose files are on their way to the trash. What stands here when the library is
-- opened was cut off: which files went is then seen by looking for them.
CREATE TABLE leaving_post (
  post_id INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE
) STRICT;
