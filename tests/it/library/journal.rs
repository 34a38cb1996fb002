use std::path::Path;
use std::time::{Duration, Instant};

use kobako::library::{Changes, JournalRead, LibraryError, Reader};
use kobako::model::PostId;
use tempfile::tempdir;

use super::{open, open_writer, picture};

fn read_after(reader: &Reader, number: u64) -> (Vec<Changes>, JournalRead) {
    let mut all = Vec::new();
    let read = reader
        .for_each_change_after(number, &mut |it| all.push(it))
        .unwrap();
    (all, read)
}

fn sql(dir: &Path, statements: &str) {
    let conn = rusqlite::Connection::open(dir.join("library.db")).unwrap();
    conn.execute_batch(statements).unwrap();
}

/// Commits 1 to 5.
fn five(dir: &Path) -> Vec<Changes> {
    let (_library, mut writer) = open_writer(dir);
    (1..=5)
        .map(|number| {
            let draft = picture(format!("/{number}"), number, &["x", "y"]);
            writer.write_batch(&[draft]).unwrap().1
        })
        .collect()
}

#[test]
fn the_journal_says_what_was_said() {
    let dir = tempdir().unwrap();
    let said = five(dir.path());
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    assert_eq!(
        read_after(&reader, 0),
        (said.clone(), JournalRead::Complete)
    );
    assert_eq!(
        read_after(&reader, 3),
        (said[3..].to_vec(), JournalRead::Complete)
    );
    assert_eq!(read_after(&reader, 5), (Vec::new(), JournalRead::Complete));
    // It was never there.
    assert_eq!(read_after(&reader, 6).1, JournalRead::Unreadable);
    assert_eq!(read_after(&reader, u64::MAX).1, JournalRead::Unreadable);
    let state = reader.journal_state().unwrap();
    assert_eq!(state.number, 5);
    assert_eq!(reader.journal_token(5).unwrap(), Some(state.token));
    assert_ne!(reader.journal_token(4).unwrap(), Some(state.token));
    assert_eq!(reader.journal_token(6).unwrap(), None);
    assert_eq!(reader.journal_token(u64::MAX).unwrap(), None);

    // What changes nothing is no commit.
    let (_, changes) = writer
        .write_batch(&[picture("/5", 5, &["x", "y"])])
        .unwrap();
    assert_eq!(changes, Changes::default());
    assert_eq!(reader.journal_state().unwrap(), state);
    // Nor is what was refused.
    assert!(writer.rename_tag("x", "y").is_err());
    let changes = writer.rename_tag("x", "z").unwrap();
    assert_eq!(changes.commit, 6);
}

#[test]
fn a_trimmed_journal_keeps_its_last_commit_as_an_anchor() {
    let dir = tempdir().unwrap();
    let said = five(dir.path());
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let token = reader.journal_token(3).unwrap();
    let before = writer.journal_bytes().unwrap();
    let later = reader.journal_bytes_after(3).unwrap();
    assert!(0 < later && later < before);
    writer.trim_journal(3).unwrap();
    assert_eq!(writer.journal_bytes().unwrap(), later);
    assert_eq!(reader.journal_token(3).unwrap(), token);
    assert_eq!(reader.journal_token(2).unwrap(), None);
    assert_eq!(
        read_after(&reader, 3),
        (said[3..].to_vec(), JournalRead::Complete)
    );
    assert_eq!(read_after(&reader, 2).1, JournalRead::Unreadable);
    assert_eq!(read_after(&reader, 0).1, JournalRead::Unreadable);
    // Further than it goes: up to the last.
    writer.trim_journal(99).unwrap();
    assert_eq!(reader.journal_state().unwrap().number, 5);
    assert_eq!(reader.journal_bytes_after(0).unwrap(), 0);
    assert_eq!(read_after(&reader, 5), (Vec::new(), JournalRead::Complete));
    let (_, changes) = writer.write_batch(&[picture("/9", 9, &[])]).unwrap();
    assert_eq!(changes.commit, 6);
    assert_eq!(
        read_after(&reader, 5),
        (vec![changes], JournalRead::Complete)
    );
}

