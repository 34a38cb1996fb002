//! Libraries of ChibiBooru: small ones made here, and a real one where it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use kobako::library::PoolQuery;
use kobako::model::{Category, Rating};
use rusqlite::Connection;

use super::{World, counts, reasons, tag_names};
use crate::fixture::make_picture;
use crate::shared_data;

/// The tables that are read, as ChibiBooru makes them.
const SCHEMA: &str = "
CREATE TABLE images (id INTEGER PRIMARY KEY AUTOINCREMENT, filepath TEXT NOT NULL UNIQUE,
  md5 TEXT NOT NULL UNIQUE, post_id INTEGER, parent_id INTEGER, has_children BOOLEAN,
  saucenao_lookup BOOLEAN, active_source TEXT, score INTEGER, fav_count INTEGER, phash TEXT,
  colorhash TEXT, image_width INTEGER, image_height INTEGER, ingested_at TIMESTAMP);
CREATE TABLE tags (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, category TEXT,
  extended_category TEXT);
CREATE TABLE image_tags (image_id INTEGER, tag_id INTEGER, source TEXT DEFAULT 'original',
  PRIMARY KEY (image_id, tag_id));
CREATE TABLE raw_metadata (image_id INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE pools (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT);
CREATE TABLE pool_images (pool_id INTEGER, image_id INTEGER, sort_order INTEGER,
  PRIMARY KEY (pool_id, image_id));
CREATE TABLE favourites (image_id INTEGER PRIMARY KEY, created_at TIMESTAMP);
CREATE TABLE tag_implications (source_tag_id INTEGER, implied_tag_id INTEGER,
  inference_type TEXT DEFAULT 'manual', status TEXT DEFAULT 'active',
  PRIMARY KEY (source_tag_id, implied_tag_id));
CREATE TABLE tag_deltas (id INTEGER PRIMARY KEY AUTOINCREMENT, image_md5 TEXT NOT NULL,
  tag_name TEXT NOT NULL, tag_category TEXT, operation TEXT NOT NULL);
CREATE TABLE local_tagger_predictions (id INTEGER PRIMARY KEY AUTOINCREMENT, image_id INTEGER,
  tag_name TEXT, confidence REAL);
";

const CONTENT: &str = r#"
INSERT INTO images VALUES
  (1, 'ab/one.png', '00000000000000000000000000000001', 70, NULL, 1, 0, 'danbooru', 5, 9,
    '8000000000000001', '353a0383a7a', 48, 32, '2021-12-20 12:23:41'),
  (2, 'ab/two.jpg', '00000000000000000000000000000002', 71, 70, 0, 0, 'e621', NULL, NULL,
    '00000000000000ff', '00000000000', 64, 64, '2021-12-21 00:00:00'),
  (3, 'cd/film.mp4', '00000000000000000000000000000003', NULL, 999, 0, 0, 'gelbooru', NULL, NULL,
    NULL, NULL, 640, 480, NULL);
INSERT INTO tags VALUES
  (1, '1girl', 'general', '00_Subject_Count'), (2, 'miku', 'character', NULL),
  (3, 'vocaloid', 'copyright', NULL), (4, 'guessed', 'general', NULL),
  (5, 'rating:explicit', 'rating', NULL), (6, 'rating:general', 'meta', NULL),
  (7, 'unwanted', 'general', NULL), (8, 'fox', 'species', NULL), (9, 'unused', 'meta', NULL);
INSERT INTO image_tags VALUES
  (1, 1, 'original'), (1, 2, 'user'), (1, 3, 'implication'), (1, 4, 'ai_inference'),
  (1, 5, 'ai_inference'), (1, 6, 'original'), (1, 7, 'original'), (2, 8, 'original'),
  (2, 1, 'original');
INSERT INTO raw_metadata VALUES
  (1, '{"sources": {"danbooru": {"id": 70, "source": "http://a/1", "tag_string": "x y",
    "created_at": "2020-01-01T00:00:00.000-05:00", "pixiv_id": 33},
    "local_tagger": {"tags": {"general": ["x"]}}}}'),
  (2, '{"sources": {"e621": {"id": 71, "sources": ["http://b/2"], "description": "A fox",
    "relationships": {"parent_id": 70}}}}'),
  (3, '{"sources": {"gelbooru": {"id": 72, "parent_id": 999, "title": "Film"}}}');
