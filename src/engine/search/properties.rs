//! Random queries on random libraries against the definition of every form, and
//! printing against parsing.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::tests::{Library, ODD, library, tagged};
use super::{Bounds, Expr, Lookup, Meta, Order, Query, complete, parse, search_with, values};
use crate::engine::tag_cache::{Column, CountedCategory, Glob};
use crate::model::{FileFormat, Md5, PictureFacts, PostDraft, PostId, Rating};

const NOW: i64 = 1_700_000_000;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(&["a", "b", "c", "ab", "ba", "a_b", "b_a", "c_a_b"][..]).prop_map(str::to_owned),
        2 => select(ODD).prop_map(str::to_owned),
    ]
}

fn range() -> impl Strategy<Value = Meta> {
    let text = prop_oneof![
        (0..20_i64).prop_map(|it| it.to_string()),
        (0..20_i64).prop_map(|it| format!(">={it}")),
        (0..20_i64).prop_map(|it| format!("<{it}")),
        (0..20_i64, 0..20_i64).prop_map(|(a, b)| format!("{a}..{b}")),
        (0..20_i64, 0..20_i64).prop_map(|(a, b)| format!("{a},>{b}")),
    ];
    let column = select(
        &[
            "id", "score", "favcount", "width", "height", "tagcount", "filesize",
        ][..],
    );
    (column, text)
        .prop_map(|(name, text)| Meta::Range(values::column_range(name, &text, NOW).unwrap()))
}

fn meta() -> impl Strategy<Value = Meta> {
    let rating = (0..5_u8).prop_map(Rating::from_number);
    let format = (0..7_u8).prop_map(FileFormat::from_number);
    prop_oneof![
        prop::collection::vec(rating, 1..3).prop_map(Meta::Rating),
        prop::collection::vec(format, 1..3).prop_map(Meta::Format),
        "[a-c \"\\\\)]{1,3}".prop_map(Meta::FileName),
        any::<bool>().prop_map(|it| Meta::Md5(vec![Md5([u8::from(it); 16])])),
        range(),
    ]
}

