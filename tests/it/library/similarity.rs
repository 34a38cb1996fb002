use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use kobako::library::{Library, LibraryError, OpenOptions, SimilarityStore, similarity};
use kobako::memory::{self, Component};
use kobako::model::{ModelId, PostId};
use tempfile::tempdir;

use super::{open, open_writer, picture};

const DIMENSIONS: usize = 1024;

/// A vector of its own for each number, of any length.
fn vector(number: u32) -> Vec<f32> {
    let mut state = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..DIMENSIONS)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / 16_777_216.0 - 0.5
        })
        .collect()
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn put(store: &mut SimilarityStore, model: ModelId, posts: impl IntoIterator<Item = u32>) {
    let rows: Vec<(PostId, Vec<f32>)> = posts
        .into_iter()
        .map(|it| (PostId(it), vector(it)))
        .collect();
    let rows: Vec<(PostId, &[f32])> = rows.iter().map(|it| (it.0, it.1.as_slice())).collect();
    store.put(model, &rows).unwrap();
}

fn rows(store: &SimilarityStore, model: ModelId, after: u32) -> Vec<(u32, u32)> {
    let mut rows = Vec::new();
    store
        .for_each_row(model, after, &mut |number, post, bytes| {
            assert_eq!(bytes.len(), DIMENSIONS * similarity::BYTES_PER_VALUE);
            rows.push((number, post.0));
            ControlFlow::Continue(())
        })
        .unwrap();
    rows
}

fn fill(dir: &Path, posts: u32) {
    let mut store = open(dir).similarity("test").unwrap();
    let model = store.model("m", "M", DIMENSIONS as u32).unwrap();
    for start in (0..posts).step_by(500) {
        put(&mut store, model, start..posts.min(start + 500));
    }
}

#[test]
fn what_is_put_comes_back_with_length_one() {
    let dir = tempdir().unwrap();
    let library = open(dir.path());
    assert!(!library.has_similarity());
    assert!(!dir.path().join("similarity.db").exists());
    let mut store = library.similarity("test").unwrap();
    assert!(library.has_similarity());
    let model = store.model("m", "M", DIMENSIONS as u32).unwrap();
    put(&mut store, model, 1..=20);
    let back = store.vector_of(model, PostId(7)).unwrap().unwrap();
    assert!((cosine(&back, &vector(7)) - 1.0).abs() < 1e-5);
    assert!((back.iter().map(|it| it * it).sum::<f32>() - 1.0).abs() < 1e-3);
    assert_eq!(store.vector_of(model, PostId(21)).unwrap(), None);
    assert_eq!(store.posts(model).unwrap(), (1..=20).collect());
    assert_eq!(store.last_number(model).unwrap(), 20);
    let mut into = Vec::new();
    assert_eq!(store.row(7, &mut into).unwrap(), Some(PostId(7)));
    assert_eq!(into, back);
    assert_eq!(store.row(21, &mut into).unwrap(), None);
}

#[test]
fn another_embedding_of_a_post_has_a_new_number() {
    let dir = tempdir().unwrap();
    let mut store = open(dir.path()).similarity("test").unwrap();
    let model = store.model("m", "M", DIMENSIONS as u32).unwrap();
    put(&mut store, model, 1..=3);
    store.put(model, &[(PostId(2), &vector(9))]).unwrap();
    assert_eq!(rows(&store, model, 0), [(1, 1), (3, 3), (4, 2)]);
    assert_eq!(rows(&store, model, 3), [(4, 2)]);
    assert_eq!(store.num_after(model, 3).unwrap(), 1);
    let mut into = Vec::new();
    assert_eq!(store.row(2, &mut into).unwrap(), None);
    let back = store.vector_of(model, PostId(2)).unwrap().unwrap();
    assert!(cosine(&back, &vector(9)) > 0.999);

    store.remove_posts(&[PostId(2), PostId(3)]).unwrap();
    assert_eq!(rows(&store, model, 0), [(1, 1)]);
    put(&mut store, model, [5]);
    assert_eq!(rows(&store, model, 0), [(1, 1), (5, 5)]);
    assert_eq!(store.highest_number().unwrap(), 5);
}