INSERT INTO pools VALUES (1, 'The Pool', 'about it'), (2, 'Empty', NULL);
INSERT INTO pool_images VALUES (1, 2, 0), (1, 1, 1);
INSERT INTO favourites VALUES (2, '2026-01-01');
INSERT INTO tag_implications VALUES (2, 3, 'manual', 'active'), (1, 4, 'auto', 'pending');
INSERT INTO tag_deltas (image_md5, tag_name, tag_category, operation) VALUES
  ('00000000000000000000000000000001', 'by hand', 'meta', 'add'),
  ('00000000000000000000000000000001', 'unwanted', 'general', 'remove'),
  ('00000000000000000000000000000002', '1girl', 'general', 'add');
INSERT INTO local_tagger_predictions (image_id, tag_name, confidence) VALUES (1, 'x', 0.5);
"#;

/// Makes a library below `name` with its pictures where it has them.
fn make(world: &World, name: &str) -> PathBuf {
    let folder = world.at(name);
    world.write(&format!("{name}/data/rating_model.db"), "");
    fs::create_dir_all(folder.join("static/images/ab")).unwrap();
    let conn = open(&folder);
    conn.execute_batch(SCHEMA).unwrap();
    conn.execute_batch(CONTENT).unwrap();
    conn.close().unwrap();
    make_picture(&folder.join("static/images/ab/one.png"), 1);
    folder
}

fn open(folder: &Path) -> Connection {
    Connection::open(folder.join("data/booru.db")).unwrap()
}

/// Every file below a folder, with its bytes and time.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            files.insert(path.clone(), (fs::read(&path).unwrap(), modified));
        }
    }
    files
}

/// Tags by name with who gave them, as the library stores that.
fn origins(world: &World, post: u32) -> BTreeMap<String, u8> {
    let conn = Connection::open(world.at("library/library.db")).unwrap();
    conn.prepare(
        "SELECT tag.name, post_tag.origin FROM post_tag JOIN tag ON tag.id = post_tag.tag_id
         WHERE post_tag.post_id = ?1",
    )
    .unwrap()
    .query_map([post], |row| Ok((row.get(0)?, row.get(1)?)))
    .unwrap()
    .map(Result::unwrap)
    .collect()
}

#[test]
fn everything_that_has_a_place_is_taken_over() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    let before = snapshot(&folder);
    let report = world.import(&folder);
    // The second picture and the film are not there.
    assert_eq!(counts(&report), [3, 0, 0, 2, 0], "{report:?}");
    assert!(snapshot(&folder) == before, "its files have changed");

    let one = world.post_of("danbooru", 70);
    let columns = &one.columns;
    assert_eq!(
        columns.md5.unwrap().to_string(),
        "00000000000000000000000000000001"
    );
    assert_eq!((columns.width, columns.height), (48, 32));
    assert_eq!(columns.phash, Some(1 << 63 | 1));
    assert_eq!((columns.score, columns.fav_count), (Some(5), Some(9)));
    assert_eq!(columns.rating, Some(Rating::General));
    assert_eq!(columns.created_at, Some(1_577_854_800));
    assert_eq!(columns.imported_at, 1_640_003_021);
    assert!(!columns.is_favorite && !columns.is_missing);
    assert_eq!(one.sources, ["http://a/1"]);
    assert_eq!(one.source_posts.len(), 2);
    assert_eq!(
        tag_names(&one),
        ["1girl", "by_hand", "guessed", "miku", "vocaloid"]
    );
    assert_eq!(one.tags[3].2, Category::Character);
    let expected = [
        ("1girl", 0),
        ("by_hand", 1),
        ("miku", 1),
        ("unwanted", 2),
        ("guessed", 3),
        ("vocaloid", 4),
    ];
    let expected = expected.map(|(name, origin)| (name.to_owned(), origin));
    assert_eq!(origins(&world, columns.id.0), BTreeMap::from(expected));
    assert!(one.files[0].0.ends_with("static/images/ab/one.png"));

    let two = world.post_of("e621", 71);
    assert!(two.columns.is_favorite && two.columns.is_missing);
    assert_eq!(two.columns.parent, Some(columns.id));
    assert_eq!(two.text.as_deref(), Some("A fox"));
    assert_eq!(origins(&world, two.columns.id.0)["1girl"], 1);
    let film = world.post_of("gelbooru", 72);
    assert_eq!((film.columns.format, film.columns.parent), (None, None));

    let reader = world.reader();
    assert_eq!(
        reader
            .posts_in_pool(&PoolQuery::Name("the_pool".to_owned()))
            .unwrap(),
        [two.columns.id, columns.id]
    );
    let mut finer = None;
    reader
        .for_each_tag(&mut |tag| {
            if tag.name == "1girl" {
                finer = tag.extended_category.map(str::to_owned);
            }
            assert!(!tag.name.starts_with("rating"), "{}", tag.name);
        })
        .unwrap();
    assert_eq!(finer.as_deref(), Some("00_Subject_Count"));
    let conn = Connection::open(world.at("library/library.db")).unwrap();
    let implication = conn
        .query_row(
            "SELECT name || ' ' || implied FROM tag_implication",
            [],
            |row| row.get::<_, String>(0),
        )
        .unwrap();
    assert_eq!(implication, "miku vocaloid");
    let notes: String = report
        .notes
        .iter()
        .map(|it| format!("{}\n", it.text))
        .collect();
    for left_out in [
        "1 videos",
        "1 predictions",
        "1 tags",
        "1 implications that",
        "rating_model.db",
    ] {
        assert!(notes.contains(left_out), "{left_out} in {notes}");
    }
}

