//! The tables `journal` and `identity`: what each transaction changed.
//!
//! A row is one commit: a byte that says how it is written, then the
//! [`Changes`] without their number. A row that was trimmed is empty; it stays
//! as the place where a snapshot stands, with its token.

use rusqlite::{Connection, OptionalExtension};

use super::post::unsigned;
use super::{Changes, JournalRead, JournalState};

/// How [`Changes`] are written. Grows with every change of what they hold, so
/// that what an older Kobako wrote is read from the tables anew.
const VERSION: u8 = 1;

/// Returns the number of the commit.
pub(super) fn append(conn: &Connection, changes: &Changes) -> rusqlite::Result<u64> {
    conn.prepare_cached(include_str!("append.sql"))?
        .execute([encode(changes)?])?;
    Ok(unsigned(conn.last_insert_rowid()))
}

/// Where the journal stands; nothing but zeros where it was never written. A
/// last commit that is not there has no token that a snapshot could know.
pub(super) fn state(conn: &Connection) -> rusqlite::Result<JournalState> {
    let number: Option<i64> = conn
        .prepare_cached(include_str!("last_number.sql"))?
        .query_row([], |row| row.get(0))
        .optional()?;
    let number = number.map_or(0, unsigned);
    Ok(JournalState {
        number,
        token: token(conn, number)?.unwrap_or(0),
    })
}

pub(super) fn token(conn: &Connection, number: u64) -> rusqlite::Result<Option<u64>> {
    let Ok(number) = i64::try_from(number) else {
        return Ok(None);
    };
    conn.prepare_cached(include_str!("token.sql"))?
        .query_row([number], |row| row.get::<_, i64>(0))
        .optional()
        .map(|it| it.map(i64::cast_unsigned))
}

/// Every commit after `number`, oldest first, as far as they can be read.
pub(super) fn for_each_after(
    conn: &Connection,
    number: u64,
    f: &mut dyn FnMut(Changes),
) -> rusqlite::Result<JournalRead> {
    let last = state(conn)?.number;
    let Ok(after) = i64::try_from(number) else {
        return Ok(JournalRead::Unreadable);
    };
    let mut expected = number;
    let mut rows = conn.prepare_cached(include_str!("after.sql"))?;
    let mut rows = rows.query([after])?;
    while let Some(row) = rows.next()? {
        expected += 1;
        if unsigned(row.get(0)?) != expected {
            return Ok(JournalRead::Unreadable);
        }
        match decode(row.get_ref(1)?.as_blob()?) {
            Some(mut changes) => {
                changes.commit = expected;
                f(changes);
            }
            None => return Ok(JournalRead::Unreadable),
        }
    }
    // Fewer than there were, or this library was never at `number`.
    Ok(if expected == last {
        JournalRead::Complete
    } else {
        JournalRead::Unreadable
    })
}

/// Bytes of the changes after `number`.
pub(super) fn bytes_after(conn: &Connection, number: u64) -> rusqlite::Result<u64> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    conn.prepare_cached(include_str!("bytes_after.sql"))?
        .query_row([number], |row| row.get(0))
        .map(unsigned)
}

/// Removes commits before `up_to`, or before the last where that is earlier,
/// and empties that one.
pub(super) fn trim(conn: &Connection, up_to: u64) -> rusqlite::Result<()> {
    let last = state(conn)?.number;
    let Ok(up_to) = i64::try_from(up_to.min(last)) else {
        return Ok(());
    };
    conn.execute(include_str!("delete_before.sql"), [up_to])?;
    conn.execute(include_str!("clear.sql"), [up_to])?;
    Ok(())
}

pub(super) fn identity(conn: &Connection) -> rusqlite::Result<[u8; 16]> {
    conn.query_row(include_str!("identity.sql"), [], |row| row.get(0))
}

fn encode(changes: &Changes) -> rusqlite::Result<Vec<u8>> {
    postcard::to_extend(changes, vec![VERSION])
        .map_err(|err| rusqlite::Error::ToSqlConversionFailure(Box::new(err)))
}

/// `None` where it is of another version, was trimmed, or is damaged.
fn decode(bytes: &[u8]) -> Option<Changes> {
    let (&VERSION, bytes) = bytes.split_first()? else {
        return None;
    };
    let (changes, rest) = postcard::take_from_bytes(bytes).ok()?;
    rest.is_empty().then_some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::TagChange;
    use crate::model::{Category, TagId};

    #[test]
    fn what_can_not_be_read_is_told_from_what_can() {
        let changes = Changes {
            tags: vec![TagChange {
                id: TagId(300),
                name: "solo".to_owned(),
                category: Category::Artist,
                extended_category: None,
            }],
            aliases: vec![("alone".to_owned(), None)],
            ..Changes::default()
        };
        let mut bytes = encode(&changes).unwrap();
        assert_eq!(decode(&bytes), Some(changes));
        assert_eq!(decode(&[]), None);
        for len in 0..bytes.len() {
            assert_eq!(decode(&bytes[..len]), None, "{len}");
        }
        bytes.push(0);
        assert_eq!(decode(&bytes), None);
        bytes[0] = VERSION + 1;
        assert_eq!(decode(&bytes), None);
    }
}
