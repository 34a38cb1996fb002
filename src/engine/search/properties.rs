//! Random queries on random libraries against the definition of every form, and
//! printing against parsing.

use proptest::prelude::*;
use proptest::sample::select;

use super::model::{Contents, Library, Post, file, tagged};
use super::tests::ODD;
use super::{
    Bounds, Expr, Fact, InCategory, Lookup, Meta, Order, Query, Vocabulary, complete, parse,
    search, values,
};
use crate::engine::tag_cache::{
    Column, CountedCategory, Flag, Glob, PostSet, TextField, TextQuery,
};
use crate::library::PoolQuery;
use crate::model::{Category, FileFormat, Md5, PictureFacts, PostDraft, PostId, Rating};

const NOW: i64 = 1_700_000_000;

pub(super) const FLAGS: [Flag; 8] = [
    Flag::Missing,
    Flag::Animated,
    Flag::Alpha,
    Flag::Favorite,
    Flag::HasSource,
    Flag::HasText,
    Flag::HasFile,
    Flag::HasCopies,
];

/// Finer categories, as a library has them.
const FINER: &[&str] = &["03 Expression", "mood"];

/// Tags and the finer categories of [`FINER`].
struct Words<F>(F);

impl<F: Fn(&str) -> bool> Vocabulary for Words<F> {
    fn has_tag(&self, name: &str) -> bool {
        (self.0)(name)
    }

    fn has_category(&self, name: &str) -> bool {
        matches!(name, "03_expression" | "mood")
    }
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => select(&["a", "b", "c", "ab", "ba", "a_b", "b_a", "c_a_b"][..]).prop_map(str::to_owned),
        2 => select(ODD).prop_map(str::to_owned),
    ]
}

fn alias() -> impl Strategy<Value = String> {
    select(&["d", "e", "a", "a_b", "d_e", ";("][..]).prop_map(str::to_owned)
}

fn range() -> impl Strategy<Value = Meta> {
    let text = prop_oneof![
        (0..20_i64).prop_map(|it| it.to_string()),
        (0..20_i64).prop_map(|it| format!(">={it}")),
        (0..20_i64).prop_map(|it| format!("<{it}")),
        (0..20_i64, 0..20_i64).prop_map(|(a, b)| format!("{a}..{b}")),
        (0..20_i64, 0..20_i64).prop_map(|(a, b)| format!("{a}...{b}")),
        (0..20_i64, 0..20_i64).prop_map(|(a, b)| format!("{a},>{b}")),
    ];
    let with_none = (text.clone(), select(&["", ",none", ",any"][..]))
        .prop_map(|(text, more)| format!("{text}{more}"));
    let known = select(
        &[
            "id", "tagcount", "gentags", "arttags", "copytags", "chartags", "metatags",
        ][..],
    );
    let unknown = select(
        &[
            "score", "favcount", "width", "height", "filesize", "mpixels", "ratio",
        ][..],
    );
    prop_oneof![(known, text), (unknown, with_none)]
        .prop_map(|(name, text)| Meta::Range(values::column_range(name, &text, NOW).unwrap()))
}

fn posts() -> impl Strategy<Value = Vec<PostId>> {
    prop::collection::vec((1..30_u32).prop_map(PostId), 1..4)
}

fn pool_query() -> impl Strategy<Value = PoolQuery> {
    let patterns = select(&["*", "a*", "*b", "a*b", "**1"][..]);
    let parts = patterns.prop_map(|it| it.split('*').map(str::to_owned).collect());
    prop_oneof![
        Just(PoolQuery::Any),
        (0..4_u32).prop_map(PoolQuery::Id),
        select(POOLS).prop_map(|it| PoolQuery::Name(it.to_owned())),
        parts.prop_map(PoolQuery::Parts),
    ]
}

const POOLS: &[&str] = &["a", "a_b", "2", "any", "\"odd\"_(pool)", "ab1"];