/// Values of an image of its own.
fn embedding(image: i64) -> Vec<f32> {
    (0..1024).map(|at| ((at * image) as f32).sin()).collect()
}

/// Makes its `similarity.db`, as ChibiBooru does.
fn make_embeddings(folder: &Path, images: &[(i64, Vec<f32>)]) {
    let conn = Connection::open(folder.join("data/similarity.db")).unwrap();
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS embeddings (image_id INTEGER PRIMARY KEY,
           embedding BLOB NOT NULL, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP);",
    )
    .unwrap();
    for (image, values) in images {
        let bytes: Vec<u8> = values.iter().flat_map(|it| it.to_le_bytes()).collect();
        conn.execute(
            "INSERT OR REPLACE INTO embeddings (image_id, embedding) VALUES (?1, ?2)",
            (image, bytes),
        )
        .unwrap();
    }
    conn.close().unwrap();
}

fn notes(report: &kobako::message::ImportReport) -> String {
    let notes = report.notes.iter().map(|it| format!("{}\n", it.text));
    notes.collect()
}

#[test]
fn embeddings_come_as_a_model_of_their_own() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    make_embeddings(
        &folder,
        &[
            (1, embedding(1)),
            (2, vec![0.0; 1024]),
            (3, embedding(3)),
            (4, embedding(4)),
            (5, vec![1.0; 5]),
        ],
    );
    let before = snapshot(&folder);
    let report = world.import(&folder);
    assert!(snapshot(&folder) == before, "its files have changed");
    for told in [
        "2 embeddings taken over",
        "1 embeddings left out, as their images",
        "2 embeddings left out, as they are not 1024",
    ] {
        assert!(
            notes(&report).contains(told),
            "{told} in {}",
            notes(&report)
        );
    }
    let store = world.library.similarity("test").unwrap();
    let models = store.models().unwrap();
    assert_eq!(models.len(), 1);
    assert_eq!(models[0].key, "chibibooru-1024");
    assert_eq!((models[0].dimensions, models[0].num_embeddings), (1024, 2));
    for (site, id, image) in [("danbooru", 70, 1), ("gelbooru", 72, 3)] {
        let post = world.post_of(site, id).columns.id;
        let ours = store.vector_of(models[0].id, post).unwrap().unwrap();
        let theirs = embedding(image);
        let length = theirs.iter().map(|it| it * it).sum::<f32>().sqrt();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert!((ours - theirs / length).abs() < 1e-4, "{ours} {theirs}");
        }
    }
    // Known to the next import, which takes what is new alone.
    let last = store.highest_number().unwrap();
    make_embeddings(&folder, &[(2, embedding(2)), (3, embedding(33))]);
    let told = notes(&world.import(&folder));
    assert!(told.contains("2 embeddings taken over"), "{told}");
    assert!(told.contains("1 embeddings were here already"), "{told}");
    assert_eq!(store.highest_number().unwrap(), last + 2);
    assert_eq!(store.posts(models[0].id).unwrap().len(), 3);
}

