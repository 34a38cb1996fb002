//! Sidecars in the shapes of the programs that write them, short; and, where the
//! development data is there, the real ones.

use std::path::{Path, PathBuf};

use super::json::parse;
use super::*;
use crate::model::{Category, Rating};

fn draft(json: &str) -> PostDraft {
    parse(json.as_bytes(), "picture").unwrap().draft
}

fn category_of(draft: &PostDraft, name: &str) -> Option<Option<Category>> {
    let tag = draft.tags.iter().find(|it| it.name == name)?;
    Some(tag.category)
}

#[test]
fn danbooru_strings_give_every_tag_its_category_once() {
    let post = draft(
        r#"{"id": 7, "rating": "s", "score": -3, "fav_count": 5, "pixiv_id": 12,
            "created_at": "2008-08-12T00:46:05.385-04:00", "source": "https://example.com/a",
            "tag_string": "1girl foo_(bar) solo", "tag_string_general": "1girl solo",
            "tag_string_artist": "foo_(bar)", "tag_string_character": ""}"#,
    );
    assert_eq!(post.tags.len(), 3);
    assert_eq!(
        category_of(&post, "foo_(bar)"),
        Some(Some(Category::Artist))
    );
    assert_eq!(category_of(&post, "solo"), Some(Some(Category::General)));
    assert_eq!(post.rating, Some(Rating::Sensitive));
    assert_eq!((post.score, post.fav_count), (Some(-3), Some(5)));
    assert_eq!(post.created_at, Some(1_218_516_365));
    assert_eq!(post.sources, ["https://example.com/a"]);
    let source = |site: &str, id| SourcePost {
        site: site.to_owned(),
        id,
    };
    assert_eq!(
        post.source_posts,
        [source("danbooru", 7), source("pixiv", 12)]
    );
}

#[test]
fn e621_lists_in_both_of_its_forms() {
    for json in [
        r#"{"category": "e621", "rating": "s", "tags": ["fox", "wolf_(x)"],
            "tags_species": ["fox"], "tags_artist": ["wolf_(x)"], "score": {"up": 5, "total": 4}}"#,
        r#"{"post": {"rating": "s", "score": {"total": 4},
            "tags": {"species": ["fox"], "artist": ["wolf_(x)"], "lore": []}}}"#,
    ] {
        let post = draft(json);
        assert_eq!(category_of(&post, "fox"), Some(Some(Category::Species)));
        assert_eq!(category_of(&post, "wolf_(x)"), Some(Some(Category::Artist)));
        assert_eq!(post.tags.len(), 2);
        assert_eq!((post.rating, post.score), (Some(Rating::General), Some(4)));
    }
}

#[test]
fn gelbooru_escapes_and_a_reply_of_several_posts() {
    let reply = r#"{"@attributes": {"count": 2}, "post": [
        {"id": 1, "md5": "aa", "tags": "no", "rating": "general"},
        {"id": 2, "md5": "PICTURE", "tags": "another&#039;s_arm a&amp;b &x", "rating": "questionable"}]}"#;
    let post = draft(reply);
    let names: Vec<_> = post.tags.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["another's_arm", "a&b", "&x"]);
    assert_eq!(post.rating, Some(Rating::Questionable));
    assert_eq!(post.source_posts[0].site, "gelbooru");
    let err = parse(reply.as_bytes(), "other").unwrap_err();
    assert!(matches!(err, SidecarError::Ambiguous { num_posts: 2 }));
}

#[test]
fn lists_of_names_of_objects_and_with_namespaces() {
    let pixiv = draft(
        r#"{"tags": ["風景", {"name": "鹿", "translated_name": "deer"}], "title": "T",
            "caption": "C", "user": {"name": "Some One"}, "x_restrict": 1}"#,
    );
    assert_eq!(category_of(&pixiv, "鹿"), Some(None));
    assert_eq!(
        category_of(&pixiv, "some_one"),
        Some(Some(Category::Artist))
    );
    assert_eq!(pixiv.text.as_deref(), Some("T\nC"));
    assert_eq!(pixiv.rating, Some(Rating::Explicit));

    let zerochan = draft(r#"{"tags": ["Mangaka:Ray", "Character:Son Goku", "re:zero"]}"#);
    assert_eq!(
        category_of(&zerochan, "son_goku"),
        Some(Some(Category::Character))
    );
    assert_eq!(category_of(&zerochan, "re:zero"), Some(None));
    assert_eq!(zerochan.tags[1].spelling.as_deref(), Some("Son Goku"));

    let szurubooru = draft(
        r#"{"id": 3, "safety": "sketchy", "checksumMD5": "x",
            "tags": [{"names": ["main", "alias"], "category": "Character"}]}"#,
    );
    assert_eq!(
        category_of(&szurubooru, "main"),
        Some(Some(Category::Character))
    );
    assert_eq!(szurubooru.rating, Some(Rating::Questionable));
}

