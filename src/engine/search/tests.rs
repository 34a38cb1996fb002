use super::model::{Contents, Library, file, library, tagged};
use super::{complete, search};
use crate::engine::tag_cache::{MemorySource, TagCache};
use crate::message::CompletionKind;
use crate::model::{FileFormat, Md5, PictureFacts, PostDraft, Rating};

/// Tags that look like something else.
pub(super) const ODD: &[&str] = &[
    ":d",
    "\\o/",
    "|_|",
    ">:)",
    ";)",
    ">:(",
    "!?",
    ":3",
    ".hack//",
    "fate/stay_night",
    "re:zero",
    "id:invaded",
    "tag_(qualifier)",
    "^_^",
    "(o)_(o)",
    "'_'",
    "\"quoted\"",
    ".live",
    "or_not",
    "ñandú",
];

#[test]
fn operators_mean_what_danbooru_means() {
    let library = tagged(&[&["a"], &["b"], &["a", "b"], &["a", "b", "c"], &[]]);
    let cases: &[(&str, &[u32])] = &[
        ("", &[5, 4, 3, 2, 1]),
        ("a", &[4, 3, 1]),
        ("A", &[4, 3, 1]),
        ("a b", &[4, 3]),
        ("a -b", &[1]),
        ("-a", &[5, 2]),
        ("~a ~b", &[4, 3, 2, 1]),
        ("~a ~b c", &[4]),
        ("a or b", &[4, 3, 2, 1]),
        ("a b or c", &[4, 3]),
        ("{a ~ b}", &[4, 3, 2, 1]),
        ("{a ~ b} c", &[4]),
        ("-{a ~ c}", &[5, 2]),
        ("{a b ~ c}", &[4, 3]),
        ("{~a ~b}", &[4, 3, 2, 1]),
        ("({a ~ b} -c)", &[3, 2, 1]),
        ("{(a -b) ~ c}", &[4, 1]),
        ("a sort:id:asc", &[1, 3, 4]),
        ("sort:tagcount", &[4, 3, 2, 1, 5]),
        ("sort:tagcount:asc", &[5, 1, 2, 3, 4]),
        ("order:custom id:3,1,5", &[3, 1, 5]),
        ("order:custom a (id:3,1 or b)", &[3, 1, 4]),
        ("a a a a a b b b b", &[4, 3]),
        ("id:2...2", &[]),
        ("id:99999999999", &[]),
        ("a and b OR c", &[4, 3]),
        ("a and -b", &[1]),
        ("(a or b) -c", &[3, 2, 1]),
        ("-(a b)", &[5, 2, 1]),
        ("-(a or b)", &[5]),
        ("--a", &[4, 3, 1]),
        ("*", &[4, 3, 2, 1]),
        ("tagcount:0", &[5]),
        ("tagcount:>1", &[4, 3]),
        ("tagcount:1,3", &[4, 2, 1]),
        ("order:id", &[1, 2, 3, 4, 5]),
        ("a order:oldest limit:2", &[1, 3]),
        ("order:tagcount", &[4, 3, 2, 1, 5]),
        ("order:tagcount_asc", &[5, 1, 2, 3, 4]),
        ("-order:tagcount", &[5, 1, 2, 3, 4]),
        ("id:2..4 -id:3", &[4, 2]),
        ("(order:id) a", &[1, 3, 4]),
        ("nosuch", &[]),
        ("_A__ -\"  b \"", &[1]),
        ("a -nosuch", &[4, 3, 1]),
    ];
    for (query, expected) in cases {
        assert_eq!(library.ids(query), *expected, "{query}");
    }
}