#[test]
fn embeddings_that_can_not_be_read_are_told_and_the_rest_is_imported() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    let path = folder.join("data/similarity.db");
    for content in ["", "no database, but longer than its header would be"] {
        fs::write(&path, content).unwrap();
        let report = world.import(&folder);
        assert_eq!(report.failed.len(), 0, "{report:?}");
        let told = notes(&report);
        assert_eq!(told.contains("embeddings"), !content.is_empty(), "{told}");
    }
    fs::remove_file(&path).unwrap();
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("CREATE TABLE other (x);").unwrap();
    conn.close().unwrap();
    let told = notes(&world.import(&folder));
    assert!(told.contains("no table \"embeddings\""), "{told}");
    assert_eq!(world.posts().len(), 3);
    assert!(!world.library.has_similarity());
}

#[test]
fn what_was_imported_is_known_to_the_next_import() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    world.import(&folder);
    let before = world.posts();
    assert_eq!(counts(&world.import(folder.join("data"))), [0, 0, 3, 0, 0]);
    assert_eq!(
        counts(&world.import(folder.join("data/booru.db"))),
        [0, 0, 3, 0, 0]
    );
    let pictures = folder.join("static/images");
    assert_eq!(counts(&world.import(&pictures)), [0, 0, 1, 0, 0]);
    assert_eq!(world.posts(), before);
    // A change there comes along; what was taken away by hand stays away.
    open(&folder)
        .execute_batch(
            "UPDATE images SET score = 6 WHERE id = 1;
             INSERT INTO image_tags VALUES (1, 8, 'original'), (1, 9, 'original');
             DELETE FROM tag_deltas WHERE tag_name = 'unwanted';",
        )
        .unwrap();
    let report = world.import(&folder);
    assert_eq!(counts(&report), [0, 1, 2, 0, 0]);
    let one = world.post_of("danbooru", 70);
    assert_eq!(one.columns.score, Some(6));
    assert!(tag_names(&one).contains(&"fox"));
    assert!(!tag_names(&one).contains(&"unwanted"));
}

#[test]
fn a_picture_that_was_read_keeps_what_that_found() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    let pictures = folder.join("static/images");
    world.import(&pictures);
    let read = world.posts().remove(0).columns;
    let md5 = read.md5.unwrap().to_string();
    open(&folder)
        .execute(
            "UPDATE images SET md5 = ?1, image_width = 9 WHERE id = 1",
            [md5],
        )
        .unwrap();
    assert_eq!(counts(&world.import(&folder)), [2, 1, 0, 2, 0]);
    let now = world.post_of("danbooru", 70).columns;
    assert_eq!(now.id, read.id);
    assert_eq!(
        (now.width, now.phash, now.file_size),
        (read.width, read.phash, read.file_size)
    );
    assert_eq!(now.score, Some(5));
}

#[test]
fn a_log_beside_it_is_read_and_left_alone() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    let conn = open(&folder);
    conn.execute_batch("PRAGMA journal_mode = WAL; UPDATE images SET score = 77 WHERE id = 1;")
        .unwrap();
    let read = |name: &str| fs::read(folder.join("data").join(name)).unwrap();
    let before = (read("booru.db"), read("booru.db-wal"));
    assert!(!before.1.is_empty());
    assert_eq!(world.import(&folder).added, 3);
    assert_eq!(world.post_of("danbooru", 70).columns.score, Some(77));
    assert!(
        before == (read("booru.db"), read("booru.db-wal")),
        "its files have changed"
    );
    // Closed, it has no log any more, and nothing is made beside it.
    conn.close().unwrap();
    let before = snapshot(&folder);
    assert!(!before.keys().any(|it| it.ends_with("booru.db-wal")));
    assert_eq!(counts(&world.import(&folder)), [0, 0, 3, 0, 0]);
    assert!(snapshot(&folder) == before, "its files have changed");
}

#[cfg(unix)]
#[test]
fn a_folder_that_can_not_be_written_and_has_an_odd_name() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut world = World::new();
    for (index, mode) in ["DELETE", "WAL"].iter().enumerate() {
        let folder = make(&world, &format!("a?b#c%20 'd' {index}"));
        open(&folder)
            .execute_batch(&format!("PRAGMA journal_mode = {mode};"))
            .unwrap();
        let data = folder.join("data");
        fs::set_permissions(&data, fs::Permissions::from_mode(0o555)).unwrap();
        let report = world.import(&folder);
        fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(
            report.added + report.updated + report.unchanged,
            3,
            "{mode}"
        );
    }
}

