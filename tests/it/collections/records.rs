//! JSON records: a line each, or in one list.

use std::fs;
use std::path::PathBuf;

use kobako::model::{Category, Rating};

use super::{World, counts, reasons, tag_names};
use crate::fixture::make_picture;
use crate::shared_data;

/// Forty lines `{"id": N, "tags": "packed number_N"}`, packed by xz.
const PACKED: &[u8] = b"\
    \xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x10\x00\x00\x00\xa8\x70\x8e\x86\xe0\x06\x05\x00\xb9\x5d\x00\x3d\x88\x89\x26\x81\x93\x53\x7f\x75\x10\x06\x70\x29\xa8\x39\xb0\x50\xb8\x73\x9b\xa3\xc5\x47\x30\x16\xb1\xba\x08\x9a\xd6\x60\x42\x49\
    \xb6\x22\x42\x33\x8a\x04\xe6\x1c\x57\x0d\x1e\xfd\xba\xa8\x3b\xbe\xe5\xd8\x38\xbc\x97\x2a\x70\x5e\xbc\x64\xb9\x3d\xc1\x04\xe7\x37\xea\x34\x0b\xa5\xba\x4f\xdb\x14\x18\x3d\x19\xe4\xba\x58\x79\x2e\x5f\x63\x23\x20\x3b\x1b\xb0\xeb\x4a\x00\x6a\xbd\x3d\x7e\x86\xd2\
    \x48\x9b\xf1\x4e\xd6\x45\xb0\xb7\x4c\x28\xee\x82\x37\xcb\x24\x02\x60\x7d\x0d\x0c\xd8\x63\x33\x35\x07\x7f\x10\xa7\x1e\x7b\x84\xb6\x2a\x7c\x35\x8a\xf2\x13\x6b\x81\x3d\xeb\xa4\x70\x49\x23\x34\x6a\xea\x29\x99\x79\x00\xaa\x69\xb5\x33\xaf\x2d\x19\xdc\x0c\xb8\x91\
    \xfa\x24\x6d\xfb\xfb\x80\x1b\x32\x0b\x06\x85\xd4\xcb\x76\xae\x9c\x11\xb1\x00\xe6\xce\x58\xd8\x00\x00\x00\x00\x00\x3a\xfb\x84\x8b\xa7\x87\xf4\x15\x00\x01\xd5\x01\x86\x0c\x00\x00\x72\x60\xee\x7d\xb1\xc4\x67\xfb\x02\x00\x00\x00\x00\x04\x59\x5a";

const TATE: &str = r#"{"id": 1037, "acno": "A00003", "title": "The Preaching of Warning", "artists": ["Robert Blake"], "year": 1785, "medium": "Graphite on paper", "classification": "on paper, unique", "width_mm": "343", "height_mm": "467", "movements": [], "subjects": ["man, old", "standing"], "subject_leaves": ["man, old"], "url": "http://example.com/a00003"}"#;

#[test]
fn a_record_a_line_becomes_a_post_without_a_file() {
    let mut world = World::new();
    let path = world.write("art.jsonl", format!("{TATE}\n\n"));
    assert_eq!(counts(&world.import(&path)), [1, 0, 0, 0, 0]);
    let post = world.post_of("tate", 1037);
    assert_eq!(
        tag_names(&post),
        ["man,_old", "on_paper,_unique", "robert_blake", "standing"]
    );
    let artist = post.tags.iter().find(|it| it.1 == "robert_blake").unwrap();
    assert_eq!(artist.2, Category::Artist);
    assert!(post.files.is_empty());
    assert!(!post.columns.is_missing);
    assert_eq!(post.columns.created_at, Some(-5_837_961_600));
    assert_eq!(post.sources, ["http://example.com/a00003"]);
    assert!(post.text.unwrap().starts_with("The Preaching of Warning\n"));
    // Again: nothing is new, and what has changed is found.
    assert_eq!(counts(&world.import(&path)), [0, 0, 1, 0, 0]);
    world.write("art.jsonl", TATE.replace("standing", "sitting"));
    assert_eq!(counts(&world.import(&path)), [0, 1, 0, 0, 0]);
    assert!(tag_names(&world.posts()[0]).contains(&"sitting"));
}