#[test]
fn odd_tags_are_found_as_typed() {
    let posts: Vec<Vec<&str>> = ODD.iter().map(|it| vec![*it, "all"]).collect();
    let posts: Vec<&[&str]> = posts.iter().map(Vec::as_slice).collect();
    let library = tagged(&posts);
    for (id, tag) in (1..).zip(ODD) {
        let forms = [
            (*tag).to_owned(),
            format!("all {tag}"),
            format!("({tag})"),
            format!("({tag} or {tag})"),
            format!("((all ({tag})))"),
            format!("-(-{tag})"),
        ];
        for form in forms {
            assert_eq!(library.ids(&form), [id], "{form}");
        }
        assert_eq!(library.ids(&format!("all -{tag}")).len(), ODD.len() - 1);
    }
}

#[test]
fn a_face_that_no_post_has_is_a_tag_too() {
    let library = tagged(&[&["a"]]);
    for face in [":d", ";)", ">:(", "\\o/", "|_|", "!?", ".live", "re:zero"] {
        let result = search(face, 1, &library.cache, &library, &|| false).unwrap();
        assert_eq!(result.total, 0);
        assert_eq!(result.summary.unknown_tags[0].name, face);
    }
}

#[test]
fn extensions_ratings_names_and_sums() {
    let picture = |format, width, height| {
        Some(PictureFacts {
            format,
            width,
            height,
            is_animated: false,
            has_alpha: false,
            phash: 0,
            color_hash: 0,
            thumbnail: Vec::new(),
        })
    };
    let md5: Md5 = "0123456789abcdef0123456789abcdef".parse().unwrap();
    let library = library(&[
        (
            &["a", ".gif"],
            PostDraft {
                picture: picture(FileFormat::Png, 1920, 1080),
                rating: Some(Rating::General),
                file: file("/Cars/red car.png"),
                score: Some(5),
                ..Default::default()
            },
        ),
        (
            &["a"],
            PostDraft {
                picture: picture(FileFormat::Jpeg, 100, 200),
                rating: Some(Rating::Explicit),
                md5: Some(md5),
                score: Some(-5),
                ..Default::default()
            },
        ),
        (&["a"], PostDraft::default()),
    ]);
    let cases: &[(&str, &[u32])] = &[
        ("ext:png", &[1]),
        ("filetype:jpeg", &[2]),
        (".png", &[1]),
        ("ext:png,jpg", &[2, 1]),
        ("ext:none", &[3]),
        // The library has a tag of that name.
        (".gif", &[1]),
        ("rating:g", &[1]),
        ("rating:general,explicit", &[2, 1]),
        ("-rating:e", &[3, 1]),
        ("rating:none", &[3]),
        ("RATING:E", &[2]),
        ("filename:\"red car\"", &[1]),
        ("a -filename:car", &[3, 2]),
        ("folder:cars path:red", &[1]),
        ("in:/nowhere", &[]),
        ("filename:cars", &[]),
        ("filename:red*png", &[1]),
        ("score:none", &[3]),
        ("score:any", &[2, 1]),
        ("score:none,>0", &[3, 1]),
        ("is:sfw", &[1]),
        ("is:nsfw,png", &[2, 1]),
        ("is:record", &[3, 2]),
        ("status:ok", &[1]),
        ("md5:0123456789ABCDEF0123456789abcdef", &[2]),
        ("-md5:0123456789abcdef0123456789abcdef", &[3, 1]),
        ("width:>=1920", &[1]),
        ("width:<5000", &[2, 1]),
        ("-width:>=1920", &[3, 2]),
        ("ratio:16:9", &[1]),
        ("mpixels:>1", &[1]),
        ("score:<0", &[2]),
        // What has no score comes last.
        ("order:score", &[1, 2, 3]),
        ("order:mpixels", &[1, 2, 3]),
        ("order:portrait", &[3, 2, 1]),
    ];
    for (query, expected) in cases {
        assert_eq!(library.ids(query), *expected, "{query}");
    }
}

#[test]
fn an_order_that_is_not_there_suggests_none_that_is_nothing_like_it() {
    let library = tagged(&[&["a", "b"]]);
    for query in ["order:comment", "sort:zebra"] {
        let err = library.error(query);
        assert_eq!(err.suggestion, None, "{query}");
        assert!(err.message.starts_with("There is no order “"), "{err}");
        assert!(err.message.len() < 90, "{err}");
    }
}

