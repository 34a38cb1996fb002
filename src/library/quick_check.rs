use super::{Library, LibraryError, post};

/// Up to here reading every page takes well below a second.
const MAX_CHECKED_BYTES: u64 = 256 << 20;

impl Library {
    /// An error where a page of `library.db` is damaged, so that nothing is
    /// written to it. A file of more than 256 MB is not read for this: damage is
    /// found there when it is met, or by [`Self::quick_check`].
    pub fn refuse_damage(&self) -> Result<(), LibraryError> {
        let path = self.dir().join("library.db");
        let length = std::fs::metadata(&path)
            .map_err(|err| LibraryError::io(&path, "looking at it", err))?
            .len();
        if length > MAX_CHECKED_BYTES {
            return Ok(());
        }
        let reader = self.reader("check")?;
        let found = reader.conn().run("checking every page", |conn| {
            conn.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
        })?;
        if found == "ok" {
            Ok(())
        } else {
            Err(LibraryError::Damaged {
                path,
                detail: found,
            })
        }
    }

    /// Reads all of `library.db` and says what is wrong with it; nothing where
    /// all is well. Takes seconds for a large library: for a job, on a thread
    /// of its own.
    pub fn quick_check(&self) -> Result<Vec<String>, LibraryError> {
        let reader = self.reader("check")?;
        reader.conn().run("checking every page", |conn| {
            let mut problems = Vec::new();
            let mut check = conn.prepare("PRAGMA quick_check(100)")?;
            let mut rows = check.query([])?;
            while let Some(row) = rows.next()? {
                let problem: String = row.get(0)?;
                if problem != "ok" {
                    problems.push(problem);
                }
            }
            let mut check = conn.prepare("PRAGMA foreign_key_check")?;
            let mut rows = check.query([])?;
            while problems.len() < 100
                && let Some(row) = rows.next()?
            {
                let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
                problems.push(format!(
                    "a row of {table} names a {parent} that is not there"
                ));
            }
            for (sql, what) in [
                (
                    include_str!("quick_check_tags.sql"),
                    "tags of posts are not in the table of tags",
                ),
                (
                    include_str!("quick_check_counts.sql"),
                    "posts have another number of tags than they say",
                ),
            ] {
                let count: i64 = conn.query_row(sql, [], |row| row.get(0))?;
                if count > 0 {
                    problems.push(format!("{} {what}", post::unsigned(count)));
                }
            }
            Ok(problems)
        })
    }
}