#[test]
fn what_is_no_such_library_says_why() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    open(&folder)
        .execute_batch("DROP TABLE tag_deltas")
        .unwrap();
    let refusal = world.refusal(&folder);
    assert!(
        refusal.contains("booru.db") && refusal.contains("\"tag_deltas\""),
        "{refusal}"
    );
    open(&folder)
        .execute_batch("CREATE VIEW tag_deltas AS SELECT 1 AS id")
        .unwrap();
    assert!(world.refusal(&folder).contains("\"tag_deltas\""));
    open(&folder)
        .execute_batch("DROP VIEW tag_deltas; CREATE TABLE tag_deltas (id)")
        .unwrap();
    let refusal = world.refusal(&folder);
    assert!(
        refusal.contains("another version") && refusal.contains("start ChibiBooru"),
        "{refusal}"
    );

    let text = world.write("text/booru.db", "this is no database at all, but some text");
    assert!(
        world
            .refusal(text.parent().unwrap())
            .contains("not an SQLite database")
    );
    let empty = world.write("empty/booru.db", "");
    assert!(world.refusal(empty).contains("it is empty"));
    let own = world.at("library/library.db");
    let refusal = world.refusal(own);
    assert!(refusal.contains("Kobako itself"), "{refusal}");
    assert!(world.posts().is_empty());
    assert_eq!(world.reader().failures().unwrap().len(), 4);
}

#[test]
fn a_database_that_someone_writes_to_is_busy() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    let conn = open(&folder);
    conn.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let refusal = world.refusal(&folder);
    assert!(
        refusal.contains("busy") && refusal.contains("stop ChibiBooru"),
        "{refusal}"
    );
    conn.execute_batch("COMMIT").unwrap();
    assert_eq!(world.import(&folder).added, 3);
}

#[test]
fn a_damaged_database_is_read_as_far_as_it_goes() {
    let make_big = |world: &World| {
        let folder = make(world, "chibi");
        let conn = open(&folder);
        conn.execute_batch(
            "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
             INSERT INTO images (id, filepath, md5, phash)
             SELECT i, i || '.png', printf('%032x', i), '0000000000000001' FROM n;
             INSERT INTO image_tags SELECT id, 1, 'original' FROM images WHERE id > 3;",
        )
        .unwrap();
        conn.close().unwrap();
        folder
    };
    let mut world = World::new();
    let folder = make_big(&world);
    let path = folder.join("data/booru.db");
    let whole = fs::read(&path).unwrap();
    assert!(whole.len() > 200_000, "{}", whole.len());
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(world.refusal(&folder).contains("damaged"));
    // Pages that are not what they should be, one at a time.
    for page in (2..whole.len() / 4096).step_by(5) {
        let mut damaged = whole.clone();
        damaged[page * 4096..(page + 1) * 4096].fill(0xa5);
        fs::write(&path, &damaged).unwrap();
        let outcome = world.try_import(std::slice::from_ref(&folder));
        let told = match &outcome {
            Ok(report) => reasons(report).join(" "),
            Err(err) => err.to_string(),
        };
        assert!(
            told.is_empty() || told.contains("booru.db") || told.contains("image "),
            "{told}"
        );
        assert!(fs::read(&path).unwrap() == damaged, "its file has changed");
    }
    fs::write(&path, &whole).unwrap();
    world.import(&folder);
    assert_eq!(world.posts().len(), 3 + 1_991);
}

