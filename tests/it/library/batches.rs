use std::path::{Path, PathBuf};

use kobako::library::{Outcome, PostRecord, Reader};
use kobako::message::FailedFile;
use kobako::model::{Category, FileStamp, PostDraft, PostId, Rating, SourcePost, TagDraft};
use tempfile::tempdir;

use super::{md5, open_writer, picture, tag, tag_of, touch};

fn names(record: &PostRecord) -> Vec<&str> {
    record.tags.iter().map(|it| it.1.as_str()).collect()
}

fn paths(record: &PostRecord) -> Vec<PathBuf> {
    record.files.iter().map(|it| it.0.clone()).collect()
}

fn post(reader: &Reader, id: u32) -> PostRecord {
    reader.post(PostId(id)).unwrap().unwrap()
}

#[test]
fn what_goes_in_comes_out() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let mut draft = picture("/p/a.png", 1, &["solo", "solo", ""]);
    draft.tags.push(TagDraft {
        name: "hatsune_miku".to_owned(),
        category: Some(Category::Character),
        spelling: Some("Hatsune Miku".to_owned()),
        ..Default::default()
    });
    draft.rating = Some(Rating::Questionable);
    draft.score = Some(-5);
    draft.fav_count = Some(9);
    draft.sources = vec!["https://example.org/1".to_owned(), "a book".to_owned()];
    draft.source_posts = vec![SourcePost {
        site: "danbooru".to_owned(),
        id: u64::MAX,
    }];
    draft.created_at = Some(1_600_000_000);
    draft.text = Some("a caption".to_owned());
    let (outcomes, changes) = writer.write_batch(std::slice::from_ref(&draft)).unwrap();
    assert_eq!(outcomes, [Outcome::Added(PostId(1))]);

    let reader = library.reader("test").unwrap();
    let record = post(&reader, 1);
    assert_eq!(names(&record), ["hatsune_miku", "solo"]);
    assert_eq!(record.tags[0].2, Category::Character);
    assert_eq!(
        reader.tag_spellings(record.tags[0].0).unwrap(),
        ["Hatsune Miku"]
    );
    assert_eq!(record.sources, draft.sources);
    assert_eq!(record.source_posts, draft.source_posts);
    assert_eq!(record.text, draft.text);
    let columns = &record.columns;
    assert_eq!(columns.md5, Some(md5(1)));
    assert_eq!((columns.width, columns.height), (640, 480));
    assert_eq!(columns.file_size, 1001);
    assert_eq!(columns.rating, Some(Rating::Questionable));
    assert_eq!((columns.score, columns.fav_count), (Some(-5), Some(9)));
    assert_eq!(columns.phash, Some(u64::MAX - 1));
    assert_eq!(columns.num_tags, 2);
    assert!(!columns.is_missing);
    assert_eq!(changes.posts.len(), 1);
    assert_eq!(changes.posts[0].columns, record.columns);
    assert!(changes.posts[0].is_new);
    assert_eq!(changes.tags.len(), 2);
    assert_eq!(
        reader.md5_by_source(&draft.source_posts[0]).unwrap(),
        [md5(1)]
    );
    assert_eq!(reader.post_by_md5(md5(1)).unwrap(), Some(PostId(1)));
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());

    let (outcomes, changes) = writer.write_batch(&[draft]).unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(1))]);
    assert_eq!(changes, kobako::library::Changes::default());
}

#[test]
fn a_copy_is_a_second_path_and_a_move_is_not() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("lib"));
    let [a, b, c] = ["a.png", "b.png", "c.png"].map(|it| dir.path().join(it));
    touch(&a);
    touch(&b);
    writer.write_batch(&[picture(&a, 1, &["x"])]).unwrap();
    let (outcomes, _) = writer.write_batch(&[picture(&b, 1, &["y"])]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    let reader = library.reader("test").unwrap();
    assert_eq!(paths(&post(&reader, 1)), [a.clone(), b.clone()]);
    assert_eq!(names(&post(&reader, 1)), ["x", "y"]);

    std::fs::rename(&a, &c).unwrap();
    let mut moved = picture(&c, 1, &[]);
    moved.file.as_mut().unwrap().sidecar_stamp = 0;
    writer.write_batch(&[moved]).unwrap();
    assert_eq!(paths(&post(&reader, 1)), [c, b]);
    assert_eq!(names(&post(&reader, 1)), ["x", "y"]);
}

