-- Tells this library from every other, so that a snapshot of one is never
-- taken for a snapshot of another.
CREATE TABLE identity (
  id BLOB NOT NULL CHECK (length(id) = 16)
) STRICT;
INSERT INTO identity (id) VALUES (randomblob(16));

-- What each transaction changed, for caches to follow from a snapshot on.
-- Rows up to the newest snapshot are removed, save the last of them.
CREATE TABLE journal (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Random: tells two histories apart that have the same numbers.
  token INTEGER NOT NULL,
  changes BLOB NOT NULL
) STRICT;

ALTER TABLE post ADD COLUMN is_favorite INTEGER NOT NULL DEFAULT 0;
-- The user chose the rating: no import changes it.
ALTER TABLE post ADD COLUMN has_user_rating INTEGER NOT NULL DEFAULT 0;

-- Pictures that the user took out of the library: no import brings them back.
CREATE TABLE deleted_post (
  md5 BLOB NOT NULL PRIMARY KEY CHECK (length(md5) = 16)
) STRICT, WITHOUT ROWID;

-- Who gave a tag, "origin" of `post_tag`: 0 a source or sidecar, 1 the user,
-- 2 removed by the user (kept, so that no import brings it back), 3 a program
-- that guessed, 4 another tag that implies it.

-- `parent_id` is NULL as long as no post is known that the reference names.
CREATE TABLE post_parent (
  post_id INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
  parent_id INTEGER REFERENCES post (id) ON DELETE SET NULL,
  md5 BLOB CHECK (length(md5) = 16),
  site_id INTEGER REFERENCES site (id),
  -- 64 bits, as a signed number.
  source_id INTEGER
) STRICT;
CREATE INDEX post_parent_parent ON post_parent (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX post_parent_waiting ON post_parent (post_id) WHERE parent_id IS NULL;
CREATE INDEX post_parent_source ON post_parent (site_id, source_id) WHERE source_id IS NOT NULL;
CREATE INDEX post_parent_md5 ON post_parent (md5) WHERE md5 IS NOT NULL;

CREATE TABLE pool (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Normalised as tags are.
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  title TEXT NOT NULL,
  description TEXT
) STRICT;

-- A post can be in a pool once.
CREATE TABLE pool_post (
  pool_id INTEGER NOT NULL REFERENCES pool (id) ON DELETE CASCADE,
  post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  PRIMARY KEY (pool_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_post_post ON pool_post (post_id);

CREATE TABLE extended_category (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
ALTER TABLE tag ADD COLUMN extended_category_id INTEGER REFERENCES extended_category (id);

-- By name, since the tag may not be there yet.
CREATE TABLE tag_alias (
  alias TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_alias_name ON tag_alias (name);

-- A post that gets the first tag gets the second too; by name, as aliases are.
CREATE TABLE tag_implication (
  name TEXT NOT NULL,
  implied TEXT NOT NULL,
  PRIMARY KEY (name, implied)
) STRICT, WITHOUT ROWID;
CREATE INDEX tag_implication_implied ON tag_implication (implied);

CREATE TABLE saved_search (
  name TEXT NOT NULL PRIMARY KEY,
  query TEXT NOT NULL,
  position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE search_history (
  query TEXT NOT NULL PRIMARY KEY,
  -- Seconds since 1970 UTC.
  last_used_at INTEGER NOT NULL,
  num_uses INTEGER NOT NULL,
  -- Grows with every search: clocks go back, and are not fine enough.
  use_number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX search_history_use ON search_history (use_number);
