//! From the first schema to this one.

use std::path::Path;

use kobako::library::PostTexts;
use kobako::model::PostId;
use tempfile::tempdir;

use super::{md5, open_writer, picture};

const FIRST_SCHEMA: &str = include_str!("../../../src/library/upgrades/001.sql");

/// A library as the first release left it: two posts, three tags.
fn write_first(dir: &Path) {
    let conn = rusqlite::Connection::open(dir.join("library.db")).unwrap();
    conn.execute_batch(
        "PRAGMA page_size = 4096; PRAGMA application_id = 0x4b6f626b; PRAGMA journal_mode = WAL;",
    )
    .unwrap();
    conn.execute_batch(FIRST_SCHEMA).unwrap();
    conn.execute_batch(
        "INSERT INTO post (md5, imported_at, rating, num_tags) VALUES (zeroblob(16), 5, 2, 2), (NULL, 6, 0, 1);
         INSERT INTO tag (name, category) VALUES ('solo', 0), ('miku', 4), ('gone', 0);
         INSERT INTO post_tag VALUES (1, 1, 0), (1, 2, 1), (1, 3, 2), (2, 1, 0);
         INSERT INTO folder (path) VALUES (CAST('/p' AS BLOB));
         INSERT INTO file (folder_id, name, post_id, size, modified_ns, sidecar_stamp)
           VALUES (1, CAST('a.png' AS BLOB), 1, 9, 9, 0);
         INSERT INTO post_text VALUES (2, 'a caption');
         INSERT INTO site (name) VALUES ('danbooru');
         INSERT INTO source_post VALUES (1, 77, 2);
         PRAGMA user_version = 1;",
    )
    .unwrap();
}

#[test]
fn a_library_of_the_first_release_goes_on() {
    let dir = tempdir().unwrap();
    write_first(dir.path());
    let (library, mut writer) = open_writer(dir.path());
    assert_eq!(library.read_only(), None);
    let reader = library.reader("test").unwrap();
    let identity = reader.identity().unwrap();
    assert_ne!(identity, [0; 16]);
    assert_eq!(reader.journal_state().unwrap().number, 0);
    let record = reader.post(PostId(1)).unwrap().unwrap();
    let names: Vec<&str> = record.tags.iter().map(|it| it.1.as_str()).collect();
    assert_eq!(names, ["miku", "solo"]);
    assert!(!record.columns.is_favorite);
    assert_eq!(record.columns.num_files, 1);
    assert!(reader.post(PostId(2)).unwrap().unwrap().columns.has_source);
    let mut texts = Vec::new();
    reader
        .for_each_texts(&mut |post, it| texts.push((post, it.clone())))
        .unwrap();
    let of_file = PostTexts {
        paths: vec![b"/p/a.png".to_vec()],
        ..Default::default()
    };
    let of_text = PostTexts {
        text: Some("a caption".to_owned()),
        ..Default::default()
    };
    assert_eq!(texts, [(PostId(1), of_file), (PostId(2), of_text)]);

    let (_, changes) = writer.write_batch(&[picture("/b", 1, &["solo"])]).unwrap();
    assert_eq!(changes.commit, 1);
    assert_eq!(reader.post_by_md5(md5(1)).unwrap(), Some(PostId(3)));
    assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
    drop((reader, writer, library));
    let (library, _writer) = open_writer(dir.path());
    assert_eq!(
        library.reader("test").unwrap().identity().unwrap(),
        identity
    );
}
