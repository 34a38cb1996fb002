//! The tag cache from a real library: its snapshot, the journal after it, and
//! what happens where either is old, foreign, damaged or can't be written.

use std::path::Path;

use kobako::engine::tag_cache::{CacheStore, Column, Origin, TagCache, TextField, TextQuery};
use kobako::library::{Library, OpenOptions, Reader, Writer};
use kobako::model::{Category, TagId};

use crate::fixture::{Engine, make_pictures};
use crate::library::{open_writer, picture, tag_of};

/// More than any cache here has.
const HELD: u64 = 1 << 30;

struct Place {
    dir: tempfile::TempDir,
    library: Library,
    writer: Writer,
    reader: Reader,
    num_pictures: u8,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (library, writer) = open_writer(dir.path());
        let reader = library.reader("test").unwrap();
        Self {
            dir,
            library,
            writer,
            reader,
            num_pictures: 0,
        }
    }

    fn store(&self, held_limit_bytes: u64) -> CacheStore {
        CacheStore::new(self.dir.path(), false, held_limit_bytes)
    }

    /// One commit.
    fn import(&mut self, tags: &[&str]) {
        self.num_pictures += 1;
        let number = self.num_pictures;
        let path = format!("/pictures/Set {number}/{number}.png");
        let mut draft = picture(Path::new(&path), number, tags);
        draft.tags.push(tag_of("somebody", Category::Artist));
        draft.text = Some(format!("Title {number}"));
        self.writer.write_batch(&[draft]).unwrap();
    }

    #[track_caller]
    fn check(&self, expected: Origin) {
        for limit in [HELD, 0] {
            let (cache, origin) = self.store(limit).open(&self.reader).unwrap();
            assert_eq!(origin, expected, "limit {limit}");
            assert_same(&cache, &TagCache::build(&self.reader).unwrap());
        }
    }
}

#[track_caller]
fn assert_same(cache: &TagCache, rebuilt: &TagCache) {
    assert_eq!(cache.all_posts(), rebuilt.all_posts());
    assert_eq!(cache.num_tags(), rebuilt.num_tags());
    assert_eq!(cache.num_references(), rebuilt.num_references());
    for tag in (1..=rebuilt.num_tags() as u32).map(TagId) {
        assert_eq!(cache.name(tag), rebuilt.name(tag));
        assert_eq!(cache.category(tag), rebuilt.category(tag));
        assert_eq!(cache.count(tag), rebuilt.count(tag));
        assert_eq!(cache.posting(tag), rebuilt.posting(tag));
    }
    for post in rebuilt.all_posts() {
        for column in [Column::Width, Column::TagCount, Column::FileSize] {
            assert_eq!(cache.value(column, post), rebuilt.value(column, post));
        }
    }
    for pattern in ["set 1", "Title", "9"] {
        for field in TextField::ALL {
            let query = TextQuery {
                field,
                pattern: pattern.to_owned(),
            };
            let posts = |it: &TagCache| it.posts_with_text(&query, &[], &|| false).unwrap();
            assert_eq!(posts(cache), posts(rebuilt), "{field}:{pattern}");
        }
    }
}

fn of_snapshot(num_commits: u64) -> Origin {
    Origin::Snapshot { num_commits }
}

#[test]
fn a_snapshot_is_followed_by_what_came_after_it() {
    let mut place = Place::new();
    for number in 0..20 {
        place.import(&["a", if number % 2 == 0 { "even" } else { "odd" }]);
    }
    place.store(HELD).open(&place.reader).unwrap();
    place.check(of_snapshot(0));
    place.import(&["b"]);
    place.import(&["a", "c"]);
    place.check(of_snapshot(2));

    let renewed = place.store(HELD).renew(&place.reader, false).unwrap();
    assert!(renewed.is_in_place);
    let renewed = renewed.cache;
    assert_same(&renewed, &TagCache::build(&place.reader).unwrap());
    place.writer.trim_journal(renewed.commit_number()).unwrap();
    place.check(of_snapshot(0));
    place.import(&["d"]);
    place.check(of_snapshot(1));
}

#[test]
fn a_library_without_anything_has_a_snapshot_too() {
    let mut place = Place::new();
    let (cache, origin) = place.store(HELD).open(&place.reader).unwrap();
    assert_eq!((cache.num_posts(), origin), (0, Origin::Tables));
    place.check(of_snapshot(0));
    place.import(&["first"]);
    place.check(of_snapshot(1));
}