fn meta() -> impl Strategy<Value = Meta> {
    let rating = (0..5_u8).prop_map(Rating::from_number);
    let format = (0..7_u8).prop_map(FileFormat::from_number);
    let text = (select(&TextField::ALL[..]), "[a-c/ \"\\\\)*]{1,3}");
    prop_oneof![
        1 => prop::collection::vec(rating, 1..3).prop_map(Meta::Rating),
        1 => prop::collection::vec(format, 1..3).prop_map(Meta::Format),
        2 => text.prop_map(|(field, pattern)| Meta::Text(TextQuery { field, pattern })),
        1 => select(&["/a", "/a/b", "/", "/b"][..]).prop_map(|it| Meta::Below(it.into())),
        1 => any::<bool>().prop_map(|it| Meta::Md5(vec![Md5([u8::from(it); 16])])),
        4 => range(),
        2 => select(&FLAGS[..]).prop_map(|it| Meta::Fact(Fact::Flag(it))),
        1 => select(&[Fact::Parent, Fact::Child][..]).prop_map(Meta::Fact),
        1 => posts().prop_map(Meta::Family),
        1 => posts().prop_map(Meta::ParentOf),
        2 => (pool_query(), any::<bool>()).prop_map(|(pool, is_order)| Meta::Pool { pool, is_order }),
    ]
}

fn in_category() -> impl Strategy<Value = InCategory> {
    let primary = select(&Category::ALL[..]).prop_map(|it| it.name().to_owned());
    let finer = select(&["03_expression", "mood"][..]).prop_map(str::to_owned);
    let pattern = select(&["*", "a*", "*b"][..]).prop_map(str::to_owned);
    (
        prop_oneof![primary, finer],
        prop_oneof![3 => name(), 1 => alias(), 1 => pattern],
    )
        .prop_map(|(category, name)| InCategory { category, name })
}

fn expr() -> impl Strategy<Value = Expr> {
    let pattern = select(&["*", "a*", "*b", "*_*", "a*b", "*(*", "\\*", ">:*"][..]);
    let leaf = prop_oneof![
        6 => name().prop_map(Expr::Tag),
        1 => alias().prop_map(Expr::Tag),
        1 => "[a-z:(){}~\\-.\"\\\\]{1,6}|and|or".prop_map(Expr::Tag),
        2 => pattern.prop_map(|it| Expr::Wild(Glob::new(it))),
        2 => in_category().prop_map(Expr::InCategory),
        6 => meta().prop_map(Expr::Meta),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            2 => inner.clone().prop_map(|it| Expr::Not(Box::new(it))),
            3 => prop::collection::vec(inner.clone(), 2..7).prop_map(Expr::And),
            2 => prop::collection::vec(inner, 2..5).prop_map(Expr::Or),
        ]
    })
}

fn query() -> impl Strategy<Value = Query> {
    let order = select(super::order_names::ORDERS).prop_map(|it| it.1);
    (
        prop::option::weighted(0.95, expr()),
        prop::option::of(order),
        prop::option::weighted(0.2, 0..30_u64),
    )
        .prop_map(|(expr, order, limit)| Query { expr, order, limit })
}

fn draft() -> impl Strategy<Value = PostDraft> {
    let picture = (1..7_u8, 1..25_u32, 1..25_u32, any::<bool>(), any::<bool>()).prop_map(
        |(format, width, height, is_animated, has_alpha)| PictureFacts {
            format: FileFormat::from_number(format).unwrap(),
            width,
            height,
            is_animated,
            has_alpha,
            phash: 0,
            color_hash: 0,
            thumbnail: Vec::new(),
        },
    );
    let source = prop_oneof![Just("https://b.c/a"), Just("a"), Just("none")];
    (
        prop::option::of(picture),
        (
            0..5_u8,
            prop::option::of(0..20_i32),
            prop::option::of(0..20_u32),
        ),
        prop::option::of("[a-c \"\\\\)]{1,5}"),
        prop::option::of("/[a-c]{1,2}/[a-cA-C \"\\\\)]{1,5}"),
        prop::collection::vec(source.prop_map(str::to_owned), 0..2),
        (0..4_u8, prop::option::of(0..5_i64)),
    )
        .prop_map(
            |(picture, (rating, score, fav_count), text, path, sources, (md5, date))| PostDraft {
                file: path.and_then(|it| file(&it)),
                picture,
                rating: Rating::from_number(rating),
                score,
                fav_count,
                text,
                sources,
                md5: Some(Md5([md5; 16])),
                created_at: date,
                ..Default::default()
            },
        )
}

