-- Folders and files. Paths are bytes: a name need not be UTF-8.
CREATE TABLE root (
  path BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE folder (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE file (
  id INTEGER PRIMARY KEY,
  folder_id INTEGER NOT NULL REFERENCES folder (id),
  name BLOB NOT NULL,
  post_id INTEGER NOT NULL REFERENCES post (id),
  size INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  -- Of the sidecars that gave the tags, nanoseconds since 1970; 0 where none.
  sidecar_stamp INTEGER NOT NULL,
  is_missing INTEGER NOT NULL DEFAULT 0,
  UNIQUE (folder_id, name)
) STRICT;
CREATE INDEX file_post ON file (post_id);

-- Files that could not be imported, in the version that was tried.
CREATE TABLE failure (
  path BLOB NOT NULL PRIMARY KEY,
  size INTEGER NOT NULL,
  modified_ns INTEGER NOT NULL,
  reason TEXT NOT NULL,
  failed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: an id is never used again, since caches and saved results hold it.
CREATE TABLE post (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  md5 BLOB CHECK (length(md5) = 16),
  -- 0 where there is no picture.
  format INTEGER NOT NULL DEFAULT 0,
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  file_size INTEGER NOT NULL DEFAULT 0,
  is_animated INTEGER NOT NULL DEFAULT 0,
  has_alpha INTEGER NOT NULL DEFAULT 0,
  -- It had files, and none of them can be found.
  is_missing INTEGER NOT NULL DEFAULT 0,
  -- 0 where there is none.
  rating INTEGER NOT NULL DEFAULT 0,
  score INTEGER,
  fav_count INTEGER,
  -- Seconds since 1970 UTC.
  created_at INTEGER,
  imported_at INTEGER NOT NULL,
  -- 64 bits, as a signed number.
  phash INTEGER,
  color_hash INTEGER,
  num_tags INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX post_md5 ON post (md5) WHERE md5 IS NOT NULL;

-- Apart from `post`, so that reading all posts does not read all text.
CREATE TABLE post_text (
  post_id INTEGER PRIMARY KEY REFERENCES post (id) ON DELETE CASCADE,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE tag (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE CHECK (name <> ''),
  category INTEGER NOT NULL DEFAULT 0
) STRICT;

-- How sources wrote a tag, where that is not its name.
CREATE TABLE tag_spelling (
  tag_id INTEGER NOT NULL REFERENCES tag (id) ON DELETE CASCADE,
  spelling TEXT NOT NULL,
  PRIMARY KEY (tag_id, spelling)
) STRICT, WITHOUT ROWID;

-- No index by tag: postings are in memory. For the same reason `tag_id` is no
-- foreign key: to delete one tag, SQLite would have to read the whole table.
CREATE TABLE post_tag (
  post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL,
  -- 0 imported, 1 added by the user, 2 removed by the user (kept, so that an
  -- import does not bring it back).
  origin INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (post_id, tag_id)
) STRICT, WITHOUT ROWID;

-- Addresses or free text, as given.
CREATE TABLE post_source (
  post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  source TEXT NOT NULL,
  PRIMARY KEY (post_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE site (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

-- A post of a site can be several of ours: an album has pages.
CREATE TABLE source_post (
  site_id INTEGER NOT NULL REFERENCES site (id),
  -- 64 bits, as a signed number.
  source_id INTEGER NOT NULL,
  post_id INTEGER NOT NULL REFERENCES post (id) ON DELETE CASCADE,
  PRIMARY KEY (site_id, source_id, post_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_post_post ON source_post (post_id);

-- From a site's post id to the md5; by index on both sides, nothing in memory.
CREATE VIEW source_md5 AS
SELECT site.name AS site, source_post.source_id, post.md5
FROM site
JOIN source_post ON source_post.site_id = site.id
JOIN post ON post.id = source_post.post_id
WHERE post.md5 IS NOT NULL;