#[test]
fn models_of_several_widths_live_side_by_side() {
    let dir = tempdir().unwrap();
    let mut store = open(dir.path()).similarity("test").unwrap();
    let wide = store.model("wide", "Wide", DIMENSIONS as u32).unwrap();
    let narrow = store.model("narrow", "Narrow", 2).unwrap();
    put(&mut store, wide, 1..=5);
    store.put(narrow, &[(PostId(3), &[3.0, 4.0])]).unwrap();
    assert_eq!(store.model("narrow", "Thin", 2).unwrap(), narrow);
    let models = store.models().unwrap();
    let facts: Vec<_> = models
        .iter()
        .map(|it| (it.title.as_str(), it.dimensions, it.num_embeddings))
        .collect();
    assert_eq!(facts, [("Wide", 1024, 5), ("Thin", 2, 1)]);
    let back = store.vector_of(narrow, PostId(3)).unwrap().unwrap();
    assert!((back[0] - 0.6).abs() < 1e-3 && (back[1] - 0.8).abs() < 1e-3);
    assert_eq!(store.last_number(wide).unwrap(), 5);
    assert_eq!(store.last_number(narrow).unwrap(), 6);

    store.remove_model(wide).unwrap();
    assert_eq!(store.models().unwrap().len(), 1);
    assert!(matches!(
        store.put(wide, &[]),
        Err(LibraryError::NoSuchModel { id }) if id == wide
    ));
    // Neither an id nor a number is ever used again.
    let again = store.model("wide", "Wide", DIMENSIONS as u32).unwrap();
    assert!(again > narrow);
    put(&mut store, again, [1]);
    assert_eq!(store.last_number(again).unwrap(), 7);
}

#[test]
fn what_does_not_fit_is_refused_and_nothing_is_written() {
    let dir = tempdir().unwrap();
    let mut store = open(dir.path()).similarity("test").unwrap();
    let model = store.model("m", "M", 2).unwrap();
    assert!(matches!(
        store.model("m", "M", 3),
        Err(LibraryError::OtherDimensions {
            known: 2,
            given: 3,
            ..
        })
    ));
    for bad in [&[1.0][..], &[0.0, 0.0], &[f32::NAN, 1.0]] {
        let rows: [(PostId, &[f32]); 2] = [(PostId(1), &[1.0, 0.0]), (PostId(2), bad)];
        let err = store.put(model, &rows).unwrap_err();
        assert!(err.to_string().contains("; "), "{err}");
    }
    assert_eq!(store.posts(model).unwrap().len(), 0);
}

#[test]
fn failures_wait_until_they_are_forgotten_or_mended() {
    let dir = tempdir().unwrap();
    let mut store = open(dir.path()).similarity("test").unwrap();
    let model = store.model("m", "M", 2).unwrap();
    store
        .put_failures(model, &[(PostId(4), "cut off".to_owned())])
        .unwrap();
    store.put_failure(model, PostId(2), "too large").unwrap();
    assert_eq!(
        store.failures(model).unwrap(),
        [
            (PostId(2), "too large".to_owned()),
            (PostId(4), "cut off".to_owned())
        ]
    );
    store.put(model, &[(PostId(4), &[1.0, 1.0])]).unwrap();
    assert_eq!(
        store.failed_posts(model).unwrap(),
        [2].into_iter().collect()
    );
    store.forget_failures(model).unwrap();
    assert_eq!(store.failures(model).unwrap(), []);
}

#[test]
fn answers_are_remembered_up_to_a_number() {
    let dir = tempdir().unwrap();
    let mut store = open(dir.path()).similarity("test").unwrap();
    store.remember(PostId(1), "a", "s", b"first").unwrap();
    for post in 2..=2002 {
        store.remember(PostId(post), "a", "s", b"x").unwrap();
        if post == 1000 {
            store.remember(PostId(1), "a", "t", b"second").unwrap();
        }
    }
    let answer = store.remembered(PostId(1), "a").unwrap();
    assert_eq!(answer, Some(("t".to_owned(), b"second".to_vec())));
    assert_eq!(store.remembered(PostId(2), "a").unwrap(), None);
    assert_eq!(store.remembered(PostId(2002), "b").unwrap(), None);
    store.remove_posts(&[PostId(2002)]).unwrap();
    assert_eq!(store.remembered(PostId(2002), "a").unwrap(), None);
}

#[test]
fn a_deleted_post_takes_its_embedding_along() {
    let dir = tempdir().unwrap();
    let (library, mut writer) = open_writer(dir.path());
    writer
        .write_batch(&[picture("/a", 1, &[]), picture("/b", 2, &[])])
        .unwrap();
    writer.delete_posts(&[PostId(1)]).unwrap();
    assert!(!library.has_similarity(), "made for nothing");
    let mut store = library.similarity("test").unwrap();
    let model = store.model("m", "M", 2).unwrap();
    store.put(model, &[(PostId(2), &[1.0, 1.0])]).unwrap();
    writer.delete_posts(&[PostId(2)]).unwrap();
    assert_eq!(store.posts(model).unwrap().len(), 0);
}

/// Has the library be what it was when `backup` was made.
fn put_back(dir: &Path, backup: &[u8]) {
    for file in [
        "library.db",
        "library.db-wal",
        "library.db-shm",
        "tags.cache",
    ] {
        let _ = fs::remove_file(dir.join(file));
    }
    fs::write(dir.join("library.db"), backup).unwrap();
}