#[test]
fn an_error_points_and_its_suggestion_works() {
    let library = tagged(&[&["a", "b"]]);
    let cases = [
        ("(a b", 1, "(a b)"),
        ("a ((b)", 3, "a ((b))"),
        ("a b)", 4, "a b"),
        ("a )", 3, "a"),
        ("a ()", 3, "a"),
        ("or a", 1, "a"),
        ("a or", 3, "a"),
        ("a (or b)", 4, "a (b)"),
        ("a -", 3, "a"),
        ("- a", 1, "-a"),
        ("~ a", 1, "~a"),
        ("\"a", 1, "\"a\""),
        ("a filename:\"x", 12, "a filename:\"x\""),
        ("rating:", 1, "rating:general"),
        ("a rating:gen", 10, "a rating:general"),
        ("ext:pnx", 5, "ext:png"),
        ("b order:scrore a", 9, "b order:score a"),
        ("ñ width:x", 9, "ñ width:>0"),
        ("limit:-1", 7, "limit:100"),
        ("a (order:banana", 10, "a"),
        ("sort:scroe:asc", 6, "sort:score_asc"),
        ("{a ~ b", 1, "{a ~ b}"),
        ("{a ~ rating:x}", 13, "{a ~ rating:general}"),
        ("{a ~}", 4, "{a}"),
        ("{~ a}", 2, "{a}"),
        ("a {}", 3, "a"),
        ("a}", 2, "a"),
        ("{a ~ b)", 7, "{a ~ b}"),
        ("is:sfv", 4, "is:sfw"),
        ("has:sorce b", 5, "has:source b"),
        ("status:gone", 8, "status:ok"),
        ("fav:maybe", 5, "fav:yes"),
        ("parent:x", 8, "parent:any"),
        ("artist:", 1, "artist:*"),
        ("pool:\" \"", 6, "pool:any"),
        ("md5:12", 5, "md5:d41d8cd98f00b204e9800998ecf8427e"),
    ];
    for (query, column, suggestion) in cases {
        let err = library.error(query);
        assert_eq!(err.column, column, "{query}: {err}");
        assert_eq!(
            err.suggestion.as_deref(),
            Some(suggestion),
            "{query}: {err}"
        );
        library.ids(suggestion);
    }
    for query in ["(", "()", "((", "\"\"", "-", "~", ")", "or", "-()"] {
        assert_eq!(library.error(query).suggestion, None, "{query}");
    }
    // What could be read would be nothing that anybody means.
    for query in ["- - ~ ( or ) *", "- - a", "~ -a", "(*", "(?!", "- ~ *"] {
        assert_eq!(library.error(query).suggestion, None, "{query}");
    }
    let faces = tagged(&[&["--"]]);
    assert_eq!(faces.error("(--").suggestion.as_deref(), Some("(--)"));
    assert_eq!(faces.error("(--a").suggestion.as_deref(), Some("(--a)"));
    // Written out, it would be deeper than can be read.
    let deep = format!("{}a b or c", "-".repeat(100));
    assert!(library.error(&deep).message.contains("deep"));
    let deep = "-".repeat(100_000) + "a";
    assert!(library.error(&deep).message.contains("deep"));
    assert!(library.error(&"(".repeat(100_000)).message.contains("deep"));
}

#[test]
fn an_unknown_tag_names_the_nearest_and_a_text_search() {
    let library = tagged(&[&["long_hair", "1girl"], &["long_hair"], &["long_hare"]]);
    let result = search("1girl -(Lnog_Hair)", 1, &library.cache, &library, &|| false).unwrap();
    let unknown = &result.summary.unknown_tags;
    assert_eq!(unknown.len(), 1);
    assert_eq!(unknown[0].name, "lnog_hair");
    assert_eq!(unknown[0].nearest[0], ("long_hair".to_owned(), 2));
    let as_text = &result.summary.as_text;
    assert_eq!(as_text, "1girl -((path:\"lnog\" path:\"hair\"))");
    library.ids(as_text);
    let query = "rde 1girl -blue_cra rde";
    let result = search(query, 1, &library.cache, &library, &|| false).unwrap();
    let as_text = &result.summary.as_text;
    let all = "path:\"rde\" 1girl -(path:\"blue\" path:\"cra\") path:\"rde\"";
    assert_eq!(as_text, all, "each of the words, wherever it stands");
    library.ids(as_text);
}

