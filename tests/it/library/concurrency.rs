use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use kobako::library::{Library, Reader, SqliteCaches, publish_memory};
use kobako::memory::Accounted;
use kobako::model::{Md5, PostId};
use tempfile::tempdir;

use super::{open, open_writer, picture};

const CHILD: &str = "KOBAKO_TEST_WRITE_UNTIL_KILLED";

/// Not a test of its own: what the next one kills.
#[test]
fn writes_until_killed() {
    let Some(dir) = std::env::var_os(CHILD) else {
        return;
    };
    let (library, mut writer) = open_writer(Path::new(&dir));
    let first = library.reader("test").unwrap().num_posts().unwrap();
    for number in first.. {
        let drafts: Vec<_> = (0..20)
            .map(|it| {
                let id = number * 20 + it;
                let tags: Vec<String> = (0..30).map(|tag| format!("{}", id * 7 + tag)).collect();
                let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
                let mut draft = picture(format!("/{id}.png"), (id % 251) as u8, &tags);
                let mut bytes = [0; 16];
                bytes[..8].copy_from_slice(&id.to_le_bytes());
                draft.md5 = Some(Md5(bytes));
                draft
            })
            .collect();
        writer.write_batch(&drafts).unwrap();
    }
}

#[test]
fn a_kill_at_any_moment_leaves_whole_batches() {
    let outer = tempdir().unwrap();
    let dir = outer.path().join("lib");
    let mut num_posts = 0;
    for round in 0..20_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "library::concurrency::writes_until_killed"])
            .env(CHILD, &dir)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // From before the file is made to many batches later.
        std::thread::sleep(Duration::from_millis(round * round % 97 + round));
        child.kill().unwrap();
        child.wait().unwrap();
        let library = open(&dir);
        assert_eq!(library.read_only(), None);
        let now = library.reader("test").unwrap().num_posts().unwrap();
        assert_eq!(now % 20, 0);
        assert!(now >= num_posts);
        num_posts = now;
        assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
        drop(library);
        let problem: String = rusqlite::Connection::open(dir.join("library.db"))
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(problem, "ok");
    }
    assert!(num_posts > 0);
}

/// Not a test of its own: holds a library open until its input ends.
#[test]
fn holds_a_library() {
    let Some(dir) = std::env::var_os("KOBAKO_TEST_HOLD") else {
        return;
    };
    let (_library, mut writer) = open_writer(Path::new(&dir));
    writer.write_batch(&[picture("/a", 1, &["x"])]).unwrap();
    println!("held");
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
}

#[test]
fn another_process_reads_meanwhile() {
    use std::io::{BufRead, BufReader};
    let dir = tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "library::concurrency::holds_a_library",
            "--nocapture",
        ])
        .env("KOBAKO_TEST_HOLD", dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|it| it.unwrap().contains("held")));
    let library = open(dir.path());
    let reason = library.read_only().unwrap().to_owned();
    assert!(reason.contains(&child.id().to_string()), "{reason}");
    assert_eq!(library.reader("test").unwrap().num_posts().unwrap(), 1);
    drop(library);
    drop(child.stdin.take());
    child.wait().unwrap();
    assert_eq!(open(dir.path()).read_only(), None);
}

#[test]
fn the_log_stays_short_under_a_long_read() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let wal = || {
        std::fs::metadata(dir.path().join("library.db-wal"))
            .unwrap()
            .len()
    };
    let mut write = |first: u64, count: u64| {
        for batch in first..first + count {
            let mut draft = picture(format!("/{batch}"), 0, &[]);
            draft.md5 = Some(Md5(u128::from(batch).to_le_bytes()));
            draft.text = Some("word ".repeat(200_000));
            writer.write_batch(&[draft]).unwrap();
        }
    };
    write(0, 3);
    let reader = library.reader("test").unwrap();
    let mut is_first = true;
    reader
        .for_each_post(&mut |_| {
            if std::mem::take(&mut is_first) {
                write(3, 20);
            }
        })
        .unwrap();
    // The read is over: the next commit starts the log anew.
    write(23, 1);
    assert!(wal() <= 4 << 20, "{}", wal());
    write(24, 60);
    assert!(wal() <= 24 << 20, "{}", wal());
}

/// Of one connection; each test gives its connections names of their own.
fn leaf(name: &str) -> u64 {
    let leaves = SqliteCaches.leaves();
    leaves
        .iter()
        .filter(|it| it.name == name)
        .map(|it| it.bytes)
        .sum()
}

/// Some 3 MB in tables of short rows, which are read through the page cache.
fn fill(writer: &mut kobako::library::Writer) {
    for number in 0..100 {
        let tags: Vec<String> = (0..400).map(|it| format!("tag_{number}_{it}")).collect();
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        writer
            .write_batch(&[picture(format!("/{number}"), number, &tags)])
            .unwrap();
    }
}

fn read_all(reader: &Reader) {
    reader.for_each_tag(&mut |_| ()).unwrap();
    reader.for_each_post_tag(&mut |_, _| ()).unwrap();
    for number in 1..=100 {
        reader.post(PostId(number)).unwrap();
    }
}

#[test]
fn connections_are_counted_and_give_back() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    fill(&mut writer);
    let reader = library.reader("counted reader").unwrap();
    read_all(&reader);
    let cache = "library.db · counted reader · page cache";
    let statements = "library.db · counted reader · statements";
    let full = leaf(cache);
    assert!(full > 1 << 20, "{full}");
    assert!(leaf(statements) > 0);
    assert!(leaf("library.db · counted reader · schema") > 0);
    publish_memory();
    let freed = reader.shrink();
    assert!(freed > full / 2, "{freed} of {full}");
    assert!(leaf(cache) < full / 4);
    assert_eq!(leaf(statements), 0);
    drop(reader);
    assert_eq!(leaf(cache), 0);
}

#[test]
fn all_connections_share_one_cache() {
    let dir = tempdir().unwrap();
    let options = kobako::library::OpenOptions {
        cache_bytes: 2 << 20,
        ..Default::default()
    };
    let library = Library::open(dir.path(), &options).unwrap();
    let mut writer = library.writer().unwrap();
    fill(&mut writer);
    let names = ["share a", "share b", "share c"];
    let held = || -> u64 {
        names
            .iter()
            .map(|name| leaf(&format!("library.db · {name} · page cache")))
            .sum()
    };
    let first = library.reader(names[0]).unwrap();
    read_all(&first);
    let alone = held();
    assert!(alone > 512 << 10, "{alone}");
    let others = [names[1], names[2]].map(|name| library.reader(name).unwrap());
    // The first gives some of its share up for the others, without being used.
    assert!(held() < alone * 3 / 4, "{} of {alone}", held());
    for reader in &others {
        read_all(reader);
    }
    // Writer 4, thumbnails 1, readers 2 each; some pages are SQLite's own.
    let share = (2 << 20) / 11 * 6;
    assert!(held() > share / 2, "{} of {share}", held());
    assert!(held() <= share + (64 << 10), "{} of {share}", held());
}