/// Imports a picture of its own for each number.
fn import(dir: &Path, numbers: impl IntoIterator<Item = u8>) {
    let drafts: Vec<_> = numbers
        .into_iter()
        .map(|it| picture(format!("/{it}"), it, &[]))
        .collect();
    open_writer(dir).1.write_batch(&drafts).unwrap();
}

fn embedded(dir: &Path) -> Vec<u32> {
    let store = open(dir).similarity("test").unwrap();
    let model = store.model_by_key("m").unwrap().unwrap().0;
    store.posts(model).unwrap().iter().collect()
}

fn embed(dir: &Path, posts: impl IntoIterator<Item = u32>) {
    let mut store = open(dir).similarity("test").unwrap();
    let model = store.model("m", "M", DIMENSIONS as u32).unwrap();
    put(&mut store, model, posts);
}

#[test]
fn a_post_never_has_the_embedding_of_another_picture() {
    let dir = tempdir().unwrap();
    import(dir.path(), [1, 2]);
    embed(dir.path(), [1, 2]);
    let backup = fs::read(dir.path().join("library.db")).unwrap();
    import(dir.path(), [3, 4, 5]);
    embed(dir.path(), [3]);
    {
        let mut store = open(dir.path()).similarity("test").unwrap();
        let model = store.model_by_key("m").unwrap().unwrap().0;
        store.put_failure(model, PostId(4), "cut off").unwrap();
        store.remember(PostId(5), "a", "s", b"x").unwrap();
    }
    assert_eq!(embedded(dir.path()), [1, 2, 3]);

    // The numbers of the backup's next posts were in use.
    put_back(dir.path(), &backup);
    import(dir.path(), [6, 7, 8]);
    {
        let first = open(dir.path());
        // Who can't mend it uses none.
        let second = open(dir.path()).similarity("second").unwrap();
        assert_eq!(second.models().unwrap(), []);
        let store = first.similarity("test").unwrap();
        let model = store.model_by_key("m").unwrap().unwrap().0;
        assert_eq!(store.posts(model).unwrap(), [1, 2].into_iter().collect());
        assert_eq!(store.failures(model).unwrap(), []);
        assert_eq!(store.remembered(PostId(5), "a").unwrap(), None);
    }
    embed(dir.path(), [3]);
    assert_eq!(embedded(dir.path()), [1, 2, 3]);

    // As a copy of it is in another library, that has the pictures in another order.
    let other = tempdir().unwrap();
    import(other.path(), [1, 6, 2]);
    let from = dir.path().join("similarity.db");
    fs::copy(from, other.path().join("similarity.db")).unwrap();
    assert_eq!(embedded(other.path()), [1]);

    // A library that was made anew.
    fs::remove_file(dir.path().join("library.db")).unwrap();
    import(dir.path(), [9, 2]);
    assert_eq!(embedded(dir.path()), [2]);
}

#[test]
fn what_was_right_is_not_looked_at_again() {
    let dir = tempdir().unwrap();
    import(dir.path(), [1, 2]);
    // One of a post that is not there would go, were it looked at.
    embed(dir.path(), [1, 2, 99]);
    import(dir.path(), [3, 4]);
    assert_eq!(embedded(dir.path()), [1, 2, 99]);
    let (library, mut writer) = open_writer(dir.path());
    writer.write_batch(&[picture("/5", 5, &[])]).unwrap();
    let number = library.reader("test").unwrap().journal_state().unwrap();
    writer.trim_journal(number.number).unwrap();
    drop((library, writer));
    import(dir.path(), [6]);
    assert_eq!(embedded(dir.path()), [1, 2, 99]);
    // Where the journal has been forgotten in between, it is.
    let conn = rusqlite::Connection::open(dir.path().join("library.db")).unwrap();
    conn.execute("UPDATE journal SET token = token + 1", [])
        .unwrap();
    drop(conn);
    assert_eq!(embedded(dir.path()), [1, 2]);
}

#[test]
fn a_damaged_file_is_kept_aside_and_made_anew() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("similarity.db");
    fill(dir.path(), 600);
    let identity = |dir| open(dir).similarity("test").unwrap().identity().unwrap();
    let first = identity(dir.path());
    assert_eq!(first, identity(dir.path()));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert_ne!(first, identity(dir.path()));
    let aside = fs::read(dir.path().join("similarity.db.set-aside-1")).unwrap();
    assert_eq!(aside, whole[..whole.len() / 2]);
    // Something else.
    fs::write(&path, b"someone's notes").unwrap();
    assert_eq!(
        open(dir.path())
            .similarity("test")
            .unwrap()
            .models()
            .unwrap(),
        []
    );
    let aside = fs::read(dir.path().join("similarity.db.set-aside-2")).unwrap();
    assert_eq!(aside, b"someone's notes");
}