fn post() -> impl Strategy<Value = Post> {
    (
        prop::collection::btree_set(name(), 0..6),
        draft(),
        prop::option::weighted(0.3, 1..30_u32),
        any::<(bool, bool)>(),
        0..2_u32,
    )
        .prop_map(
            |(tags, draft, parent, (is_missing, is_favorite), num_copies)| Post {
                tags,
                draft,
                parent,
                is_missing,
                is_favorite,
                num_copies,
            },
        )
}

pub(super) fn contents() -> impl Strategy<Value = Contents> {
    let finer = prop::option::of(select(FINER).prop_map(str::to_owned));
    let category = (select(&Category::ALL[..]), finer);
    let pool = (
        select(POOLS).prop_map(str::to_owned),
        prop::collection::vec(1..30_u32, 0..6),
    );
    (
        prop::collection::vec(post(), 0..30),
        prop::collection::btree_map(name(), category, 0..10),
        prop::collection::btree_map(alias(), name(), 0..4),
        prop::collection::vec(pool, 0..4),
    )
        .prop_map(|(posts, mut categories, aliases, pools)| {
            let mut aliases: Vec<_> = aliases.into_iter().collect();
            // Every finer category is there, if only of a tag that no post has.
            for finer in FINER {
                let tag = format!("z_{finer}");
                let category = (Category::General, Some((*finer).to_owned()));
                categories.insert(tag.clone(), category);
                aliases.push((format!("z{tag}"), tag));
            }
            Contents {
                posts,
                categories,
                aliases,
                pools,
            }
        })
}

/// Looks at a post and decides by the definition.
fn matches(expr: &Expr, id: u32, library: &Library) -> bool {
    let post = library.post(id);
    let tags = &post.tags;
    let again = |it: &Expr| matches(it, id, library);
    match expr {
        Expr::Tag(name) => tags.contains(library.contents.resolve(name)),
        Expr::Wild(glob) => tags.iter().any(|it| glob.matches(it.as_bytes())),
        Expr::InCategory(InCategory { category, name }) => {
            let is_named = |tag: &str| match name.contains('*') {
                true => Glob::new(name.as_str()).matches(tag.as_bytes()),
                false => tag == library.contents.resolve(name),
            };
            tags.iter().any(|tag| {
                let (primary, finer) = category_of(tag, library);
                let finer = finer.unwrap_or_default().replace(' ', "_").to_lowercase();
                is_named(tag) && (primary.name() == category || finer == *category)
            })
        }
        Expr::Not(inner) => !again(inner),
        Expr::And(parts) => parts.iter().all(again),
        Expr::Or(parts) => parts.iter().any(again),
        Expr::Meta(meta) => meta_matches(meta, id, library),
    }
}

fn category_of<'a>(tag: &str, library: &'a Library) -> (Category, Option<&'a str>) {
    let known = library.contents.categories.get(tag);
    known.map_or_else(Default::default, |it| (it.0, it.1.as_deref()))
}