#[test]
fn other_bytes_at_a_path_are_the_picture_of_the_same_post() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("lib"));
    let a = dir.path().join("a.png");
    touch(&a);
    writer.write_batch(&[picture(&a, 1, &["x"])]).unwrap();
    let (outcomes, changes) = writer.write_batch(&[picture(&a, 2, &["x"])]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    assert_eq!(changes.posts.len(), 1);
    assert_eq!(changes.posts[0].columns.md5, Some(md5(2)));
    let reader = library.reader("test").unwrap();
    assert!(!post(&reader, 1).columns.is_missing);
    assert_eq!(names(&post(&reader, 1)), ["x"]);
    assert_eq!(paths(&post(&reader, 1)), std::slice::from_ref(&a));

    // The first picture comes back.
    let (outcomes, _) = writer.write_batch(&[picture(&a, 1, &["x"])]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    assert_eq!(post(&reader, 1).columns.md5, Some(md5(1)));
}

#[test]
fn a_file_moved_over_another_leaves_no_trace_of_its_old_path() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("lib"));
    let [a, b] = ["a.png", "b.png"].map(|it| dir.path().join(it));
    touch(&a);
    touch(&b);
    writer
        .write_batch(&[picture(&a, 1, &[]), picture(&b, 2, &[])])
        .unwrap();
    std::fs::rename(&a, &b).unwrap();
    writer.write_batch(&[picture(&b, 1, &[])]).unwrap();
    let reader = library.reader("test").unwrap();
    assert_eq!(paths(&post(&reader, 1)), [b]);
    assert!(post(&reader, 2).columns.is_missing);
}

#[test]
fn a_sidecar_replaces_what_it_said_but_no_sidecar_says_nothing() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let a = dir.path().join("a.png");
    touch(&a);
    writer.write_batch(&[picture(&a, 1, &["x", "y"])]).unwrap();
    let (outcomes, changes) = writer.write_batch(&[picture(&a, 1, &["y", "z"])]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    assert_eq!(changes.posts[0].added_tags.len(), 1);
    assert_eq!(changes.posts[0].removed_tags.len(), 1);
    let reader = library.reader("test").unwrap();
    assert_eq!(names(&post(&reader, 1)), ["y", "z"]);
    assert_eq!(post(&reader, 1).columns.num_tags, 2);

    let mut without = picture(&a, 1, &[]);
    without.file.as_mut().unwrap().sidecar_stamp = 0;
    let (outcomes, _) = writer.write_batch(&[without]).unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(1))]);
    assert_eq!(names(&post(&reader, 1)), ["y", "z"]);

    writer.write_batch(&[picture(&a, 1, &[])]).unwrap();
    assert!(names(&post(&reader, 1)).is_empty());
}

