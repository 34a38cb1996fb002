//! The query language on every real tag, as people type them.

use std::path::PathBuf;

use kobako::engine::search::{Expr, Query, parse};
use kobako::engine::tag_cache::{MemorySource, TagCache};
use kobako::model::{PostDraft, TagDraft};

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
                category: None,
                spelling: None,
            })
            .collect(),
        ..Default::default()
    });
    let cache = TagCache::build(&source).unwrap();
    let is_tag = |name: &str| cache.tag_id(name).is_some();
    let read = |text: &str| match parse(text, &is_tag, 0) {
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
        match parse(name, &|_| false, 0) {
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
