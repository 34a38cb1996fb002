//! Imports into a real library: what files say, and what the library then holds.

use std::fs;
use std::path::{Path, PathBuf};

use kobako::import::{self, ImportError};
use kobako::library::{Library, PostRecord, Writer};
use kobako::memory::Permits;
use kobako::message::ImportReport;
use kobako::model::{FileDraft, FileStamp, Md5, PostDraft};
use tempfile::TempDir;

use crate::fixture::{make_picture, make_pictures};
use crate::library::open_writer;

const PERMITS_BYTES: u64 = 64 << 20;

/// A library beside a folder of pictures.
pub struct World {
    dir: TempDir,
    pub library: Library,
    pub writer: Writer,
    permits: Permits,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::of(dir)
    }

    fn of(dir: TempDir) -> Self {
        let (library, writer) = open_writer(&dir.path().join("library"));
        Self {
            dir,
            library,
            writer,
            permits: Permits::new(PERMITS_BYTES),
        }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn picture(&self, name: &str, seed: u32) {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        make_picture(&path, seed);
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.at(name), text).unwrap();
    }

    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.at(from), self.at(to)).unwrap();
    }

    fn try_import(&mut self, names: &[&str]) -> Result<ImportReport, ImportError> {
        let paths: Vec<PathBuf> = names.iter().map(|it| self.at(it)).collect();
        let report = import::run(
            &paths,
            &self.library,
            &mut self.writer,
            &self.permits,
            4,
            &|| false,
            &mut |_| {},
        );
        assert_eq!(self.permits.used(), 0);
        report
    }

    #[track_caller]
    pub fn import(&mut self, name: &str) -> ImportReport {
        self.try_import(&[name]).unwrap()
    }

    pub fn record(&self, name: &str) -> PostRecord {
        let reader = self.library.reader("test").unwrap();
        let file = reader.known_file(&self.at(name)).unwrap().unwrap();
        reader.post(file.post).unwrap().unwrap()
    }

    pub fn tags(&self, name: &str) -> Vec<String> {
        let record = self.record(name);
        assert_eq!(record.columns.num_tags as usize, record.tags.len());
        record.tags.into_iter().map(|it| it.1).collect()
    }
}

fn failed_paths(report: &ImportReport) -> Vec<&Path> {
    report.failed.iter().map(|it| it.path.as_path()).collect()
}

#[test]
fn a_post_tells_when_its_file_was_changed() {
    let mut world = World::new();
    world.picture("in/a.png", 1);
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_234_567_890_500);
    let file = fs::File::options().write(true).open(world.at("in/a.png"));
    file.unwrap().set_modified(time).unwrap();
    world.import("in");
    assert_eq!(world.record("in/a.png").modified_at, Some(1_234_567_890));
}