#[test]
fn what_is_written_as_a_metatag_is_told_from_a_missing_tag() {
    let library = tagged(&[&["re:zero", "user:me", "1girl", ":3"], &["fate:zero"]]);
    let hint = |query: &str| {
        let result = search(query, 1, &library.cache, &library, &|| false).unwrap();
        let unknown = result.summary.unknown_tags.into_iter().next();
        let metatag = unknown.and_then(|it| it.as_metatag);
        let metatag = metatag.map(|it| (it.name, it.nearest));
        (metatag, result.summary.as_text)
    };
    let some = |name: &str, nearest: &[&str]| {
        let nearest: Vec<String> = nearest.iter().map(|it| (*it).to_owned()).collect();
        Some((name.to_owned(), nearest))
    };
    assert_eq!(hint("user:x 1girl"), (some("user", &[]), String::new()));
    assert_eq!(hint("-duration:>3").0, some("duration", &[]));
    assert_eq!(hint("duration:>3").1, "");
    // Only what takes the value is offered.
    assert_eq!(hint("raiting:safe").0, some("raiting", &[]));
    assert_eq!(
        hint("Raiting:General").0,
        some("raiting", &["rating:general"])
    );
    assert_eq!(hint("size:>2mb").0, some("size", &["filesize:>2mb"]));
    assert_eq!(hint("heigth:>300").0, some("heigth", &["height:>300"]));
    // Tags have colons too.
    for known in ["re:zero", "user:me", ":3", "fate:zero"] {
        assert_eq!(hint(known), (None, String::new()), "{known}");
    }
    assert_eq!(hint("re:one"), (None, "path:\"re:one\"".to_owned()));
    assert_eq!(hint("\"user:x\"").0, None);
    assert_eq!(hint(";3").0, None);
    let (metatag, as_text) = hint("fate:one");
    assert_eq!(metatag, some("fate", &[]));
    assert_eq!(as_text, "path:\"fate:one\"", "it may be a name");
}

#[test]
fn of_thousands_of_unknown_tags_a_few_are_told() {
    let library = tagged(&[&["1girl"]]);
    let query: Vec<String> = (0..3000).map(|it| format!("nothing_{it}")).collect();
    let query = query.join(" ");
    let result = search(&query, 1, &library.cache, &library, &|| false).unwrap();
    assert_eq!(result.total, 0);
    let unknown = &result.summary.unknown_tags;
    assert_eq!(unknown.len(), 8);
    assert_eq!(unknown[7].name, "nothing_7");
}

#[test]
fn a_search_can_be_cancelled() {
    let tags: &[&str] = &["a"];
    let posts = vec![tags; 200_000];
    let library = tagged(&posts);
    let asked = std::cell::Cell::new(0);
    let cancel = || {
        asked.set(asked.get() + 1);
        asked.get() > 2
    };
    let result = search("order:score", 1, &library.cache, &library, &cancel);
    assert!(matches!(result, Err(super::SearchFailure::Cancelled)));
    assert_eq!(asked.get(), 3);
}

#[test]
fn a_search_of_file_names_can_be_cancelled() {
    let library = tagged(&[&["a"]]);
    let result = search("a filename:x", 1, &library.cache, &library, &|| true);
    assert!(matches!(result, Err(super::SearchFailure::Cancelled)));
}