#[test]
fn cells_of_any_kind_are_refused_one_by_one() {
    let mut world = World::new();
    let folder = make(&world, "chibi");
    open(&folder)
        .execute_batch(
            "INSERT INTO images (filepath, md5, phash, image_width, score, ingested_at) VALUES
               ('../../up.png', '0000000000000000000000000000000a', 5, 'wide', 'high', 7),
               ('', '0000000000000000000000000000000b', NULL, NULL, NULL, NULL),
               (x'ff00', '0000000000000000000000000000000c', NULL, NULL, NULL, NULL),
               ('no_md5.png', 'nothing', NULL, NULL, NULL, NULL),
               ('odd.png', '0000000000000000000000000000000d', 'zz', -5, 99999999999, 'never');
             UPDATE raw_metadata SET data = '{' WHERE image_id = 1;
             UPDATE raw_metadata SET data = '{\"sources\": {\"danbooru\": 5}}' WHERE image_id = 3;
             INSERT INTO tags (name, category) VALUES (x'00ff', 5), (replace(printf('%500c', ' '), ' ', 'x'), 'meta');
             INSERT INTO image_tags SELECT 2, id, NULL FROM tags WHERE id > 9;
             INSERT INTO image_tags VALUES (2, 12345, 'user');",
        )
        .unwrap();
    let report = world.import(&folder);
    assert_eq!((report.added, report.failed.len()), (4, 6), "{report:?}");
    for (reason, word) in reasons(&report)
        .iter()
        .zip(["sources", "sources", "path", "path", "path", "md5"])
    {
        assert!(
            reason.starts_with("image ") && reason.contains(word),
            "{reason}"
        );
    }
    assert_eq!(tag_names(&world.post_of("e621", 71)), ["1girl", "fox"]);
}

/// Images of the real library by md5, with what its own tables say.
#[derive(Debug, Default, PartialEq)]
struct Told {
    path: String,
    width: u32,
    height: u32,
    phash: Option<u64>,
    score: Option<i32>,
    fav_count: Option<u32>,
    is_favorite: bool,
    rating: Option<u8>,
    parent: Option<String>,
    /// With the number that the library stores for who gave it.
    tags: BTreeMap<String, (u8, Category)>,
    pools: BTreeSet<(String, i64)>,
}

#[test]
fn a_thousand_images_are_as_their_own_tables_say() {
    let Some(data) = shared_data() else {
        return;
    };
    let mut world = World::new();
    let folder = world.at("chibi");
    fs::create_dir_all(&folder).unwrap();
    for name in ["booru.db", "similarity.db", "rating_model.db"] {
        let packed = fs::File::open(data.join(format!("chibibooru-1k/{name}.xz"))).unwrap();
        let mut reader = lzma_rust2::XzReader::new(std::io::BufReader::new(packed), true);
        let mut file = fs::File::create(folder.join(name)).unwrap();
        std::io::copy(&mut reader, &mut file).unwrap();
    }
    let before = snapshot(&folder);
    let report = world.import(&folder);
    assert_eq!(counts(&report), [1_000, 0, 0, 1_000, 0], "{report:?}");
    assert!(snapshot(&folder) == before, "its files have changed");

    let told = notes(&report);
    assert!(told.contains("1000 embeddings taken over"), "{told}");
    let store = world.library.similarity("test").unwrap();
    let model = &store.models().unwrap()[0];
    assert_eq!((model.dimensions, model.num_embeddings), (1024, 1000));

    let theirs = their_images(&Connection::open(folder.join("booru.db")).unwrap());
    let ours = our_images(&world, &folder);
    assert_eq!(theirs.len(), 1_000);
    for (md5, their) in &theirs {
        assert_eq!(ours.get(md5), Some(their), "{md5}");
    }
    assert_eq!(counts(&world.import(&folder)), [0, 0, 1_000, 0, 0]);
}