#[test]
fn tags_of_the_user_outlive_imports() {
    let dir = tempdir().unwrap();
    let a = dir.path().join("a.png");
    touch(&a);
    let (library, mut writer) = open_writer(dir.path());
    writer.write_batch(&[picture(&a, 1, &["x", "y"])]).unwrap();
    drop(writer);
    drop(library);
    // As an editor would: `x` taken away, `mine` added.
    let conn = rusqlite::Connection::open(dir.path().join("library.db")).unwrap();
    conn.execute_batch(
        "UPDATE post_tag SET origin = 2 WHERE tag_id = (SELECT id FROM tag WHERE name = 'x');
         INSERT INTO tag (name) VALUES ('mine');
         INSERT INTO post_tag SELECT 1, id, 1 FROM tag WHERE name = 'mine';",
    )
    .unwrap();
    drop(conn);

    let (library, mut writer) = open_writer(dir.path());
    let (outcomes, changes) = writer.write_batch(&[picture(&a, 1, &["x", "z"])]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    assert_eq!(changes.posts[0].added_tags.len(), 1);
    let reader = library.reader("test").unwrap();
    assert_eq!(names(&post(&reader, 1)), ["mine", "z"]);
    assert_eq!(post(&reader, 1).columns.num_tags, 2);
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
}

#[test]
fn a_category_once_known_is_kept() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let category = |reader: &Reader| {
        let mut found = Vec::new();
        reader
            .for_each_tag(&mut |row| found.push((row.name.to_owned(), row.category)))
            .unwrap();
        found
    };
    let reader = library.reader("test").unwrap();
    let mut draft = picture("/a", 1, &["miku"]);
    writer.write_batch(std::slice::from_ref(&draft)).unwrap();
    assert_eq!(category(&reader), [("miku".to_owned(), Category::General)]);
    draft.tags = vec![tag_of("miku", Category::Character)];
    let (_, changes) = writer.write_batch(std::slice::from_ref(&draft)).unwrap();
    assert_eq!(changes.tags.len(), 1);
    for said in [None, Some(Category::General), Some(Category::Artist)] {
        draft.tags[0].category = said;
        let (_, changes) = writer.write_batch(std::slice::from_ref(&draft)).unwrap();
        assert!(changes.tags.is_empty());
        assert_eq!(
            category(&reader),
            [("miku".to_owned(), Category::Character)]
        );
    }
}

#[test]
fn one_md5_twice_in_a_batch_is_one_post() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("lib"));
    let [a, b] = ["a.png", "b.png"].map(|it| dir.path().join(it));
    touch(&a);
    touch(&b);
    let (outcomes, changes) = writer
        .write_batch(&[picture(&a, 1, &["x"]), picture(&b, 1, &["y"])])
        .unwrap();
    assert_eq!(
        outcomes,
        [Outcome::Added(PostId(1)), Outcome::Updated(PostId(1))]
    );
    assert_eq!(changes.posts.len(), 1);
    assert!(changes.posts[0].is_new);
    assert_eq!(changes.posts[0].added_tags.len(), 2);
    let reader = library.reader("test").unwrap();
    assert_eq!(post(&reader, 1).files.len(), 2);
}

#[test]
fn a_record_is_known_by_its_source() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let mut record = PostDraft {
        tags: vec![tag("oil"), tag("sea")],
        source_posts: vec![SourcePost {
            site: "tate".to_owned(),
            id: 7,
        }],
        ..PostDraft::default()
    };
    let (outcomes, _) = writer.write_batch(std::slice::from_ref(&record)).unwrap();
    assert_eq!(outcomes, [Outcome::Added(PostId(1))]);
    let (outcomes, _) = writer.write_batch(std::slice::from_ref(&record)).unwrap();
    assert_eq!(outcomes, [Outcome::Unchanged(PostId(1))]);
    record.tags.remove(0);
    record.source_posts.push(SourcePost {
        site: "elsewhere".to_owned(),
        id: 7,
    });
    let (outcomes, _) = writer.write_batch(std::slice::from_ref(&record)).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
    let reader = library.reader("test").unwrap();
    let stored = post(&reader, 1);
    assert_eq!(names(&stored), ["sea"]);
    assert_eq!(stored.source_posts.len(), 2);
    // A record without a picture is not missing.
    assert!(!stored.columns.is_missing);
    assert_eq!(stored.columns.md5, None);
    assert_eq!(reader.post_path(PostId(1)).unwrap(), None);
}

