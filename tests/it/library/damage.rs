//! Whatever lies where `library.db` should: named, and left as it is.

use std::fs;
use std::path::Path;

use kobako::library::{Library, LibraryError, OpenOptions};
use tempfile::{TempDir, tempdir};

use super::{open, open_writer, picture};

fn filled() -> TempDir {
    let dir = tempdir().unwrap();
    let (_library, mut writer) = open_writer(dir.path());
    for number in 0..40 {
        let tags: Vec<String> = (0..60).map(|it| format!("tag_{number}_{it}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        writer
            .write_batch(&[picture(format!("/{number}"), number, &tags)])
            .unwrap();
    }
    dir
}

/// Opens it, expects an error, and sees that the file was not touched.
fn refused(dir: &Path) -> LibraryError {
    let path = dir.join("library.db");
    let before = fs::read(&path).ok();
    let err = Library::open(dir, &OpenOptions::default()).unwrap_err();
    assert_eq!(fs::read(&path).ok(), before);
    let message = err.to_string();
    assert!(message.contains(path.to_str().unwrap()), "{message}");
    err
}

#[test]
fn garbage_is_refused() {
    let dir = tempdir().unwrap();
    for bytes in [
        &b"x"[..],
        &[0; 4096],
        b"SQLite format 3\0",
        &[b'z'; 100_000],
    ] {
        fs::write(dir.path().join("library.db"), bytes).unwrap();
        assert!(matches!(
            refused(dir.path()),
            LibraryError::NotADatabase { .. }
        ));
    }
}

#[test]
fn another_programs_database_is_refused() {
    let dir = tempdir().unwrap();
    drop(open(&dir.path().join("ours")));
    let path = dir.path().join("library.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE photos (id INTEGER PRIMARY KEY)")
        .unwrap();
    assert!(matches!(
        refused(dir.path()),
        LibraryError::ForeignDatabase { .. }
    ));
}

#[test]
fn a_folder_or_a_file_in_the_way_is_named() {
    let dir = tempdir().unwrap();
    fs::create_dir(dir.path().join("library.db")).unwrap();
    assert!(matches!(refused(dir.path()), LibraryError::NotAFile { .. }));
    let file = dir.path().join("file");
    fs::write(&file, b"").unwrap();
    let err = Library::open(&file, &OpenOptions::default()).unwrap_err();
    assert!(matches!(err, LibraryError::NotAFolder { .. }));
}

#[test]
fn no_bytes_are_no_library_yet() {
    let dir = tempdir().unwrap();
    fs::write(dir.path().join("library.db"), b"").unwrap();
    assert_eq!(
        open(dir.path())
            .reader("test")
            .unwrap()
            .num_posts()
            .unwrap(),
        0
    );
}

#[test]
fn a_file_that_was_cut_off_is_noticed() {
    let dir = filled();
    let path = dir.path().join("library.db");
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 20 * 4096);
    for len in [
        100,
        4096,
        4097,
        whole.len() / 2,
        whole.len() - 4096,
        whole.len() - 1,
    ] {
        fs::write(&path, &whole[..len]).unwrap();
        let err = refused(dir.path());
        assert!(
            matches!(err, LibraryError::Damaged { .. }),
            "{len}: {err:?}"
        );
    }
    fs::write(&path, &whole[..50]).unwrap();
    assert!(matches!(
        refused(dir.path()),
        LibraryError::NotADatabase { .. }
    ));
    fs::write(&path, &whole).unwrap();
    assert_eq!(
        open(dir.path()).quick_check().unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn a_missing_table_is_noticed() {
    let dir = filled();
    rusqlite::Connection::open(dir.path().join("library.db"))
        .unwrap()
        .execute_batch("DROP TABLE post_tag; PRAGMA journal_mode = DELETE;")
        .unwrap();
    assert!(matches!(refused(dir.path()), LibraryError::Damaged { .. }));
}

#[test]
fn damaged_pages_are_an_error_and_found_by_the_check() {
    let dir = filled();
    let path = dir.path().join("library.db");
    let whole = fs::read(&path).unwrap();
    let num_pages = whole.len() / 4096;
    let mut num_found = 0;
    for page in 1..num_pages {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0xee);
        fs::write(&path, &bytes).unwrap();
        // It is refused at once, or opens and then every read ends, well or with an error.
        let Ok(library) = Library::open(dir.path(), &OpenOptions::default()) else {
            num_found += 1;
            continue;
        };
        let reader = library.reader("test").unwrap();
        let mut num_read = 0;
        let read = reader
            .for_each_post_tag(&mut |_, _| num_read += 1)
            .and_then(|()| reader.for_each_post(&mut |_| num_read += 1))
            .and_then(|()| reader.for_each_tag(&mut |_| num_read += 1));
        if let Err(err) = read {
            assert!(matches!(err, LibraryError::Damaged { .. }), "{err:?}");
        }
        let problems = library.quick_check();
        assert!(
            !matches!(&problems, Ok(problems) if problems.is_empty()),
            "page {page}"
        );
        // Nothing may be written to it, by an import for example.
        let refused = library.refuse_damage();
        assert!(
            matches!(refused, Err(LibraryError::Damaged { .. })),
            "page {page}: {refused:?}"
        );
        num_found += 1;
    }
    assert_eq!(num_found, num_pages - 1);
}

#[test]
fn the_last_changes_of_a_lost_database_are_not_overwritten() {
    let dir = filled();
    let path = dir.path().join("library.db");
    fs::remove_file(&path).unwrap();
    let wal = dir.path().join("library.db-wal");
    fs::write(&wal, b"the last words").unwrap();
    assert!(matches!(refused(dir.path()), LibraryError::Orphaned { .. }));
    assert_eq!(fs::read(&wal).unwrap(), b"the last words");
    assert!(!path.exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_named_and_harmless() {
    use std::process::Command;
    // A file system of 2 MB of its own; only root may make one.
    let dir = tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
        .arg(dir.path())
        .output();
    if !mounted.is_ok_and(|it| it.status.success()) {
        eprintln!("skipped: no small file system can be made here");
        return;
    }
    let outcome = std::panic::catch_unwind(|| {
        let (library, mut writer) = open_writer(dir.path());
        let mut num_written = 0;
        let err = loop {
            let text = "long ".repeat(10_000);
            let mut draft = picture(format!("/{num_written}"), num_written, &["x"]);
            draft.text = Some(text);
            match writer.write_batch(&[draft]) {
                Ok(_) => num_written += 1,
                Err(err) => break err,
            }
        };
        assert!(matches!(err, LibraryError::DiskFull { .. }), "{err:?}");
        let reader = library.reader("test").unwrap();
        assert_eq!(reader.num_posts().unwrap(), u64::from(num_written));
        assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
    });
    Command::new("umount").arg(dir.path()).status().unwrap();
    outcome.unwrap();
}
