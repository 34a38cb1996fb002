use std::fs;

use kobako::library::{Library, LibraryError, OpenOptions, SCHEMA_VERSION};
use kobako::model::PostId;
use tempfile::tempdir;

use super::{open, open_writer, picture};

fn refusal(dir: &std::path::Path) -> LibraryError {
    Library::open(dir, &OpenOptions::default()).unwrap_err()
}

fn pragma(dir: &std::path::Path, file: &str, name: &str) -> i64 {
    rusqlite::Connection::open(dir.join(file))
        .unwrap()
        .query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
        .unwrap()
}

#[test]
fn a_library_is_made_and_opened_again() {
    let dir = tempdir().unwrap();
    let dir = dir.path().join("deep/er");
    {
        let (library, mut writer) = open_writer(&dir);
        assert_eq!(library.dir(), dir);
        assert_eq!(library.read_only(), None);
        writer.write_batch(&[picture("/a", 1, &["x"])]).unwrap();
    }
    assert_eq!(
        pragma(&dir, "library.db", "user_version"),
        i64::from(SCHEMA_VERSION)
    );
    assert_eq!(pragma(&dir, "library.db", "page_size"), 4096);
    assert_ne!(pragma(&dir, "library.db", "application_id"), 0);
    // 2 is "incremental".
    assert_eq!(pragma(&dir, "thumbs.db", "auto_vacuum"), 2);
    let library = open(&dir);
    assert_eq!(library.reader("test").unwrap().num_posts().unwrap(), 1);
    // Clean: nothing else lies about.
    drop(library);
    let mut names: Vec<_> = fs::read_dir(&dir)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["library.db", "lock", "thumbs.db"]);
}

#[test]
fn nothing_is_made_unasked() {
    let dir = tempdir().unwrap();
    let options = OpenOptions {
        create: false,
        ..OpenOptions::default()
    };
    for path in [dir.path().to_owned(), dir.path().join("none")] {
        assert!(matches!(
            Library::open(&path, &options),
            Err(LibraryError::NotFound { .. })
        ));
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    drop(open(dir.path()));
    Library::open(dir.path(), &options).unwrap();
}

#[test]
fn a_second_opening_only_reads_and_says_why() {
    let dir = tempdir().unwrap();
    let (first, mut writer) = open_writer(dir.path());
    writer.write_batch(&[picture("/a", 1, &["x"])]).unwrap();
    let second = open(dir.path());
    let reason = second.read_only().unwrap();
    assert!(reason.contains(&std::process::id().to_string()), "{reason}");
    assert!(matches!(
        second.writer(),
        Err(LibraryError::ReadOnly { .. })
    ));
    let reader = second.reader("test").unwrap();
    assert_eq!(reader.num_posts().unwrap(), 1);
    let mut thumbs = second.thumbs().unwrap();
    assert!(thumbs.get(PostId(1)).unwrap().is_some());
    assert!(matches!(
        thumbs.put(&[(PostId(1), b"x")]),
        Err(LibraryError::ReadOnly { .. })
    ));
    // It sees what the first writes from now on.
    writer.write_batch(&[picture("/b", 2, &["x"])]).unwrap();
    assert_eq!(reader.num_posts().unwrap(), 2);
    drop((reader, thumbs, second));
    // The writer keeps the lock after its library is gone.
    drop(first);
    assert!(open(dir.path()).read_only().is_some());
    drop(writer);
    assert_eq!(open(dir.path()).read_only(), None);
}

#[test]
fn a_newer_schema_is_refused() {
    let dir = tempdir().unwrap();
    drop(open(dir.path()));
    let path = dir.path().join("library.db");
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 4000;")
        .unwrap();
    let before = fs::read(&path).unwrap();
    let err = refusal(dir.path());
    assert!(matches!(err, LibraryError::NewerSchema { found: 4000, .. }));
    let message = err.to_string();
    assert!(
        message.contains("4000") && message.contains("newer Kobako"),
        "{message}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn an_older_schema_is_upgraded_and_only_by_who_may_write() {
    let dir = tempdir().unwrap();
    drop(open(dir.path()));
    // As left by a crash between making the file and its first step.
    let path = dir.path().join("library.db");
    fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(&format!("PRAGMA application_id = {};", 0x4b6f_626b))
        .unwrap();
    let lock = fs::File::open(dir.path().join("lock")).unwrap();
    lock.lock().unwrap();
    assert!(matches!(
        refusal(dir.path()),
        LibraryError::NeedsUpgrade { found: 0, .. }
    ));
    drop(lock);
    let (_library, mut writer) = open_writer(dir.path());
    writer.write_batch(&[picture("/a", 1, &["x"])]).unwrap();
}

#[cfg(unix)]
mod unwritable {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    use super::*;

    const CHILD: &str = "KOBAKO_TEST_READ_ONLY_LIBRARY";
    const EXPECT_LOG: &str = "KOBAKO_TEST_EXPECT_LOG";

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Root may write anywhere: then another user is asked, in a process of its own.
    #[test]
    fn child() {
        let Some(dir) = std::env::var_os(CHILD) else {
            return;
        };
        let opened = Library::open(Path::new(&dir), &OpenOptions::default());
        if std::env::var_os(EXPECT_LOG).is_some() {
            assert!(
                matches!(opened, Err(LibraryError::UnwrittenLog { .. })),
                "{opened:?}"
            );
            return;
        }
        let library = opened.unwrap();
        assert!(library.read_only().unwrap().contains("can't be written"));
        let reader = library.reader("test").unwrap();
        assert_eq!(reader.num_posts().unwrap(), 1);
        let thumbs = library.thumbs().unwrap();
        assert!(thumbs.get(PostId(1)).unwrap().is_some());
    }

    fn ask_other_user(dir: &Path, expect_log: bool) {
        // Where it can be run by someone else.
        let exe = std::env::current_exe().unwrap();
        let copy = dir.parent().unwrap().join("test-binary");
        if !copy.exists() {
            fs::copy(exe, &copy).unwrap();
        }
        let mut command = Command::new(copy);
        command
            .args(["--exact", "library::opening::unwritable::child"])
            .current_dir("/")
            .env(CHILD, dir);
        if expect_log {
            command.env(EXPECT_LOG, "1");
        }
        // Writing there tells whether we are someone whom modes hold back.
        if fs::write(dir.join("probe"), b"").is_ok() {
            fs::remove_file(dir.join("probe")).unwrap();
            command.uid(65_534).gid(65_534);
        }
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_read() {
        let outer = tempdir().unwrap();
        let dir = outer.path().join("lib");
        let (library, mut writer) = open_writer(&dir);
        writer.write_batch(&[picture("/a", 1, &["x"])]).unwrap();
        set_mode(outer.path(), 0o755);
        for entry in fs::read_dir(&dir).unwrap() {
            set_mode(&entry.unwrap().path(), 0o644);
        }
        // While someone writes, and after.
        set_mode(&dir, 0o555);
        ask_other_user(&dir, false);
        set_mode(&dir, 0o755);
        drop((library, writer));
        set_mode(&dir, 0o555);
        ask_other_user(&dir, false);
        // With changes left by a crash, which can't be written in.
        fs::write(dir.join("library.db-wal"), [0; 100]).unwrap();
        ask_other_user(&dir, true);
        set_mode(&dir, 0o755);
    }
}
