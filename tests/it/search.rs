//! The query language on every real tag as people type them, and searches of
//! a library from its tables on.

use std::collections::BTreeSet;
use std::path::PathBuf;

use kobako::cli::synth::SynthArgs;
use kobako::engine::search::{Expr, LibraryLookup, Query, parse, search};
use kobako::engine::tag_cache::{Column, MemorySource, TagCache};
use kobako::import::synth::{SynthOptions, generate};
use kobako::library::{Library, OpenOptions};
use kobako::model::{PostDraft, Rating, TagDraft};

/// Names of a real vocabulary; `None`, said aloud, where it is not there.
fn real_tags() -> Option<Vec<String>> {
    let shared = std::env::var_os("KOBAKO_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = shared.join("data/tags/danbooru_tags.csv");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    };
    let name = |line: &str| {
        // A name with a comma or a quotation mark is quoted, and its marks are doubled.
        match line.strip_prefix('"') {
            Some(quoted) => {
                let quoted = quoted.replace("\"\"", "\u{0}");
                let end = quoted.find('"').unwrap_or(quoted.len());
                quoted[..end].replace('\u{0}', "\"")
            }
            None => line.split(',').next().unwrap_or_default().to_owned(),
        }
    };
    let names: Vec<String> = text.lines().skip(1).map(name).collect();
    assert!(names.len() > 100_000);
    Some(names)
}

fn only(expr: Expr) -> Query {
    Query {
        expr: Some(expr),
        order: None,
        limit: None,
    }
}

#[test]
fn every_real_tag_is_found_as_typed() {
    let Some(names) = real_tags() else { return };
    let mut source = MemorySource::default();
    source.push(&PostDraft {
        tags: names
            .iter()
            .map(|name| TagDraft {
                name: name.clone(),
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    });
    let cache = TagCache::build(&source).unwrap();
    let read = |text: &str| match parse(text, &cache, 0) {
        Ok(parsed) => parsed.query,
        Err(err) => panic!("{text}: {err}"),
    };
    for name in &names {
        let tag = Expr::Tag(name.clone());
        assert_eq!(read(name), only(tag.clone()));
        let not = Expr::Not(Box::new(tag.clone()));
        assert_eq!(read(&format!("-{name}")), only(not.clone()));
        let or = Expr::Or(vec![tag.clone(), Expr::Tag("solo".to_owned())]);
        assert_eq!(read(&format!("(~{name} ~solo)")), only(or.clone()));
        assert_eq!(read(&format!("({name} or solo)")), only(or));
        let and = Expr::And(vec![Expr::Tag("solo".to_owned()), not]);
        assert_eq!(read(&format!("(solo -({name}))")), only(and));
    }
}

#[test]
fn almost_every_real_tag_reads_as_itself_where_no_post_has_it() {
    let Some(names) = real_tags() else { return };
    let mut others = Vec::new();
    for name in &names {
        match parse(name, &|_: &str| false, 0) {
            Ok(parsed) if parsed.query == only(Expr::Tag(name.clone())) => {}
            _ => others.push(name.as_str()),
        }
    }
    // What begins with a parenthesis or a quotation mark, or like a metatag,
    // is understood as that where the library does not have it.
    let starts_oddly = |it: &&str| it.starts_with(['(', '"']) || it.contains([':', ')']);
    assert!(others.iter().all(starts_oddly), "{others:?}");
    assert!(others.len() < 100, "{}: {others:?}", others.len());
}

/// `kobako synth` to SQLite to the cache, against the posts that it was made of.
#[test]
fn a_synthetic_library_is_searched_as_it_was_made() {
    let dir = tempfile::tempdir().unwrap();
    let args = SynthArgs {
        library: dir.path().join("lib"),
        posts: 1200,
        tags: 700,
        tags_per_post: 20,
        seed: 3,
    };
    kobako::cli::synth::run(&args).unwrap();
    let again = kobako::cli::synth::run(&args).unwrap_err();
    assert!(again.to_string().contains("1200 posts already"), "{again}");
    let library = Library::open(&args.library, &OpenOptions::default()).unwrap();
    let reader = library.reader("test").unwrap();
    let cache = TagCache::build(&reader).unwrap();
    let options = SynthOptions {
        posts: 1200,
        tags: 700,
        tags_per_post: 20,
        seed: 3,
    };
    let posts: Vec<PostDraft> = generate(&options).collect();
    assert_eq!(cache.num_posts(), 1200);
    assert_eq!(cache.num_tags(), 700);
    let num_references: usize = posts.iter().map(|it| it.tags.len()).sum();
    assert_eq!(cache.num_references(), num_references as u64);

    let found = |query: &str| {
        let result = search(
            query,
            1,
            &cache,
            &LibraryLookup::new(&cache, &reader),
            &|| false,
        )
        .unwrap();
        (result.total, result.into_posts())
    };
    for name in ["1girl", "highres", "blue_eyes", "sky"] {
        let has = |it: &PostDraft| it.tags.iter().any(|tag| tag.name == name);
        let expected: BTreeSet<_> = posts.iter().filter(|it| has(it)).map(|it| it.md5).collect();
        let (total, posts) = found(name);
        assert_eq!(total as usize, expected.len(), "{name}");
        let md5 = |id| reader.post_md5(id).unwrap();
        let sums: BTreeSet<_> = posts.iter().map(|it| md5(*it)).collect();
        assert_eq!(sums, expected, "{name}");
    }
    let rated = |it: &&PostDraft| it.rating == Some(Rating::General);
    assert_eq!(
        found("rating:g").0 as usize,
        posts.iter().filter(rated).count()
    );
    let scores = posts.iter().filter_map(|it| it.score);
    let best = found("order:score limit:1").1[0];
    assert_eq!(
        cache.value(Column::Score, best),
        scores.max().map(f64::from)
    );
    let md5 = posts[17].md5.unwrap();
    assert_eq!(found(&format!("md5:{md5}")).0, 1);
    assert_eq!(found(&format!("filename:{md5}")).0, 1);
    let has_tag = posts[17].tags.iter().any(|it| it.name == "1girl");
    let without = found(&format!("1girl -filename:{md5} -md5:{md5}"));
    assert_eq!(without.0 + u64::from(has_tag), found("1girl").0);
}