fn meta_matches(meta: &Meta, id: u32, library: &Library) -> bool {
    let post = library.post(id);
    let draft = &post.draft;
    match meta {
        Meta::Rating(ratings) => ratings.contains(&draft.rating),
        Meta::Format(formats) => formats.contains(&draft.picture.as_ref().map(|it| it.format)),
        Meta::Text(query) => post.has_text(query),
        Meta::Below(folder) => {
            let file = draft.file.as_ref();
            file.is_some_and(|it| it.path.starts_with(folder))
        }
        // Several posts of the model can have one sum; the first is the post.
        Meta::Md5(sums) => sums
            .iter()
            .any(|it| library.post_by_md5(*it).unwrap() == Some(PostId(id))),
        Meta::Range(range) => match plain_value(range.column, id, library) {
            None => range.or_unknown,
            Some(value) => {
                let within = |it: &Bounds| it.low <= value && value <= it.high;
                range.ranges.iter().any(within)
            }
        },
        Meta::Fact(Fact::Parent) => library
            .contents
            .posts
            .iter()
            .any(|it| it.parent == Some(id)),
        Meta::Fact(Fact::Child) => post.parent.is_some(),
        Meta::Fact(Fact::Flag(flag)) => has_flag(*flag, post),
        Meta::Family(posts) => posts
            .iter()
            .any(|it| it.0 == id || post.parent == Some(it.0)),
        Meta::ParentOf(posts) => posts
            .iter()
            .filter_map(|it| library.contents.posts.get(it.index() - 1))
            .any(|it| it.parent == Some(id)),
        Meta::Pool { pool, .. } => library.posts_in_pool(pool).unwrap().contains(&PostId(id)),
    }
}

pub(super) fn has_flag(flag: Flag, post: &Post) -> bool {
    let picture = post.draft.picture.as_ref();
    let num_files = u32::from(post.draft.file.is_some()) + post.num_copies;
    match flag {
        Flag::Missing => post.is_missing,
        Flag::Animated => picture.is_some_and(|it| it.is_animated),
        Flag::Alpha => picture.is_some_and(|it| it.has_alpha),
        Flag::Favorite => post.is_favorite,
        Flag::HasSource => !post.draft.sources.is_empty(),
        Flag::HasText => post.draft.text.is_some(),
        Flag::HasFile => num_files > 0,
        Flag::HasCopies => num_files > 1,
    }
}

fn plain_value(column: Column, id: u32, library: &Library) -> Option<f64> {
    let post = library.post(id);
    let PostDraft { picture, file, .. } = &post.draft;
    let size = picture
        .as_ref()
        .map(|it| (f64::from(it.width), f64::from(it.height)));
    let num_of = |category| {
        let tags = post.tags.iter();
        tags.filter(|it| category_of(it, library).0 == category)
            .count() as f64
    };
    match column {
        Column::Id => Some(f64::from(id)),
        Column::Score => post.draft.score.map(f64::from),
        Column::FavCount => post.draft.fav_count.map(f64::from),
        Column::Width => size.map(|it| it.0),
        Column::Height => size.map(|it| it.1),
        Column::Megapixels => size.map(|it| it.0 * it.1 / 1e6),
        Column::Ratio => size.map(|it| (100.0 * it.0 / it.1).round() / 100.0),
        Column::FileSize => file.as_ref().map(|it| it.stamp.size as f64),
        Column::TagCount => Some(post.tags.len() as f64),
        Column::TagCountOf(category) => Some(num_of(match category {
            CountedCategory::General => Category::General,
            CountedCategory::Artist => Category::Artist,
            CountedCategory::Copyright => Category::Copyright,
            CountedCategory::Character => Category::Character,
            CountedCategory::Meta => Category::Meta,
        })),
        Column::Date => Some(post.draft.created_at.unwrap_or(0) as f64),
    }
}

