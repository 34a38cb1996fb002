-- Tells this database from one that took its place: an index of the one is not
-- an index of the other, since numbers begin anew.
CREATE TABLE identity (
  id BLOB NOT NULL CHECK (length(id) = 16)
) STRICT;
INSERT INTO identity (id) VALUES (randomblob(16));

-- Up to which commit of `library.db` all that is here is known to be right: its
-- number and its token. Empty where that is not known.
CREATE TABLE library (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL,
  token INTEGER NOT NULL
) STRICT;

-- Which picture a post had when something was stored of it: the first 8 bytes of
-- the md5. Not known of a post whose md5 nobody knew.
CREATE TABLE picture (
  post_id INTEGER PRIMARY KEY,
  picture INTEGER NOT NULL
) STRICT;

-- AUTOINCREMENT: files of indexes are named by it.
CREATE TABLE model (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  -- Whatever tells two models apart: same key, comparable embeddings.
  key TEXT NOT NULL UNIQUE CHECK (key <> ''),
  title TEXT NOT NULL,
  dimensions INTEGER NOT NULL CHECK (dimensions BETWEEN 1 AND 65536)
) STRICT;

-- `number` only grows: an index holds all rows up to a number, later rows are
-- what it lacks, and a row that it holds and that is gone was replaced or
-- removed. `vector` is of length 1, in half floats, little endian.
CREATE TABLE embedding (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  model_id INTEGER NOT NULL REFERENCES model (id),
  post_id INTEGER NOT NULL,
  vector BLOB NOT NULL,
  UNIQUE (model_id, post_id)
) STRICT;

-- Pictures that can't be embedded; not tried again unless the user asks.
CREATE TABLE embedding_failure (
  model_id INTEGER NOT NULL REFERENCES model (id),
  post_id INTEGER NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (model_id, post_id)
) STRICT, WITHOUT ROWID;

-- What was last found like a post, the least recently found first. `question`
-- is whatever tells one question about a post from another, `state` whatever
-- tells what the answer came from.
CREATE TABLE remembered (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  post_id INTEGER NOT NULL,
  question TEXT NOT NULL,
  state TEXT NOT NULL,
  results BLOB NOT NULL,
  UNIQUE (post_id, question)
) STRICT;