fn expr() -> impl Strategy<Value = Expr> {
    let pattern = select(&["*", "a*", "*b", "*_*", "a*b", "*(*", "\\*", ">:*"][..]);
    let leaf = prop_oneof![
        6 => name().prop_map(Expr::Tag),
        1 => "[a-z:()~\\-.\"\\\\]{1,6}|and|or".prop_map(Expr::Tag),
        2 => pattern.prop_map(|it| Expr::Wild(Glob::new(it))),
        3 => meta().prop_map(Expr::Meta),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        prop_oneof![
            2 => inner.clone().prop_map(|it| Expr::Not(Box::new(it))),
            3 => prop::collection::vec(inner.clone(), 2..5).prop_map(Expr::And),
            2 => prop::collection::vec(inner, 2..4).prop_map(Expr::Or),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let order = select(super::ast::ORDERS).prop_map(|it| it.1);
    (
        prop::option::weighted(0.95, expr()),
        prop::option::of(order),
        prop::option::weighted(0.2, 0..30_u64),
    )
        .prop_map(|(expr, order, limit)| Query { expr, order, limit })
}

fn draft() -> impl Strategy<Value = (Vec<String>, PostDraft)> {
    let picture =
        (1..7_u8, 1..25_u32, 1..25_u32).prop_map(|(format, width, height)| PictureFacts {
            format: FileFormat::from_number(format).unwrap(),
            width,
            height,
            is_animated: false,
            has_alpha: false,
            phash: 0,
            color_hash: 0,
            thumbnail: Vec::new(),
        });
    (
        prop::collection::vec(name(), 0..6),
        prop::option::of(picture),
        0..5_u8,
        0..20_i32,
        0..20_u32,
        prop::option::of("[a-c \"\\\\)]{1,5}"),
        0..4_u8,
    )
        .prop_map(|(tags, picture, rating, score, favs, text, md5)| {
            let draft = PostDraft {
                picture,
                rating: Rating::from_number(rating),
                score: Some(score),
                fav_count: Some(favs),
                text,
                md5: Some(Md5([md5; 16])),
                ..Default::default()
            };
            (tags, draft)
        })
}

/// Looks at every post and decides by the definition.
fn matches(
    expr: &Expr,
    id: u32,
    post: &PostDraft,
    tags: &BTreeSet<String>,
    library: &Library,
) -> bool {
    let again = |it: &Expr| matches(it, id, post, tags, library);
    match expr {
        Expr::Tag(name) => tags.contains(name),
        Expr::Wild(glob) => tags.iter().any(|it| glob.matches(it.as_bytes())),
        Expr::Not(inner) => !again(inner),
        Expr::And(parts) => parts.iter().all(again),
        Expr::Or(parts) => parts.iter().any(again),
        Expr::Meta(Meta::Rating(ratings)) => ratings.contains(&post.rating),
        Expr::Meta(Meta::Format(formats)) => {
            formats.contains(&post.picture.as_ref().map(|it| it.format))
        }
        Expr::Meta(Meta::FileName(needle)) => {
            post.text.as_ref().is_some_and(|it| it.contains(needle))
        }
        // Several posts of the model can have one sum; the first is the post.
        Expr::Meta(Meta::Md5(sums)) => sums
            .iter()
            .any(|it| library.post_by_md5(*it).unwrap() == Some(PostId(id))),
        Expr::Meta(Meta::Range(range)) => {
            plain_value(range.column, id, post, tags).is_some_and(|value| {
                let within = |it: &Bounds| it.low <= value && value <= it.high;
                range.ranges.iter().any(within)
            })
        }
    }
}

fn plain_value(column: Column, id: u32, post: &PostDraft, tags: &BTreeSet<String>) -> Option<f64> {
    let size = post.picture.as_ref().map(|it| (it.width, it.height));
    match column {
        Column::Id => Some(f64::from(id)),
        Column::Score => post.score.map(f64::from),
        Column::FavCount => post.fav_count.map(f64::from),
        Column::Width => size.map(|it| f64::from(it.0)),
        Column::Height => size.map(|it| f64::from(it.1)),
        Column::Megapixels => size.map(|it| f64::from(it.0 * it.1)),
        Column::Ratio => size.map(|it| (100.0 * f64::from(it.0) / f64::from(it.1)).round()),
        Column::FileSize => None,
        Column::TagCount => Some(tags.len() as f64),
        // Tags of these libraries have no category.
        Column::TagCountOf(CountedCategory::General) => Some(tags.len() as f64),
        Column::TagCountOf(_) => Some(0.0),
        Column::Date => Some(0.0),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn print_then_parse_is_the_same(query in query(), tags in prop::collection::btree_set(name(), 0..8)) {
        let text = query.to_string();
        let parsed = parse(&text, &|it| tags.contains(it), NOW);
        prop_assert_eq!(parsed.map(|it| it.query), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_parses_or_points_into_itself(text in "[a-c ()~*:\"\\\\,.<>=orñ-]{0,24}") {
        match parse(&text, &|it| it == "a)", NOW) {
            Ok(parsed) => {
                let printed = parsed.query.to_string();
                let again = parse(&printed, &|_| false, NOW);
                prop_assert_eq!(again.map(|it| it.query), Ok(parsed.query), "{}", printed);
                for tag in parsed.tags {
                    prop_assert!(text.get(tag.range).is_some());
                }
            }
            Err(err) => prop_assert!(err.column <= text.chars().count() + 1),
        }
    }

    #[test]
    fn completion_takes_any_text(text in "[a-c ()~*:\"ñr-]{0,12}", cursor in 0..16_usize) {
        let library = tagged(&[&["a", "ab"], &["a"]]);
        let (range, _) = complete(&text, cursor, 5, &library.cache);
        prop_assert!(text.get(range).is_some());
    }

    #[test]
    fn results_equal_looking_at_every_post(
        posts in prop::collection::vec(draft(), 0..40),
        queries in prop::collection::vec(query(), 1..20),
    ) {
        let posts: Vec<(Vec<&str>, PostDraft)> = posts
            .iter()
            .map(|it| (it.0.iter().map(String::as_str).collect(), it.1.clone()))
            .collect();
        let posts: Vec<(&[&str], PostDraft)> =
            posts.iter().map(|it| (it.0.as_slice(), it.1.clone())).collect();
        let library = library(&posts);
        for query in queries {
            let text = query.to_string();
            let found = search_with(&text, 1, &library.cache, &library, &|| false).unwrap();
            let mut expected: Vec<u32> = (1..)
                .zip(&library.posts)
                .filter(|(id, (post, tags))| {
                    let expr = query.expr.as_ref();
                    expr.is_none_or(|it| matches(it, *id, post, tags, &library))
                })
                .map(|it| it.0)
                .collect();
            prop_assert_eq!(found.total, expected.len() as u64, "{}", text);
            let mut posts: Vec<u32> = found.posts.iter().map(|it| it.0).collect();
            let limit = query.limit.unwrap_or(u64::MAX) as usize;
            prop_assert_eq!(posts.len(), expected.len().min(limit));
            match query.order.unwrap_or_default() {
                Order::Random => {
                    posts.sort_unstable();
                    posts.dedup();
                    prop_assert_eq!(posts.len(), expected.len().min(limit));
                    prop_assert!(posts.iter().all(|it| expected.contains(it)));
                }
                Order::By { column, ascending } => {
                    let value = |id: u32| {
                        let (post, tags) = &library.posts[id as usize - 1];
                        plain_value(column, id, post, tags).unwrap_or(f64::NEG_INFINITY)
                    };
                    expected.sort_by(|a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
                    if !ascending {
                        expected.reverse();
                    }
                    expected.truncate(limit);
                    prop_assert_eq!(posts, expected, "{}", text);
                }
            }
        }
    }
}