/// One that can't be looked at now may be there tomorrow.
#[cfg(unix)]
#[test]
fn what_can_not_be_read_is_not_moved() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("similarity.db");
    fill(dir.path(), 5);
    let elsewhere = dir.path().join("disk");
    fs::create_dir(&elsewhere).unwrap();
    fs::rename(&path, elsewhere.join("similarity.db")).unwrap();
    std::os::unix::fs::symlink(elsewhere.join("similarity.db"), &path).unwrap();
    assert_eq!(open(dir.path()).similarity_problem(), None);
    let away = dir.path().join("unmounted");
    fs::rename(&elsewhere, &away).unwrap();
    let library = open(dir.path());
    for _ in 0..2 {
        let err = library.similarity("test").unwrap_err();
        assert!(err.to_string().contains("similarity.db"), "{err}");
    }
    let problem = library.similarity_problem().unwrap();
    assert!(problem.contains("similarity.db"), "{problem}");
    // A library without embeddings is a library.
    drop(library);
    import(dir.path(), [1]);
    assert!(path.is_symlink());
    fs::rename(&away, &elsewhere).unwrap();
    let store = open(dir.path()).similarity("test").unwrap();
    assert_eq!(store.models().unwrap().len(), 1);
    let names = fs::read_dir(dir.path()).unwrap();
    let names: Vec<_> = names.map(|it| it.unwrap().file_name()).collect();
    assert!(
        !names
            .iter()
            .any(|it| it.to_string_lossy().contains("aside")),
        "{names:?}"
    );
}

#[test]
fn damage_that_shows_later_waits_for_the_next_start() {
    let dir = tempdir().unwrap();
    let path = dir.path().join("similarity.db");
    fill(dir.path(), 1500);
    let mut bytes = fs::read(&path).unwrap();
    let len = bytes.len();
    bytes[40 * 16384..len - 20 * 16384].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    {
        let library = open(dir.path());
        let store = library.similarity("test").unwrap();
        let model = store.models().map(|it| it[0].id).unwrap_or(ModelId(1));
        let read = store.for_each_row(model, 0, &mut |_, _, _| ControlFlow::Continue(()));
        assert!(read.is_err());
    }
    let store = open(dir.path()).similarity("test").unwrap();
    assert_eq!(store.models().unwrap(), []);
    assert!(dir.path().join("similarity.db.set-aside-1").exists());
}

#[test]
fn a_library_that_can_not_be_written_has_what_is_there() {
    let dir = tempdir().unwrap();
    let first = open(dir.path());
    // Another Kobako holds the lock.
    let second = open(dir.path());
    assert!(second.read_only().is_some());
    let store = second.similarity("second").unwrap();
    assert_eq!(store.models().unwrap(), []);
    let mut store = first.similarity("first").unwrap();
    let model = store.model("m", "M", 2).unwrap();
    store.put(model, &[(PostId(1), &[1.0, 1.0])]).unwrap();
    let mut store = second.similarity("second").unwrap();
    assert_eq!(store.posts(model).unwrap().len(), 1);
    assert_eq!(store.model("m", "M", 2).unwrap(), model);
    let err = store.put(model, &[(PostId(2), &[1.0, 1.0])]).unwrap_err();
    assert!(matches!(err, LibraryError::ReadOnly { .. }), "{err}");
}

#[test]
fn pages_of_all_sizes_stay_within_one_cache() {
    let dir = tempdir().unwrap();
    fill(dir.path(), 4000);
    let cache_bytes = 2 << 20;
    let options = OpenOptions {
        cache_bytes,
        ..OpenOptions::default()
    };
    let library = Library::open(dir.path(), &options).unwrap();
    let reader = library.reader("test").unwrap();
    reader.num_posts().unwrap();
    let store = library.similarity("pages").unwrap();
    let model = store.models().unwrap()[0].id;
    assert_eq!(rows(&store, model, 0).len(), 4000);
    kobako::library::publish_memory();
    let report = memory::report();
    let row = report
        .rows
        .iter()
        .find(|it| it.name == Component::Sqlite.name())
        .unwrap();
    let page_cache = row
        .children
        .iter()
        .find(|it| it.name == "similarity.db · pages · page cache")
        .unwrap();
    // A third of it (the reader's share is twice as large), and a page to turn.
    assert!(page_cache.bytes > 200_000, "{}", page_cache.bytes);
    assert!(
        page_cache.bytes < cache_bytes / 3 + 50_000,
        "{}",
        page_cache.bytes
    );
}
