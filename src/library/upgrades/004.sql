-- Folders that the user wants left out, though they lie below an imported one.
CREATE TABLE excluded_folder (
  path BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