#[test]
fn a_sidecar_that_became_unreadable_takes_no_tag_away() {
    let mut world = World::new();
    world.picture("in/p.png", 1);
    world.write("in/p.png.json", r#"{"tags": ["cat", "dog"]}"#);
    world.import("in");
    assert_eq!(world.tags("in/p.png"), ["cat", "dog"]);

    world.write("in/p.png.json", r#"{"tags": ["cat", "#);
    let report = world.import("in");
    assert_eq!(failed_paths(&report), [world.at("in/p.png.json")]);
    assert_eq!(world.tags("in/p.png"), ["cat", "dog"]);

    // What can be read beside it is heard, but is not all.
    world.write("in/p.png.txt", "bird\nfish\n");
    world.import("in");
    assert_eq!(world.tags("in/p.png"), ["bird", "cat", "dog", "fish"]);

    // Too large is unreadable as well.
    let large = format!(r#"{{"tags": ["cat"], "x": "{}"}}"#, "x".repeat(2 << 20));
    world.write("in/p.png.json", &large);
    let report = world.import("in");
    assert_eq!(failed_paths(&report), [world.at("in/p.png.json")]);
    assert_eq!(world.tags("in/p.png").len(), 4);

    world.write("in/p.png.json", r#"{"tags": ["cat"]}"#);
    let report = world.import("in");
    assert!(report.failed.is_empty(), "{report:?}");
    assert_eq!(world.tags("in/p.png"), ["bird", "cat", "fish"]);
}

/// The same picture twice, `one` said beside the one and `two` beside the other.
fn two_copies() -> World {
    let mut world = World::new();
    world.picture("r1/x.png", 1);
    world.picture("r1/other.png", 2);
    world.picture("r2/y.png", 1);
    world.write("r1/x.png.txt", "one");
    world.write("r2/y.png.txt", "two");
    world.import("r1");
    world.import("r2");
    assert_eq!(world.tags("r2/y.png"), ["one", "two"]);
    world.rename("r1/x.png", "away.png");
    assert_eq!(world.import("r1").missing, 1);
    world
}

#[test]
fn a_copy_that_comes_back_takes_nothing_from_the_other() {
    let mut world = two_copies();
    world.rename("away.png", "r1/x.png");
    world.write("r1/x.png.txt", "three");
    assert_eq!(world.import("r1").updated, 1);
    assert_eq!(world.tags("r2/y.png"), ["one", "three", "two"]);
    assert_eq!(world.record("r2/y.png").files.len(), 2);
}

#[test]
fn a_copy_that_comes_back_is_heard_again() {
    let mut world = two_copies();
    // Alone now, the other replaces everything.
    world.write("r2/y.png.txt", "four");
    world.import("r2");
    assert_eq!(world.tags("r2/y.png"), ["four"]);
    world.rename("away.png", "r1/x.png");
    let report = world.import("r1");
    assert_eq!((report.updated, report.unchanged), (1, 1));
    assert_eq!(world.tags("r2/y.png"), ["four", "one"]);
    assert_eq!(world.import("r1").unchanged, 2);
}

#[test]
fn what_is_not_there_does_not_keep_the_rest_from_being_imported() {
    let mut world = World::new();
    make_pictures(&world.at("good"), 3);
    world.picture("alone.png", 7);
    let report = world
        .try_import(&[
            "nowhere/q.png",
            "good",
            "nothing",
            "nothing/..",
            "alone.png",
        ])
        .unwrap();
    assert_eq!(report.added, 4);
    let wanted = ["nowhere/q.png", "nothing", "nothing/.."].map(|it| world.at(it));
    assert_eq!(failed_paths(&report), wanted);
    for failed in &report.failed {
        assert!(failed.reason.contains("check the path"), "{failed:?}");
    }
    for paths in [&["nowhere/q.png"][..], &["nowhere", "nothing"]] {
        let err = world.try_import(paths).unwrap_err();
        assert!(matches!(err, ImportError::Root { .. }), "{err}");
        assert!(err.to_string().contains("nowhere"), "{err}");
    }
}

#[test]
fn files_are_marked_missing_where_no_write_ahead_log_can_be_used() {
    const NUM_GONE: u64 = 2_500;
    let mut world = World::new();
    world.picture("in/there.png", 1);
    world.import("in");
    let drafts: Vec<PostDraft> = (0..NUM_GONE)
        .map(|number| {
            let mut md5 = [0; 16];
            md5[..8].copy_from_slice(&number.to_le_bytes());
            PostDraft {
                file: Some(FileDraft {
                    path: world.at(&format!("in/{number}.png")),
                    stamp: FileStamp::default(),
                    sidecar_stamp: 0,
                }),
                md5: Some(Md5(md5)),
                ..PostDraft::default()
            }
        })
        .collect();
    world.writer.write_batch(&drafts).unwrap();
    let World {
        dir,
        library,
        writer,
        permits: _,
    } = world;
    drop((writer, library));
    // As it is on some network drives: there a write waits for all reads to end.
    let path = dir.path().join("library/library.db");
    let mode: String = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0))
        .unwrap();
    assert_eq!(mode, "delete");

    let mut world = World::of(dir);
    let report = world.import("in");
    assert_eq!((report.missing, report.unchanged), (NUM_GONE, 1));
    assert_eq!(world.import("in").missing, 0);
}

#[test]
fn of_very_many_sources_the_first_hundred_are_kept() {
    let mut world = World::new();
    world.picture("in/p.png", 1);
    let sources: Vec<String> = (0..60_000).map(|it| format!("\"s{it}\"")).collect();
    let json = format!(r#"{{"tags": ["cat"], "sources": [{}]}}"#, sources.join(","));
    world.write("in/p.png.json", &json);
    let report = world.import("in");
    assert!(report.failed.is_empty(), "{report:?}");
    let record = world.record("in/p.png");
    assert_eq!(record.sources.len(), 100);
    assert_eq!(
        (record.sources[0].as_str(), record.sources[99].as_str()),
        ("s0", "s99")
    );
    assert_eq!(world.tags("in/p.png"), ["cat"]);
}

#[test]
fn sidecars_are_read_within_the_permits() {
    let mut world = World::new();
    make_pictures(&world.at("in"), 12);
    world.import("in");
    let peak_before = world.permits.peak();
    let large = format!("[{}0]", "0,".repeat(100_000));
    for number in 0..12 {
        world.write(&format!("in/{number:04}.png.json"), &large);
    }
    world.import("in");
    assert_eq!(
        world.tags("in/0007.png"),
        ["0", "number_7", "odd", "picture"]
    );
    let peak = world.permits.peak();
    assert!(
        peak > peak_before + 20 * large.len() as u64,
        "{peak_before} {peak}"
    );
    assert!(peak <= PERMITS_BYTES, "{peak}");

    // Less than one of them may need: one after the other then.
    world.permits = Permits::new(4 << 20);
    for number in 0..12 {
        world.write(&format!("in/{number:04}.png.txt"), "blue sky");
    }
    let report = world.import("in");
    assert_eq!((report.updated, report.failed.len()), (12, 0));
    assert_eq!(world.tags("in/0007.png"), ["0", "blue_sky"]);
}