fn their_images(conn: &Connection) -> BTreeMap<String, Told> {
    let rows = |sql: &str, take: &mut dyn FnMut(&rusqlite::Row<'_>)| {
        let mut statement = conn.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            take(row);
        }
    };
    let mut images: BTreeMap<String, Told> = BTreeMap::new();
    rows(
        "SELECT md5, filepath, image_width, image_height, phash, score, fav_count,
           EXISTS (SELECT 1 FROM favourites WHERE image_id = images.id),
           (SELECT parent.md5 FROM images AS parent WHERE parent.post_id = images.parent_id
            ORDER BY parent.id LIMIT 1)
         FROM images",
        &mut |row| {
            let path: String = row.get(1).unwrap();
            let phash: Option<String> = row.get(4).unwrap();
            let phash = phash.map(|it| u64::from_str_radix(&it, 16).unwrap().reverse_bits());
            let is_picture = [".jpg", ".png", ".gif", "webp"]
                .iter()
                .any(|it| path.ends_with(it));
            // The size in pixels is kept with the hash of a picture.
            let phash = phash.filter(|_| is_picture);
            let size = |index: usize| phash.map_or(0, |_| row.get(index).unwrap());
            let told = Told {
                width: size(2),
                height: size(3),
                phash,
                score: row.get(5).unwrap(),
                fav_count: row.get(6).unwrap(),
                is_favorite: row.get(7).unwrap(),
                parent: row.get(8).unwrap(),
                path,
                ..Told::default()
            };
            images.insert(row.get(0).unwrap(), told);
        },
    );
    let category = |name: &str| match name {
        "artist" => Category::Artist,
        "character" => Category::Character,
        "copyright" => Category::Copyright,
        "meta" => Category::Meta,
        "species" => Category::Species,
        _ => Category::General,
    };
    rows(
        "SELECT images.md5, tags.name, tags.category, image_tags.source FROM image_tags
         JOIN images ON images.id = image_tags.image_id JOIN tags ON tags.id = image_tags.tag_id",
        &mut |row| {
            let (md5, name): (String, String) = (row.get(0).unwrap(), row.get(1).unwrap());
            let image = images.get_mut(&md5).unwrap();
            if let Some(rating) = name.strip_prefix("rating:") {
                let numbers = ["general", "sensitive", "questionable", "explicit"];
                let number = numbers.iter().position(|it| *it == rating).unwrap();
                image.rating = Some(number as u8 + 1);
                return;
            }
            let source: String = row.get(3).unwrap();
            let origin = match source.as_str() {
                "user" => 1,
                "ai_inference" => 3,
                "implication" => 4,
                _ => 0,
            };
            let category = category(&row.get::<_, String>(2).unwrap());
            image.tags.insert(name, (origin, category));
        },
    );
    rows(
        "SELECT image_md5, tag_name, operation, tags.category FROM tag_deltas
         LEFT JOIN tags ON tags.name = tag_name ORDER BY tag_deltas.id",
        &mut |row| {
            let image = images.get_mut(&row.get::<_, String>(0).unwrap()).unwrap();
            let name: String = row.get(1).unwrap();
            let operation: String = row.get(2).unwrap();
            let category = category(&row.get::<_, String>(3).unwrap());
            let origin = if operation == "add" { 1 } else { 2 };
            image.tags.insert(name, (origin, category));
        },
    );
    rows(
        "SELECT images.md5, pools.name, sort_order FROM pool_images
         JOIN images ON images.id = image_id JOIN pools ON pools.id = pool_id",
        &mut |row| {
            let image = images.get_mut(&row.get::<_, String>(0).unwrap()).unwrap();
            image
                .pools
                .insert((row.get(1).unwrap(), row.get(2).unwrap()));
        },
    );
    images
}

fn our_images(world: &World, folder: &Path) -> BTreeMap<String, Told> {
    let conn = Connection::open(world.at("library/library.db")).unwrap();
    let posts = world.posts();
    let md5s: BTreeMap<u32, String> = posts
        .iter()
        .map(|it| (it.columns.id.0, it.columns.md5.unwrap().to_string()))
        .collect();
    let mut pools = conn
        .prepare(
            "SELECT pool.title, pool_post.position FROM pool_post
             JOIN pool ON pool.id = pool_post.pool_id WHERE pool_post.post_id = ?1",
        )
        .unwrap();
    let mut tags = conn
        .prepare(
            "SELECT tag.name, post_tag.origin, tag.category FROM post_tag
             JOIN tag ON tag.id = post_tag.tag_id WHERE post_tag.post_id = ?1",
        )
        .unwrap();
    let folder = folder.canonicalize().unwrap();
    posts
        .iter()
        .map(|post| {
            let columns = &post.columns;
            let id = columns.id.0;
            let told = Told {
                path: post.files[0]
                    .0
                    .strip_prefix(&folder)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                width: columns.width,
                height: columns.height,
                phash: columns.phash,
                score: columns.score,
                fav_count: columns.fav_count,
                is_favorite: columns.is_favorite,
                rating: columns.rating.map(Rating::number),
                parent: columns.parent.map(|it| md5s[&it.0].clone()),
                tags: tags
                    .query_map([id], |row| {
                        let category = Category::from_number(row.get(2)?).unwrap();
                        Ok((row.get(0)?, (row.get(1)?, category)))
                    })
                    .unwrap()
                    .map(Result::unwrap)
                    .collect(),
                pools: pools
                    .query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))
                    .unwrap()
                    .map(Result::unwrap)
                    .collect(),
            };
            (md5s[&id].clone(), told)
        })
        .collect()
}
