CREATE TEMP TABLE IF NOT EXISTS retag_tag (
  tag_id INTEGER PRIMARY KEY,
  -- NULL where the tag goes without another in its place.
  into_id INTEGER
);
CREATE TEMP TABLE IF NOT EXISTS retag_row (
  post_id INTEGER NOT NULL,
  tag_id INTEGER NOT NULL,
  into_id INTEGER,
  origin INTEGER NOT NULL,
  PRIMARY KEY (post_id, tag_id)
) WITHOUT ROWID;