#[test]
fn damage_and_truncation_are_met_with_the_tables() {
    let mut place = Place::new();
    for _ in 0..20 {
        place.import(&["a", "b"]);
    }
    let store = place.store(HELD);
    store.open(&place.reader).unwrap();
    let good = std::fs::read(store.path()).unwrap();
    let mut damaged = good.clone();
    let last = damaged.iter().rposition(|it| *it != 0).unwrap();
    damaged[last] ^= 1;
    for bytes in [
        &b""[..],
        b"not a snapshot",
        &good[..good.len() / 2],
        &damaged,
    ] {
        std::fs::write(store.path(), bytes).unwrap();
        let (cache, origin) = store.open(&place.reader).unwrap();
        assert_eq!(origin, Origin::Tables);
        assert_same(&cache, &TagCache::build(&place.reader).unwrap());
        // And it is whole again.
        place.check(of_snapshot(0));
    }
}

#[test]
fn a_snapshot_of_another_history_is_not_taken() {
    let mut place = Place::new();
    let mut other = Place::new();
    for number in 0..10 {
        place.import(&["a"]);
        other.import(&["x", if number % 2 == 0 { "y" } else { "z" }]);
    }
    other.store(HELD).open(&other.reader).unwrap();
    // Another library's, with as many commits.
    std::fs::copy(other.store(HELD).path(), place.store(HELD).path()).unwrap();
    let (cache, origin) = place.store(HELD).open(&place.reader).unwrap();
    assert_eq!(origin, Origin::Tables);
    assert_same(&cache, &TagCache::build(&place.reader).unwrap());

    // A backup of the library is put back, and goes another way from there.
    let backup = tempfile::tempdir().unwrap();
    let Place {
        dir,
        library,
        writer,
        reader,
        num_pictures,
    } = place;
    drop((library, writer, reader));
    let file = |dir: &Path| dir.join("library.db");
    std::fs::copy(file(dir.path()), file(backup.path())).unwrap();
    let reopen = |dir: tempfile::TempDir, num_pictures| {
        let (library, writer) = open_writer(dir.path());
        let reader = library.reader("test").unwrap();
        Place {
            dir,
            library,
            writer,
            reader,
            num_pictures,
        }
    };
    let mut place = reopen(dir, num_pictures);
    place.import(&["lost"]);
    place.store(HELD).renew(&place.reader, false).unwrap();
    let Place {
        dir,
        library,
        writer,
        reader,
        ..
    } = place;
    drop((library, writer, reader));
    std::fs::copy(file(backup.path()), file(dir.path())).unwrap();
    // The snapshot is of a commit that the library does not have (yet).
    let mut place = reopen(dir, num_pictures);
    let snapshot = std::fs::read(place.store(HELD).path()).unwrap();
    let (cache, origin) = place.store(HELD).open(&place.reader).unwrap();
    assert_eq!(origin, Origin::Tables);
    assert!(cache.tag_id("lost").is_none());
    std::fs::write(place.store(HELD).path(), &snapshot).unwrap();
    place.import(&["other"]);
    let (cache, origin) = place.store(HELD).open(&place.reader).unwrap();
    assert_eq!(origin, Origin::Tables);
    assert!(cache.tag_id("lost").is_none());
    assert_same(&cache, &TagCache::build(&place.reader).unwrap());
}

#[test]
fn where_nothing_can_be_written_it_works_all_the_same() {
    let mut place = Place::new();
    place.import(&["a"]);
    place.import(&["b"]);
    let read_only = CacheStore::new(place.dir.path(), true, HELD);
    let (cache, origin) = read_only.open(&place.reader).unwrap();
    assert_eq!(origin, Origin::Tables);
    assert!(!read_only.path().exists());
    assert_same(&cache, &TagCache::build(&place.reader).unwrap());
    // A folder in its place: nothing can be renamed over it.
    std::fs::create_dir(read_only.path()).unwrap();
    let renewed = place.store(HELD).renew(&place.reader, false).unwrap();
    assert!(!renewed.is_in_place);
    assert_same(&renewed.cache, &TagCache::build(&place.reader).unwrap());
    let (cache, origin) = place.store(HELD).open(&place.reader).unwrap();
    assert_eq!(origin, Origin::Tables);
    assert_same(&cache, &TagCache::build(&place.reader).unwrap());
    assert!(place.library.read_only().is_none());
}