#[test]
fn wrapped_posts_bare_lists_and_labels() {
    let hydrus = draft(r#"{"metadata": {"tags": ["blonde hair"], "urls": ["http://a/1"]}}"#);
    assert_eq!(category_of(&hydrus, "blonde_hair"), Some(None));
    assert_eq!(hydrus.sources, ["http://a/1"]);
    assert!(hydrus.source_posts.is_empty());

    let waifuc = draft(r#"{"danbooru": {"id": 9, "tag_string": "solo"}, "filename": "x"}"#);
    assert_eq!(waifuc.source_posts[0].site, "danbooru");
    assert_eq!(waifuc.tags.len(), 1);

    assert_eq!(draft(r#"["Blue Sky", "tree"]"#).tags.len(), 2);
    assert_eq!(
        draft(r#"{"tags": {"1girl": 0.99, "solo": 0.8}}"#)
            .tags
            .len(),
        2
    );

    let label = draft(
        r#"{"label": "keycap: 1", "tags": ["1", "one"], "group": "symbols", "subgroup": "keycap"}"#,
    );
    assert_eq!(
        category_of(&label, "keycap:_1"),
        Some(Some(Category::General))
    );
    assert_eq!(category_of(&label, "symbols"), Some(Some(Category::Meta)));
    assert_eq!(label.text.as_deref(), Some("keycap: 1"));
}

#[test]
fn what_is_not_json_says_where() {
    let err = parse(b"{\n \"tags\": [}", "x").unwrap_err();
    assert!(
        matches!(
            err,
            SidecarError::Json {
                line: 2,
                column: 11,
                ..
            }
        ),
        "{err}"
    );
    assert!(
        parse(&b"[".repeat(100_000), "x").is_err(),
        "deep nesting is an error"
    );
    assert!(parse(b"{\"tags\": [\"\xff\"]}", "x").is_err());
    // Any JSON that says nothing is a sidecar that says nothing.
    for nothing in [
        "3",
        "null",
        "{}",
        "[]",
        "[[[\"a\"]]]",
        r#"{"post": [1], "tags": 5}"#,
    ] {
        assert_eq!(draft(nothing), PostDraft::default(), "{nothing}");
    }
}

#[test]
fn long_tags_are_left_out_and_counted_and_many_tags_are_quick() {
    let long = "x".repeat(171);
    let facts = parse(format!("[\"{long}\", \"short\"]").as_bytes(), "x").unwrap();
    assert_eq!((facts.num_long_tags, facts.draft.tags.len()), (1, 1));
    let many: Vec<String> = (0..200_000).map(|it| format!("\"t{it}\"")).collect();
    let facts = parse(format!("[{}]", many.join(",")).as_bytes(), "x").unwrap();
    assert_eq!(facts.draft.tags.len(), 200_000);
}

fn shared_data() -> Option<PathBuf> {
    let shared = std::env::var_os("KOBAKO_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let data = shared.join("data");
    if data.is_dir() {
        return Some(data);
    }
    eprintln!("skipped: {} is not there", data.display());
    None
}

#[test]
fn real_sidecars_of_every_program() {
    let Some(data) = shared_data() else { return };
    let cases = [
        (
            "gallery-dl/danbooru.json",
            "joker_(dc)",
            Some(Category::Character),
            "danbooru",
        ),
        (
            "gallery-dl/e621.json",
            "fennec_fox",
            Some(Category::Species),
            "e621",
        ),
        ("gallery-dl/pixiv.json", "風景", None, "pixiv"),
        (
            "gallery-dl/zerochan.json",
            "son_gohan",
            Some(Category::Character),
            "zerochan",
        ),
        (
            "waifuc/meta_json.json",
            "amiya_(arknights)",
            Some(Category::Character),
            "danbooru",
        ),
        (
            "danbooru_api/post_2552401.json",
            "toyoi_yuuta",
            Some(Category::Artist),
            "danbooru",
        ),
        (
            "gelbooru_api/posts.json",
            "grabbing_another's_arm",
            None,
            "gelbooru",
        ),
        ("hydrus/example.jpg.json", "blonde_hair", None, ""),
    ];
    for (name, tag, category, site) in cases {
        let bytes = std::fs::read(data.join("sidecars").join(name)).unwrap();
        let post = parse(&bytes, "picture").unwrap().draft;
        assert_eq!(
            category_of(&post, tag),
            Some(category),
            "{name}: {:?}",
            post.tags
        );
        if !site.is_empty() {
            assert_eq!(post.source_posts[0].site, site, "{name}");
            assert!(post.created_at.is_some(), "{name}");
        }
    }
    let bytes = std::fs::read(data.join("sidecars/gallery-dl/derpibooru.json")).unwrap();
    let post = parse(&bytes, "picture").unwrap().draft;
    assert_eq!(post.source_posts[0].site, "derpibooru");
}

#[test]
fn real_labels_and_real_tags_keep_their_names() {
    let Some(data) = shared_data() else { return };
    let labels = std::fs::read(data.join("images/fluent_emoji_3d/labels.json")).unwrap();
    let labels: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(&labels).unwrap();
    for (file, label) in &labels {
        let facts = parse(label.to_string().as_bytes(), file).unwrap();
        assert!(
            facts.draft.tags.len() >= 2 && facts.num_long_tags == 0,
            "{file}"
        );
    }
    let tags = std::fs::read_to_string(data.join("tags/danbooru_tags.csv")).unwrap();
    let mut num_tags = 0;
    for line in tags.lines().skip(1).filter(|it| !it.starts_with('"')) {
        let name = line.split(',').next().unwrap();
        assert_eq!(normalise::tag_name(name).as_deref(), Ok(name));
        num_tags += 1;
    }
    assert!(num_tags > 100_000);
}

#[test]
fn sidecars_beside_a_picture_are_found_united_and_told_apart_by_stamp() {
    let dir = tempfile::tempdir().unwrap();
    let picture = dir.path().join("a.jpg");
    let write = |name: &str, bytes: &[u8]| std::fs::write(dir.path().join(name), bytes).unwrap();
    assert_eq!(stamp_of(&find(&picture)), 0);
    write("a.jpg.json", br#"{"tags": ["one"], "rating": "g"}"#);
    let one = stamp_of(&find(&picture));
    assert_ne!(one, 0);
    write(
        "a.json",
        "\u{feff}{\"tag_string_artist\": \"two\", \"rating\": \"e\"}".as_bytes(),
    );
    write("a.txt", b"three\ntwo\nbad \xff byte");
    let utf16: Vec<u8> = "\u{feff}four\nfive"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    write("a.jpg.tags.txt", &utf16);
    let sidecars = find(&picture);
    assert_eq!(sidecars.len(), 4);
    assert_ne!(stamp_of(&sidecars), one);
    let post = read_all(&picture, &sidecars, |it, err| panic!("{it:?}: {err}"));
    let names: Vec<_> = post.tags.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        ["one", "two", "three", "bad_\u{fffd}_byte", "four", "five"]
    );
    assert_eq!(category_of(&post, "two"), Some(Some(Category::Artist)));
    assert_eq!(post.rating, Some(Rating::General), "the first that says it");

    let big = vec![b'x'; MAX_SIDECAR_BYTES as usize + 1];
    write("a.txt", &big);
    let mut failures = Vec::new();
    read_all(&picture, &find(&picture), |it, err| {
        failures.push((it.path.clone(), err));
    });
    assert!(matches!(failures[..], [(_, SidecarError::TooLarge { .. })]));
}

#[test]
fn a_sidecar_leads_to_its_pictures() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    for name in ["a.jpg", "b.png", "c.tags"] {
        std::fs::write(at(name), b"").unwrap();
    }
    assert_eq!(pictures_of(&at("a.jpg.json")), [at("a.jpg")]);
    assert_eq!(pictures_of(&at("a.jpg.tags.txt")), [at("a.jpg")]);
    assert_eq!(pictures_of(&at("b.txt")), [at("b.png")]);
    assert_eq!(pictures_of(&at("c.tags.txt")), [at("c.tags")]);
    assert_eq!(pictures_of(&at("none.json")), Vec::<PathBuf>::new());
}

#[test]
fn a_text_full_of_ampersands_ends() {
    let json = format!(r#"{{"tags": "{}"}}"#, "&".repeat(1_000_000));
    let (sender, parsed) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let facts = parse(json.as_bytes(), "picture").unwrap();
        let _ = sender.send(facts.num_long_tags);
    });
    // It takes milliseconds; looked through again from each `&`, half a minute.
    let num_long_tags = parsed.recv_timeout(std::time::Duration::from_secs(12));
    assert_eq!(num_long_tags.expect("it ends"), 1);
}
