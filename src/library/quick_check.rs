use super::{Library, LibraryError, post};

impl Library {
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