#[test]
fn paths_are_searched_from_the_imported_folder_on() {
    let mut place = Place::new();
    let paths = [
        "/r/a/b/x.png",
        "/r/a/100%_Dog.PNG",
        "/r2/x/y.png",
        "/r/z.png",
    ];
    for (number, path) in (1..).zip(paths) {
        place
            .writer
            .write_batch(&[picture(path, number, &[])])
            .unwrap();
    }
    let (cache, _) = place.store(HELD).open(&place.reader).unwrap();
    let found = |field, pattern: &str| {
        let query = TextQuery {
            field,
            pattern: pattern.to_owned(),
        };
        let roots = place.reader.roots().unwrap();
        let posts = cache.posts_with_text(&query, &roots, &|| false).unwrap();
        posts
            .unwrap()
            .into_iter()
            .map(|it| it.0)
            .collect::<Vec<_>>()
    };
    for (pattern, expected) in [
        ("100%", &[2][..]),
        ("%", &[2]),
        ("0%_D", &[2]),
        ("*.PNG", &[1, 2, 3, 4]),
        ("z*", &[4]),
        ("*", &[1, 2, 3, 4]),
        ("b/x", &[]),
    ] {
        assert_eq!(found(TextField::FileName, pattern), expected, "{pattern}");
    }
    assert_eq!(found(TextField::Path, "b/X"), [1]);
    assert_eq!(found(TextField::Path, "/r2"), [3]);
    place.writer.add_root(Path::new("/r2/")).unwrap();
    place.writer.add_root(Path::new("/r/a")).unwrap();
    assert_eq!(found(TextField::Path, "r2/x"), [3]);
    assert_eq!(found(TextField::Path, "/r2"), [0_u32; 0]);
    assert_eq!(found(TextField::Path, "a/b"), [1]);
    assert_eq!(found(TextField::Folder, "r"), [3, 4]);
}

#[test]
fn damaged_texts_are_made_anew_from_the_tables() {
    let mut place = Place::new();
    for _ in 0..20 {
        place.import(&["a"]);
    }
    let store = place.store(HELD);
    store.open(&place.reader).unwrap();
    // The texts begin here, and are only looked at when they are searched.
    let mut bytes = std::fs::read(store.path()).unwrap();
    bytes[(64 << 10) + 20] ^= 1;
    std::fs::write(store.path(), &bytes).unwrap();
    let (cache, origin) = store.open(&place.reader).unwrap();
    assert_eq!(origin, of_snapshot(0));
    let query = TextQuery {
        field: TextField::Text,
        pattern: "title".to_owned(),
    };
    assert!(cache.posts_with_text(&query, &[], &|| false).is_err());
    let renewed = store.renew(&place.reader, false).unwrap();
    assert_same(&renewed.cache, &TagCache::build(&place.reader).unwrap());
    place.check(of_snapshot(0));
    let names = std::fs::read_dir(place.dir.path()).unwrap();
    let names = names.map(|it| it.unwrap().file_name().into_string().unwrap());
    assert!(names.into_iter().all(|it| !it.contains(".new")));
}

/// Through the engine: the search waits for the new snapshot, and is answered.
#[test]
fn a_search_that_meets_damaged_texts_is_answered_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (library, pictures) = (dir.path().join("library"), dir.path().join("pictures"));
    make_pictures(&pictures, 6);
    let (mut engine, _) = Engine::start(&library);
    assert_eq!(engine.import(std::slice::from_ref(&pictures)).added, 6);
    engine.stop();
    let store = CacheStore::new(&library, false, HELD);
    {
        let opened = Library::open(&library, &OpenOptions::default()).unwrap();
        let reader = opened.reader("test").unwrap();
        store.renew(&reader, false).unwrap();
    }
    let mut bytes = std::fs::read(store.path()).unwrap();
    bytes[(64 << 10) + 20] ^= 1;
    std::fs::write(store.path(), &bytes).unwrap();
    let (mut engine, _) = Engine::start(&library);
    assert_eq!(engine.search("filename:0003").len(), 1);
    assert_eq!(engine.search("path:pictures").len(), 6);
    engine.stop();
}

/// What is no file is no snapshot; a pipe would be waited for without end.
#[cfg(unix)]
#[test]
fn a_pipe_in_its_place_is_not_read() {
    let mut place = Place::new();
    place.import(&["a"]);
    let path = place.store(HELD).path().to_owned();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    let (cache, origin) = place.store(HELD).open(&place.reader).unwrap();
    assert_eq!((cache.num_posts(), origin), (1, Origin::Tables));
}
