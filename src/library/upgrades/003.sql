-- Pairs of posts that are not shown as duplicates any more, since the user
-- decided about them; the smaller id first.
CREATE TABLE duplicate_pair (
  post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  other_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  -- Taking this one back takes the pair back. It may be forgotten by now.
  decision_number INTEGER NOT NULL,
  PRIMARY KEY (post_id, other_id),
  CHECK (post_id < other_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX duplicate_pair_other ON duplicate_pair (other_id);
CREATE INDEX duplicate_pair_decision ON duplicate_pair (decision_number);

-- What was decided about duplicates and what that changed, so that the last
-- can be taken back.
CREATE TABLE duplicate_decision (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Seconds since 1970 UTC.
  decided_at INTEGER NOT NULL,
  decision BLOB NOT NULL
) STRICT;