#[test]
fn a_random_order_stays_as_it_is_when_posts_come() {
    let random = |num_posts: usize, seed: u64| -> Vec<u32> {
        let library = tagged(&vec![&["a"] as &[&str]; num_posts]);
        let result = search("order:random", seed, &library.cache, &library, &|| false);
        result.unwrap().into_posts().iter().map(|it| it.0).collect()
    };
    let before = random(5000, 7);
    assert!(!before.is_sorted() && !before.iter().rev().is_sorted());
    let mut after = random(5100, 7);
    after.retain(|it| *it <= 5000);
    assert_eq!(before, after);
    assert_ne!(before, random(5000, 8), "each seed has its own order");
}

#[test]
fn completion_prefers_prefix_then_word_then_count() {
    let library = tagged(&[
        &["long_hair", "hairband", "ranking"],
        &["long_hair", "hair_ribbon"],
        &["long_hair", "short_hair", "hairband"],
        &["\\o/"],
    ]);
    let texts = |text: &str| -> Vec<String> {
        let (_, items) = complete(text, text.len(), 10, &library.cache);
        items.into_iter().map(|it| it.text).collect()
    };
    assert_eq!(
        texts("hair"),
        ["hairband", "hair_ribbon", "long_hair", "short_hair"]
    );
    assert_eq!(texts("long_"), ["long_hair"]);
    assert_eq!(texts("ra"), ["ranking", "rating:", "ratio:"]);
    assert_eq!(texts("rating:s"), ["rating:sensitive"]);
    assert_eq!(texts("ext:png,w"), ["ext:png,webp"]);
    assert_eq!(texts("order:rand"), ["order:random"]);
    assert_eq!(texts("lnog_hair"), ["long_hair"]);
    assert_eq!(texts("*hair*b"), ["hairband", "hair_ribbon"]);
    assert_eq!(texts("\\"), ["\\o/"]);
    assert!(texts("a ").is_empty());

    let text = "1girl -(Hair or x";
    let (range, items) = complete(text, 11, 1, &library.cache);
    assert_eq!(&text[range], "Hair");
    assert_eq!(items[0].text, "hairband");
    assert_eq!(items[0].count, 2);
    assert!(matches!(items[0].kind, CompletionKind::Tag(_)));
    // A cursor inside a character does no harm.
    complete("ñ", 1, 5, &library.cache);
}

/// The radix path of ordering, which small libraries never take.
#[test]
fn many_posts_are_ordered_too() {
    let mut source = MemorySource::default();
    let mut state = 7_u64;
    let mut scores = Vec::new();
    for _ in 0..20_000 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let score = (state >> 40) as i32 - (1 << 23);
        scores.push(score);
        source.push(&PostDraft {
            score: Some(score),
            ..Default::default()
        });
    }
    let contents = Contents::default();
    let cache = TagCache::build(&source).unwrap();
    let library = Library { contents, cache };
    let mut expected: Vec<u32> = (1..=20_000).collect();
    expected.sort_by_key(|it| (scores[*it as usize - 1], *it));
    assert_eq!(library.ids("order:score_asc"), expected);
    expected.reverse();
    assert_eq!(library.ids("order:score"), expected);
    let mut shuffled = library.ids("order:random");
    assert_ne!(shuffled, expected);
    shuffled.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(shuffled, library.ids(""));
}

#[test]
fn a_tag_named_like_a_metatag_does_not_take_its_place() {
    let general = PostDraft {
        rating: Some(Rating::General),
        ..Default::default()
    };
    let library = library(&[
        (&["a"], general.clone()),
        (
            &["a", "rating:g", "order:id", "limit:1", "id:invaded"],
            general,
        ),
    ]);
    assert_eq!(library.ids("rating:g"), [2, 1]);
    assert_eq!(library.ids("a order:id"), [1, 2]);
    assert_eq!(library.ids("a limit:1"), [2]);
    // Quotes ask for the tag, and so does a value that means nothing else.
    assert_eq!(library.ids("\"rating:g\""), [2]);
    assert_eq!(library.ids("id:invaded"), [2]);
    assert_eq!(library.ids("-id:invaded"), [1]);
}