#[test]
fn missing_files_and_back() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(&dir.path().join("lib"));
    let [a, b] = ["a.png", "b.png"].map(|it| dir.path().join(it));
    touch(&a);
    touch(&b);
    writer
        .write_batch(&[picture(&a, 1, &[]), picture(&b, 1, &[])])
        .unwrap();
    let changes = writer.mark_missing(std::slice::from_ref(&a), true).unwrap();
    assert!(changes.posts.is_empty());
    let reader = library.reader("test").unwrap();
    // Those that exist come first.
    assert_eq!(
        post(&reader, 1).files,
        [(b.clone(), false), (a.clone(), true)]
    );
    assert_eq!(reader.post_path(PostId(1)).unwrap(), Some(b.clone()));
    let unknown = PathBuf::from("/nowhere/at/all");
    let changes = writer.mark_missing(&[b.clone(), unknown], true).unwrap();
    assert_eq!(changes.posts.len(), 1);
    assert!(changes.posts[0].columns.is_missing);
    let changes = writer.mark_missing(&[a], false).unwrap();
    assert!(!changes.posts[0].columns.is_missing);
    let (outcomes, _) = writer.write_batch(&[picture(&b, 1, &[])]).unwrap();
    assert_eq!(outcomes, [Outcome::Updated(PostId(1))]);
}

#[cfg(unix)]
#[test]
fn any_path_survives_and_is_listed_in_order() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let mut all: Vec<PathBuf> = [
        &b"/r/a"[..],
        b"/r/a-b/c",
        b"/r/a/b/c.png",
        b"/r/a/z.png",
        b"/r/a\nb/x\n.png",
        b"/r/\xff\xfe/y\xff.png",
        b"/r/100%_done/100%.png",
        b"/r/'; DROP TABLE post; --.png",
        b"/r",
        b"/r2/x",
        b"/top.png",
    ]
    .iter()
    .map(|it| PathBuf::from(OsStr::from_bytes(it)))
    .collect();
    let drafts: Vec<_> = (1..)
        .zip(&all)
        .map(|(number, path)| picture(path, number, &[]))
        .collect();
    writer.write_batch(&drafts).unwrap();
    let reader = library.reader("test").unwrap();
    let known = |root: &str| {
        let mut found = Vec::new();
        reader
            .for_each_known_file(Path::new(root), &mut |it| found.push(it.path))
            .unwrap();
        found
    };
    all.sort();
    assert_eq!(known("/"), all);
    let below: Vec<_> = all
        .iter()
        .filter(|it| it.starts_with("/r"))
        .cloned()
        .collect();
    assert_eq!(below.len(), 9);
    assert_eq!(known("/r"), below);
    assert_eq!(known("/r/"), below);
    assert_eq!(known("/r/a/z.png"), [PathBuf::from("/r/a/z.png")]);
    assert!(known("/nothing").is_empty());

    // A callback may ask again.
    let mut num_files = 0;
    reader
        .for_each_known_file(Path::new("/r"), &mut |it| {
            assert_eq!(reader.post(PostId(999)).unwrap(), None);
            num_files += reader.post(it.post).unwrap().unwrap().files.len();
        })
        .unwrap();
    assert_eq!(num_files, 9);
}

#[test]
fn failures_are_remembered_by_version() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let reader = library.reader("test").unwrap();
    let stamp = |size| FileStamp {
        size,
        modified_ns: 5,
    };
    let failed = |path: &str, reason: &str| FailedFile {
        path: PathBuf::from(path),
        reason: reason.to_owned(),
    };
    writer
        .record_failures(&[
            (failed("/b", "cut off"), stamp(1)),
            (failed("/a", "not a picture"), stamp(2)),
        ])
        .unwrap();
    writer
        .record_failures(&[(failed("/b", "still cut off"), stamp(3))])
        .unwrap();
    assert_eq!(
        reader.failures().unwrap(),
        [failed("/a", "not a picture"), failed("/b", "still cut off")]
    );
    let of = |path: &str, size| reader.failure_of(Path::new(path), stamp(size)).unwrap();
    assert_eq!(of("/b", 1), None);
    assert_eq!(of("/b", 3), Some(failed("/b", "still cut off")));
    writer.forget_failures(&[PathBuf::from("/b")]).unwrap();
    assert_eq!(reader.failures().unwrap().len(), 1);
}

#[test]
fn an_impossible_path_writes_nothing() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    let refused = writer.write_batch(&[picture("/ok", 1, &[]), picture("/", 2, &[])]);
    assert!(refused.is_err());
    assert_eq!(library.reader("test").unwrap().num_posts().unwrap(), 0);
}
