//! Queries as people write them, in every spelling, against what they mean.

use proptest::prelude::*;
use proptest::sample::select;

use super::model::{Library, Post};
use super::properties::{contents, has_flag};
use super::search;
use crate::engine::tag_cache::Flag;
use crate::model::{Category, FileFormat, Rating};

/// What a term asks of a post, told from the post alone or from the library.
type Meaning = fn(&Post, u32, &Library) -> bool;

fn is_rated(post: &Post, ratings: &[Rating]) -> bool {
    post.draft.rating.is_some_and(|it| ratings.contains(&it))
}

fn is_format(post: &Post, format: FileFormat) -> bool {
    post.draft
        .picture
        .as_ref()
        .is_some_and(|it| it.format == format)
}

fn has_child(id: u32, library: &Library) -> bool {
    library
        .contents
        .posts
        .iter()
        .any(|it| it.parent == Some(id))
}

fn in_pool(id: u32, library: &Library) -> bool {
    library.contents.pools.iter().any(|it| it.1.contains(&id))
}

/// It has this tag, and the tag is of this category.
fn has_tag_of(post: &Post, tag: &str, category: Category, library: &Library) -> bool {
    let known = library.contents.categories.get(tag);
    post.tags.contains(tag) && known.map_or(Category::General, |it| it.0) == category
}

#[rustfmt::skip]
const TERMS: &[(&str, Meaning)] = &[
    ("b", |it, _, _| it.tags.contains("b")),
    ("B", |it, _, _| it.tags.contains("b")),
    ("\"B_a\"", |it, _, _| it.tags.contains("b_a")),
    ("\">:(\"", |it, _, _| it.tags.contains(">:(")),
    ("re:zero", |it, _, _| it.tags.contains("re:zero")),
    ("art:b", |it, _, all| has_tag_of(it, "b", Category::Artist, all)),
    ("Gen:c", |it, _, all| has_tag_of(it, "c", Category::General, all)),
    ("co:b", |it, _, all| has_tag_of(it, "b", Category::Copyright, all)),
    ("char:*", |it, _, all| it.tags.iter().any(|tag| has_tag_of(it, tag, Category::Character, all))),
    ("species:\"c\"", |it, _, all| has_tag_of(it, "c", Category::Species, all)),
    ("is:sfw", |it, _, _| is_rated(it, &[Rating::General, Rating::Sensitive])),
    ("is:nsfw", |it, _, _| is_rated(it, &[Rating::Questionable, Rating::Explicit])),
    ("is:explicit", |it, _, _| is_rated(it, &[Rating::Explicit])),
    ("rating:q,s", |it, _, _| is_rated(it, &[Rating::Questionable, Rating::Sensitive])),
    ("rating:none,e", |it, _, _| it.draft.rating.is_none() || is_rated(it, &[Rating::Explicit])),
    ("has:rating", |it, _, _| it.draft.rating.is_some()),
    ("is:png", |it, _, _| is_format(it, FileFormat::Png)),
    ("ext:gif,jpeg", |it, _, _| is_format(it, FileFormat::Gif) || is_format(it, FileFormat::Jpeg)),
    ("filetype:none", |it, _, _| it.draft.picture.is_none()),
    (".webp", |it, _, _| is_format(it, FileFormat::WebP)),
    ("is:parent", |_, id, all| has_child(id, all)),
    ("has:children", |_, id, all| has_child(id, all)),
    ("child:any", |_, id, all| has_child(id, all)),
    ("child:none", |_, id, all| !has_child(id, all)),
    ("is:child", |it, _, _| it.parent.is_some()),
    ("has:parent", |it, _, _| it.parent.is_some()),
    ("parent:any", |it, _, _| it.parent.is_some()),
    ("parent:none", |it, _, _| it.parent.is_none()),
    ("parent:3", |it, id, _| id == 3 || it.parent == Some(3)),
    ("child:2", |_, id, all| all.contents.posts.get(1).is_some_and(|it| it.parent == Some(id))),
    ("fav:yes", |it, _, _| it.is_favorite),
    ("fav:me", |it, _, _| it.is_favorite),
    ("fav:none", |it, _, _| !it.is_favorite),
    ("FAV:No", |it, _, _| !it.is_favorite),
    ("is:fav", |it, _, _| it.is_favorite),
    ("is:missing", |it, _, _| it.is_missing),
    ("status:missing", |it, _, _| it.is_missing),
    ("status:ok", |it, _, _| has_flag(Flag::HasFile, it) && !it.is_missing),
    ("status:any", |_, _, _| true),
    ("is:record", |it, _, _| !has_flag(Flag::HasFile, it)),
    ("has:file", |it, _, _| has_flag(Flag::HasFile, it)),
    ("is:copies", |it, _, _| has_flag(Flag::HasCopies, it)),
    ("is:animated", |it, _, _| has_flag(Flag::Animated, it)),
    ("has:alpha", |it, _, _| has_flag(Flag::Alpha, it)),
    ("has:text,source", |it, _, _| it.draft.text.is_some() || !it.draft.sources.is_empty()),
    ("source:none", |it, _, _| it.draft.sources.is_empty()),
    ("source:any", |it, _, _| !it.draft.sources.is_empty()),
    ("source:\"none\"", |it, _, _| it.draft.sources.iter().any(|it| it == "none")),
    ("source:b.c", |it, _, _| it.draft.sources.iter().any(|it| it.contains("b.c"))),
    ("text:a", |it, _, _| it.draft.text.as_ref().is_some_and(|it| it.contains('a'))),
    ("text:a*", |it, _, _| it.draft.text.as_ref().is_some_and(|it| it.starts_with('a'))),
    ("folder:/b", |it, _, _| it.draft.file.as_ref().is_some_and(|it| it.path.starts_with("/b")
        || it.path.to_string_lossy().starts_with("/b"))),
    ("has:tags", |it, _, _| !it.tags.is_empty()),
    ("tagcount:0", |it, _, _| it.tags.is_empty()),
    ("has:score", |it, _, _| it.draft.score.is_some()),
    ("score:none", |it, _, _| it.draft.score.is_none()),
    ("score:any", |it, _, _| it.draft.score.is_some()),
    ("favcount:none,>10", |it, _, _| it.draft.fav_count.is_none_or(|it| it > 10)),
    ("score:5..10", |it, _, _| it.draft.score.is_some_and(|it| (5..=10).contains(&it))),
    ("pool:any", |_, id, all| in_pool(id, all)),
    ("has:pool", |_, id, all| in_pool(id, all)),
    ("pool:none", |_, id, all| !in_pool(id, all)),
    ("ordpool:A_B", |_, id, all| all.contents.pools.iter().any(|it| it.0 == "a_b" && it.1.contains(&id))),
    ("pool:\"2\"", |_, id, all| all.contents.pools.iter().any(|it| it.0 == "2" && it.1.contains(&id))),
    ("pool:2", |_, id, all| all.contents.pools.get(1).is_some_and(|it| it.1.contains(&id))),
    ("pool:a*", |_, id, all| all.contents.pools.iter().any(|it| it.0.starts_with('a') && it.1.contains(&id))),
    ("id:2..4", |_, id, _| (2..=4).contains(&id)),
    ("id:1,5,>=9", |_, id, _| id == 1 || id == 5 || id >= 9),
    ("arttags:>0", |it, _, all| it.tags.iter().any(|tag| has_tag_of(it, tag, Category::Artist, all))),
];