#[test]
fn a_damaged_journal_is_told_and_nothing_more() {
    for (damage, from, is_read) in [
        ("DELETE FROM journal WHERE number = 4", 2, false),
        ("DELETE FROM journal WHERE number = 4", 4, true),
        ("DELETE FROM journal WHERE number = 5", 3, false),
        ("DELETE FROM journal", 3, false),
        ("DELETE FROM journal", 5, true),
        (
            "UPDATE journal SET changes = x'ff00' WHERE number = 4",
            3,
            false,
        ),
        (
            "UPDATE journal SET changes = substr(changes, 1, 9) WHERE number = 4",
            3,
            false,
        ),
        (
            "UPDATE journal SET changes = x'01ffffffffff7f' WHERE number = 5",
            0,
            false,
        ),
        (
            "UPDATE journal SET changes = x'' WHERE number = 5",
            4,
            false,
        ),
    ] {
        let dir = tempdir().unwrap();
        five(dir.path());
        sql(dir.path(), damage);
        let library = open(dir.path());
        let reader = library.reader("test").unwrap();
        let read = read_after(&reader, from).1;
        assert_eq!(read == JournalRead::Complete, is_read, "{damage} {from}");
        assert_eq!(reader.num_posts().unwrap(), 5);
    }
}

#[test]
fn tables_and_journal_are_read_as_of_one_commit() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    writer.write_batch(&[picture("/1", 1, &["x"])]).unwrap();
    let reader = library.reader("test").unwrap();
    let mut count = |_: &Reader| -> Result<(u64, u64, usize), LibraryError> {
        let number = reader.journal_state()?.number;
        writer.write_batch(&[picture("/2", 2, &["x"])]).unwrap();
        let mut num_texts = 0;
        reader.for_each_texts(&mut |post, _| {
            // A read inside a read inside it all.
            assert!(reader.post(post).unwrap().is_some());
            num_texts += 1;
        })?;
        Ok((number, reader.num_posts()?, num_texts))
    };
    assert_eq!(reader.consistently(&mut count).unwrap(), (1, 1, 1));
    assert_eq!(reader.num_posts().unwrap(), 2);
    assert_eq!(reader.journal_state().unwrap().number, 2);
}

#[test]
fn writers_take_turns() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    writer
        .write_batch(&[picture("/start", 200, &["x"])])
        .unwrap();
    let num_batches = 30_u8;
    let mut longest = Duration::ZERO;
    let mut num_edits = 0;
    std::thread::scope(|scope| {
        let import = scope.spawn(move || {
            for number in 0..num_batches {
                let drafts: Vec<_> = (0..4)
                    .map(|it| {
                        let id = u32::from(number) * 4 + it;
                        let mut draft = picture(format!("/{id}"), 0, &["x"]);
                        draft.md5 = Some(kobako::model::Md5(u128::from(id).to_le_bytes()));
                        draft
                    })
                    .collect();
                writer.write_batch(&drafts).unwrap();
            }
        });
        let mut editor = library.writer().unwrap();
        let mut is_favorite = false;
        while !import.is_finished() {
            is_favorite = !is_favorite;
            let start = Instant::now();
            editor.set_favorite(&[PostId(1)], is_favorite).unwrap();
            longest = longest.max(start.elapsed());
            num_edits += 1;
        }
    });
    eprintln!("{num_edits} edits while {num_batches} batches were written, longest {longest:?}");
    let reader = library.reader("test").unwrap();
    let (all, read) = read_after(&reader, 0);
    assert_eq!(read, JournalRead::Complete);
    assert_eq!(all.len(), 1 + usize::from(num_batches) + num_edits);
    assert_eq!(reader.num_posts().unwrap(), 1 + 4 * u64::from(num_batches));
}
