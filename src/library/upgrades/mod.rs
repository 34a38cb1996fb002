//! From any older schema to this one, a numbered step at a time.
//!
//! `PRAGMA user_version` is the number of the last step. Each step is one
//! transaction that also sets it, so a crash leaves the step before.

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// Step n is at index n − 1. Never edited once released; only added to.
const STEPS: &[&str] = &[
    include_str!("001.sql"),
    include_str!("002.sql"),
    include_str!("003.sql"),
    include_str!("004.sql"),
    include_str!("005.sql"),
    include_str!("006.sql"),
];

/// The schema that this version writes, and the newest that it can open.
pub const SCHEMA_VERSION: u32 = STEPS.len() as u32;

/// "Kobk": what `PRAGMA application_id` of `library.db` is.
pub(super) const APPLICATION_ID: u32 = 0x4b6f_626b;

/// Runs the steps after `from`.
pub(super) fn upgrade(conn: &Connection, from: u32) -> rusqlite::Result<()> {
    for (number, step) in (1..).zip(STEPS).skip(from as usize) {
        let transaction = Transaction::new_unchecked(conn, TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.execute_batch(&format!("PRAGMA user_version = {number};"))?;
        transaction.commit()?;
        tracing::info!(schema = number, "library upgraded");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::pragmas;

    fn empty() -> (tempfile::TempDir, Connection) {
        let dir = tempfile::tempdir().unwrap();
        let conn = pragmas::create_raw(&dir.path().join("test.db")).unwrap();
        (dir, conn)
    }

    #[test]
    fn from_nothing_to_now_and_no_further() {
        let (_dir, conn) = empty();
        upgrade(&conn, 0).unwrap();
        let version = || pragmas::get(&conn, "user_version").unwrap();
        assert_eq!(version(), i64::from(SCHEMA_VERSION));
        let schema = pragmas::get(&conn, "schema_version").unwrap();
        upgrade(&conn, SCHEMA_VERSION).unwrap();
        assert_eq!(pragmas::get(&conn, "schema_version").unwrap(), schema);
    }

    #[test]
    fn a_step_that_fails_leaves_the_one_before() {
        let (_dir, conn) = empty();
        // In the way of the first step, near its end.
        conn.execute_batch("CREATE TABLE source_post (id INTEGER)")
            .unwrap();
        assert!(upgrade(&conn, 0).is_err());
        assert_eq!(pragmas::get(&conn, "user_version").unwrap(), 0);
        assert!(conn.prepare("SELECT 1 FROM post").is_err());
    }

    #[test]
    fn every_statement_that_must_be_quick_uses_an_index() {
        let (_dir, conn) = empty();
        upgrade(&conn, 0).unwrap();
        for sql in [
            include_str!("../source/md5_by_source.sql"),
            include_str!("../source/posts_by_source.sql"),
            include_str!("../source/source_posts_of_post.sql"),
            include_str!("../source/of_post.sql"),
            include_str!("../post/id_by_md5.sql"),
            include_str!("../post/by_id.sql"),
            include_str!("../post_tags/named.sql"),
            include_str!("../post_tags/of_post.sql"),
            include_str!("../tag/by_name.sql"),
            include_str!("../file/by_path.sql"),
            include_str!("../file/of_post.sql"),
            include_str!("../failure/of_version.sql"),
            include_str!("../journal/after.sql"),
            include_str!("../journal/token.sql"),
            include_str!("../journal/delete_before.sql"),
            include_str!("../tag_alias/target.sql"),
            include_str!("../tag_alias/of_name.sql"),
            include_str!("../tag_alias/redirect.sql"),
            include_str!("../tag_implication/implied.sql"),
            include_str!("../tag_implication/rename.sql"),
            include_str!("../tag_implication/rename_implied.sql"),
            include_str!("../post_parent/get.sql"),
            include_str!("../post_parent/children.sql"),
            include_str!("../post_parent/resolve_md5.sql"),
            include_str!("../post_parent/resolve_source.sql"),
            include_str!("../deleted_post/contains.sql"),
            include_str!("../hand_marks/get.sql"),
            include_str!("../hand_marks/delete.sql"),
            include_str!("../pool/by_name.sql"),
            include_str!("../post/recount_tags.sql"),
            include_str!("../post/delete.sql"),
            include_str!("../tag/by_id.sql"),
            include_str!("../post/picture_there.sql"),
            include_str!("../post/delete_text.sql"),
            include_str!("../source/delete_of_post.sql"),
            include_str!("../source/delete_post.sql"),
            include_str!("../duplicate/delete_pairs.sql"),
            include_str!("../duplicate/update_decision.sql"),
            include_str!("../duplicate/delete_decision.sql"),
        ] {
            let mut explain = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let values = vec![rusqlite::types::Null; explain.parameter_count()];
            let plan: Vec<String> = explain
                .query_map(rusqlite::params_from_iter(values), |row| row.get(3))
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            assert!(
                plan.iter().all(|it| !it.starts_with("SCAN")),
                "{sql}{plan:?}"
            );
        }
    }
}