/// A query and what it means; `text` binds as tightly as a single term.
#[derive(Clone, Debug)]
struct Said {
    text: String,
    meaning: Logic,
}

#[derive(Clone, Debug)]
enum Logic {
    Term(usize),
    Not(Box<Self>),
    All(Vec<Self>),
    Any(Vec<Self>),
}

impl Logic {
    fn holds(&self, post: &Post, id: u32, library: &Library) -> bool {
        match self {
            Self::Term(at) => TERMS[*at].1(post, id, library),
            Self::Not(inner) => !inner.holds(post, id, library),
            Self::All(parts) => parts.iter().all(|it| it.holds(post, id, library)),
            Self::Any(parts) => parts.iter().any(|it| it.holds(post, id, library)),
        }
    }
}

fn joined(parts: Vec<Said>, form: &str, join: fn(Vec<Logic>) -> Logic) -> Said {
    let (start, each, between, end) = match form {
        "spaces" => ("(", "", " ", ")"),
        "ands" => ("( ", "", " AND ", ")"),
        "braces around all" => ("{", "", " ", "}"),
        "ors" => ("(", "", " or ", " )"),
        "tildes" => ("(", "~", " ", ")"),
        "braces" => ("{", "", " ~ ", "}"),
        _ => ("{ ", "~", " ", " }"),
    };
    let texts: Vec<String> = parts
        .iter()
        .map(|it| format!("{each}{}", it.text))
        .collect();
    Said {
        text: format!("{start}{}{end}", texts.join(between)),
        meaning: join(parts.into_iter().map(|it| it.meaning).collect()),
    }
}

fn said() -> impl Strategy<Value = Said> {
    let term = (0..TERMS.len()).prop_map(|at| Said {
        text: TERMS[at].0.to_owned(),
        meaning: Logic::Term(at),
    });
    term.prop_recursive(4, 24, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..5);
        let all = select(&["spaces", "ands", "braces around all"][..]);
        let any = select(&["ors", "tildes", "braces", "tildes in braces"][..]);
        prop_oneof![
            2 => inner.prop_map(|it| Said {
                text: format!("-{}", it.text),
                meaning: Logic::Not(Box::new(it.meaning)),
            }),
            2 => (several.clone(), all).prop_map(|(parts, form)| joined(parts, form, Logic::All)),
            3 => (several, any).prop_map(|(parts, form)| joined(parts, form, Logic::Any)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_written_finds_what_it_means(
        contents in contents(),
        queries in prop::collection::vec(said(), 1..20),
    ) {
        let library = contents.into_library();
        for Said { text, meaning } in queries {
            let found = search(&text, 1, &library.cache, &library, &|| false);
            let found = found.map_err(|err| TestCaseError::fail(format!("{text}: {err}")))?;
            let mut found: Vec<u32> = found.into_posts().iter().map(|it| it.0).collect();
            found.sort_unstable();
            let posts = (1..).zip(&library.contents.posts);
            let expected: Vec<u32> = posts
                .filter(|(id, post)| meaning.holds(post, *id, &library))
                .map(|it| it.0)
                .collect();
            prop_assert_eq!(found, expected, "{}", text);
        }
    }
}