#[test]
fn lines_that_can_not_be_read_are_told_with_their_number_and_the_rest_goes_on() {
    let mut world = World::new();
    let deep = "[".repeat(5_000);
    let lines: Vec<Vec<u8>> = vec![
        br#"{"id": 1, "tags": ["a"]}"#.to_vec(),
        br#"{"id": 2, "tags": "#.to_vec(),
        format!(r#"{{"id": 3, "tags": {deep}"#).into_bytes(),
        b"{\"id\": 4, \"tags\": \"\xff\xfe\"}".to_vec(),
        br#"{"tags": "nameless"}"#.to_vec(),
        b"[1, 2]".to_vec(),
        b"null".to_vec(),
        vec![b' '; 2 << 20],
        [
            b"{\"id\": 9, \"tags\": \"",
            vec![b'x'; 2 << 20].as_slice(),
            b"\"}",
        ]
        .concat(),
        br#"{"id": 10, "tags": ["b", 5]}"#.to_vec(),
    ];
    let path = world.write("some.ndjson", lines.join(b"\n".as_slice()));
    let report = world.import(&path);
    assert_eq!(counts(&report), [2, 0, 0, 0, 8]);
    let reasons = reasons(&report);
    for (index, number) in (2..=9).enumerate() {
        let start = format!("line {number}");
        assert!(reasons[index].starts_with(&start), "{reasons:?}");
    }
    assert!(reasons[1].contains("recursion"), "{reasons:?}");
    assert!(reasons[3].contains("md5"), "{reasons:?}");
    assert!(reasons[7].contains("split it"), "{reasons:?}");
    assert!(report.failed.iter().all(|it| it.path == path));
    // It can be retried, and is forgotten once it is whole.
    let failures = world.reader().failures().unwrap();
    assert_eq!(failures.len(), 1);
    assert!(
        failures[0].reason.contains("7 more records"),
        "{failures:?}"
    );
    world.write("some.ndjson", &lines[0]);
    assert_eq!(counts(&world.import(&path)), [0, 0, 1, 0, 0]);
    assert!(world.reader().failures().unwrap().is_empty());
}

#[test]
fn a_file_of_nothing_but_bad_lines_lists_only_so_many() {
    let mut world = World::new();
    let path = world.write("bad.jsonl", "{\n".repeat(5_000));
    let refusal = world.refusal(&path);
    assert!(refusal.contains("line 1 is not valid JSON"), "{refusal}");
    assert!(refusal.contains("4999 more records"), "{refusal}");
    world.write("bad.jsonl", format!("{}{TATE}", "{\n".repeat(5_000)));
    let report = world.import(&path);
    assert_eq!((report.added, report.failed.len()), (1, 101));
    assert!(reasons(&report)[100].starts_with("4900 more"));
}

#[test]
fn packed_records_are_read_as_far_as_they_are_whole() {
    let mut world = World::new();
    let whole = world.write("packed.jsonl.xz", PACKED);
    assert_eq!(counts(&world.import(&whole)), [40, 0, 0, 0, 0]);
    assert_eq!(
        tag_names(&world.post_of("packed", 7)),
        ["number_7", "packed"]
    );
    let two = world.write("two/packed.jsonl.xz", [PACKED, PACKED].concat());
    assert_eq!(counts(&world.import(&two)), [0, 0, 80, 0, 0]);
    for length in [0, 5, 12, 30, 100, 200, PACKED.len() - 1] {
        let path = world.write("cut/packed.jsonl.xz", &PACKED[..length]);
        match world.try_import(&[path]) {
            Ok(report) => assert_eq!(report.failed.len(), 1, "{length} {report:?}"),
            Err(err) => assert!(err.to_string().contains("line 1"), "{length} {err}"),
        }
    }
    let mut damaged = PACKED.to_vec();
    damaged[120] ^= 0x55;
    let path = world.write("damaged/packed.jsonl.xz", damaged);
    let report = world.try_import(&[path]);
    assert!(report.is_err() || !report.unwrap().failed.is_empty());
    let path = world.write("other/packed.jsonl.xz", b"not packed at all, just named so");
    assert!(world.refusal(&path).contains("line 1"));
}

#[test]
fn a_list_and_the_replies_of_boorus() {
    let mut world = World::new();
    let danbooru = r#"{"id": 7, "md5": "4f39497ef8fcd059984c3b1fe86cf542", "rating": "q",
        "tag_string": "solo miku", "tag_string_general": "solo", "tag_string_character": "miku"}"#;
    let other = r#"{"id": 8, "tag_string": "1girl", "tag_string_general": "1girl"}"#;
    let list = world.write("list.json", format!("[{danbooru},\n {other}]"));
    assert_eq!(counts(&world.import(&list)), [2, 0, 0, 0, 0]);
    let post = world.post_of("danbooru", 7);
    assert_eq!(post.columns.rating, Some(Rating::Questionable));
    assert_eq!(
        post.columns.md5.unwrap().to_string(),
        "4f39497ef8fcd059984c3b1fe86cf542"
    );
    assert_eq!(counts(&world.import(&list)), [0, 0, 2, 0, 0]);

    let gelbooru = r#"{"@attributes": {"limit": 2}, "post": [
        {"id": 5, "tags": "it&#039;s_me solo", "rating": "general"},
        {"id": 6, "tags": "hat", "score": 4}]}"#;
    let path = world.write("reply.json", gelbooru);
    assert_eq!(counts(&world.import(path)), [2, 0, 0, 0, 0]);
    assert_eq!(
        tag_names(&world.post_of("gelbooru", 5)),
        ["it's_me", "solo"]
    );
    let e621 = r#"{"posts": [{"id": 5, "tags": {"species": ["fox"], "artist": []},
        "score": {"total": 3}, "file": {"md5": "0f39497ef8fcd059984c3b1fe86cf542"}}]}"#;
    let path = world.write("e621.json", e621);
    assert_eq!(counts(&world.import(path)), [1, 0, 0, 0, 0]);
    let fox = world.post_of("e621", 5);
    assert_eq!(
        (fox.columns.score, fox.tags[0].2),
        (Some(3), Category::Species)
    );
    assert!(fox.columns.md5.is_some());
    let one = world.write(
        "one.json",
        r#"{"post": {"id": 9, "tag_string_general": "tree"}}"#,
    );
    assert_eq!(counts(&world.import(one)), [1, 0, 0, 0, 0]);
}