/// Everything that matches, in order, by the definition; `None` where chance orders it.
fn plain_order(query: &Query, library: &Library) -> Option<Vec<u32>> {
    let expr = query.expr.as_ref();
    let ids = 1..=library.contents.posts.len() as u32;
    let mut found: Vec<u32> = ids
        .filter(|id| expr.is_none_or(|it| matches(it, *id, library)))
        .collect();
    let mut by_list = |listed: Vec<PostId>| {
        found.sort_by_key(|id| {
            let place = listed.iter().position(|it| it.0 == *id);
            (place.unwrap_or(usize::MAX), std::cmp::Reverse(*id))
        });
    };
    match (query.order, expr.and_then(Expr::ordered_pool)) {
        (None, Some(pool)) => by_list(library.posts_in_pool(pool).unwrap()),
        (Some(Order::Custom), _) => by_list(expr.map_or_else(Vec::new, Expr::listed_posts)),
        (Some(Order::Name(order)), _) => {
            let set = PostSet::Sparse(found.clone());
            let named = library
                .posts_by_name(&set, order, &|| false)
                .unwrap()
                .unwrap();
            return Some(named.into_iter().map(|it| it.0).collect());
        }
        (Some(Order::Random), _) => return None,
        (order, _) => {
            let Order::By { column, ascending } = order.unwrap_or_default() else {
                return None;
            };
            let value = |id: u32| plain_value(column, id, library).unwrap_or(f64::NEG_INFINITY);
            found.sort_by(|a, b| value(*a).total_cmp(&value(*b)).then(a.cmp(b)));
            if !ascending {
                found.reverse();
            }
        }
    }
    Some(found)
}

/// What the fuzzer found to be different from everything else.
#[test]
fn the_fuzzers_inputs_are_read_or_refused() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/parse");
    let mut num_read = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let input = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&input);
        match parse(&text, &Words(|it: &str| ODD.contains(&it)), NOW) {
            Ok(parsed) => {
                num_read += 1;
                let printed = parsed.query.to_string();
                let again = parse(&printed, &Words(|_: &str| false), NOW);
                assert_eq!(again.map(|it| it.query), Ok(parsed.query), "{printed}");
            }
            Err(err) => {
                assert!(err.column <= text.chars().count() + 1, "{text}");
                if let Some(suggestion) = err.suggestion {
                    let works = parse(&suggestion, &Words(|it: &str| ODD.contains(&it)), NOW);
                    assert!(works.is_ok(), "{text}: {suggestion}: {works:?}");
                }
            }
        }
    }
    assert!(num_read > 20, "{num_read} inputs of {folder} were read");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn print_then_parse_is_the_same(query in query(), tags in prop::collection::btree_set(name(), 0..8)) {
        let text = query.to_string();
        let parsed = parse(&text, &Words(|it: &str| tags.contains(it)), NOW);
        prop_assert_eq!(parsed.map(|it| it.query), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_parses_or_points_into_itself(
        text in "([a-c ()~*:\"\\\\,.<>=orñ{}-]|artist:|mood:|is:|pool:|has:|fav|none|sort:){0,24}"
    ) {
        match parse(&text, &Words(|it: &str| it == "a)"), NOW) {
            Ok(parsed) => {
                let printed = parsed.query.to_string();
                let again = parse(&printed, &Words(|_: &str| false), NOW);
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
        contents in contents(),
        queries in prop::collection::vec(query(), 1..20),
    ) {
        let library = contents.into_library();
        for query in queries {
            let text = query.to_string();
            let found = search(&text, 1, &library.cache, &library, &|| false).unwrap();
            let total = found.total;
            let mut posts: Vec<u32> = found.into_posts().iter().map(|it| it.0).collect();
            let limit = query.limit.unwrap_or(u64::MAX) as usize;
            if let Some(mut expected) = plain_order(&query, &library) {
                prop_assert_eq!(total, expected.len() as u64, "{}", text);
                expected.truncate(limit);
                prop_assert_eq!(posts, expected, "{}", text);
                continue;
            }
            let newest = Query { order: None, limit: None, ..query.clone() };
            let mut expected = plain_order(&newest, &library).unwrap();
            prop_assert_eq!(total, expected.len() as u64, "{}", text);
            prop_assert_eq!(posts.len(), expected.len().min(limit));
            posts.sort_unstable();
            posts.dedup();
            prop_assert_eq!(posts.len(), expected.len().min(limit));
            expected.sort_unstable();
            prop_assert!(posts.iter().all(|it| expected.binary_search(it).is_ok()));
        }
    }
}