#[test]
fn a_list_that_breaks_off_says_where() {
    let mut world = World::new();
    let path = world.write("cut.json", "[{\"id\": 1, \"tags\": []},\n{\"id\": 2, \"ta");
    let report = world.import(&path);
    assert_eq!((report.added, report.failed.len()), (1, 1));
    assert!(reasons(&report)[0].starts_with("record 2: the file is cut off"));
    let path = world.write("wrong.json", "[{\"id\": 1, \"tags\": []},\n{\"id\" 2}]");
    let reason = reasons(&world.import(&path))[0].to_owned();
    assert!(
        reason.contains("record 2") && reason.contains("line 2"),
        "{reason}"
    );
    for (name, text) in [
        ("number.json", "5".to_owned()),
        ("empty.json", String::new()),
        ("deep.json", "[".repeat(100_000)),
        ("wide.json", format!("[\"{}\"]", "x".repeat(3 << 20))),
        ("tags.json", r#"["a", "b"]"#.to_owned()),
    ] {
        let path = world.write(name, text);
        let refusal = world.refusal(&path);
        assert!(
            refusal.contains(name) && refusal.contains("record 1"),
            "{refusal}"
        );
    }
    assert_eq!(world.posts().len(), 2);
}

#[test]
fn a_json_file_beside_its_picture_is_a_sidecar() {
    let mut world = World::new();
    make_picture(&world.at("a.png"), 1);
    let sidecar = world.write("a.json", r#"{"id": 3, "tag_string_general": "tree"}"#);
    assert_eq!(counts(&world.import(sidecar)), [1, 0, 0, 0, 0]);
    let post = world.post_of("danbooru", 3);
    assert_eq!(post.files.len(), 1);
    // One whose picture is gone speaks of nothing.
    let gone = world.write("b.png.json", r#"{"id": 4, "tags": ["tree"]}"#);
    world.import(gone);
    assert_eq!(world.posts().len(), 1);
}

#[test]
fn pictures_and_records_of_them_may_be_named_together() {
    let mut world = World::new();
    world.write("pictures/readme", "");
    make_picture(&world.at("pictures/a.png"), 1);
    world.import(world.at("pictures"));
    let md5 = world.posts()[0].columns.md5.unwrap();
    let mut world = World::new();
    world.write("pictures/readme", "");
    make_picture(&world.at("pictures/a.png"), 1);
    let record = format!(r#"{{"id": 5, "md5": "{md5}", "tags": ["from_the_record"]}}"#);
    let records = world.write("records.jsonl", record);
    let nowhere = world.at("nowhere");
    let report = world
        .try_import(&[records.clone(), world.at("pictures"), nowhere.clone()])
        .unwrap();
    assert_eq!(counts(&report), [1, 1, 0, 0, 1]);
    assert_eq!(report.failed[0].path, nowhere);
    let post = world.post_of("records", 5);
    assert_eq!(tag_names(&post), ["from_the_record"]);
    assert_eq!(post.files.len(), 1);
    // Only what can't be read at all is an error.
    let report = world.try_import(&[records, nowhere.clone()]).unwrap();
    assert_eq!(counts(&report), [0, 0, 1, 0, 1]);
    assert!(world.refusal(&nowhere).contains("nowhere"));
    assert!(world.refusal(world.at("none.jsonl")).contains("none.jsonl"));
    fs::create_dir(world.at("folder.jsonl")).unwrap();
    assert_eq!(counts(&world.import(world.at("folder.jsonl"))), [0; 5]);
}

#[test]
fn a_long_import_can_be_cancelled_and_finished_later() {
    let mut world = World::new();
    let lines: String = (1..=5_000)
        .map(|id| format!("{{\"id\": {id}, \"tags\": \"t{id} all\"}}\n"))
        .collect();
    let path = world.write("many.jsonl", lines);
    let report = world
        .import_until(std::slice::from_ref(&path), &|changes| {
            !changes.posts.is_empty()
        })
        .unwrap();
    assert!(report.cancelled);
    assert!((1..5_000).contains(&report.added), "{report:?}");
    let rest = world.import(&path);
    assert_eq!(rest.added + report.added, 5_000);
    assert_eq!(rest.unchanged, report.added);
    assert!(!rest.cancelled);
}

#[test]
fn posts_of_one_album_that_have_no_md5_stay_apart() {
    let mut world = World::new();
    let record =
        |id: u32| format!(r#"{{"id": {id}, "tag_string_general": "page_{id}", "pixiv_id": 50}}"#);
    let lines = format!("{}\n{}\n", record(1), record(2));
    let path = world.write("album.jsonl", lines);
    assert_eq!(counts(&world.import(&path)), [2, 0, 0, 0, 0]);
    assert_eq!(tag_names(&world.post_of("danbooru", 2)), ["page_2"]);
}

#[test]
fn the_tate_as_a_library_of_records() {
    let Some(data) = shared_data() else {
        return;
    };
    let mut world = World::new();
    let path = data.join("posts/tate_artworks.jsonl.xz");
    assert_eq!(counts(&world.import(&path)), [69_202, 0, 0, 0, 0]);
    assert_eq!(world.reader().num_posts().unwrap(), 69_202);
    let mut num_artists = 0;
    world
        .reader()
        .for_each_tag(&mut |tag| num_artists += u32::from(tag.category == Category::Artist))
        .unwrap();
    assert!(num_artists > 3_000, "{num_artists}");
    assert_eq!(counts(&world.import(&path)), [0, 0, 69_202, 0, 0]);
}

#[test]
fn danbooru_and_gelbooru_as_their_programs_write_them() {
    let Some(data) = shared_data() else {
        return;
    };
    let mut world = World::new();
    let paths: Vec<PathBuf> = [
        "posts/danbooru_api_grabber_10posts.json",
        "sidecars/gelbooru_api/posts.json",
        "sidecars/danbooru_api/post_2552401.json",
    ]
    .iter()
    .map(|it| data.join(it))
    .collect();
    let report = world.try_import(&paths).unwrap();
    assert!(report.failed.is_empty(), "{report:?}");
    assert!(report.added >= 12, "{report:?}");
    let post = world.post_of("danbooru", 4_018_204);
    assert_eq!(post.tags.len(), 24);
    assert_eq!(post.columns.score, Some(1));
    assert_eq!(post.columns.fav_count, Some(1));
}

#[test]
fn a_list_beside_others_of_its_name_is_no_sidecar_of_theirs() {
    let mut world = World::new();
    let list = world.write("v.json", r#"[{"id": 1, "tags": "a"}]"#);
    world.write("v.jsonl", r#"{"id": 8, "tags": "b"}"#);
    world.write("v.csv", "antecedent,consequent\n");
    assert_eq!(counts(&world.import(&list)), [1, 0, 0, 0, 0]);
    assert_eq!(tag_names(&world.posts()[0]), ["a"]);
}
