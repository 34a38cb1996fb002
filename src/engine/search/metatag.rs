//! The metatags: what their values mean, and what to say of a value that means
//! nothing. Their names stand in [`crate::model::METATAGS`].

use std::path::Path;

use super::ast::{Expr, Fact, Meta};
use super::normalize::normalize;
use super::order_names::ORDERS;
use super::spelling;
use super::values;
use crate::engine::tag_cache::{Flag, TextField, TextQuery};
use crate::library::PoolQuery;
use crate::model::{Category, FileFormat, Md5, PostId, Rating};
pub use crate::model::{METATAGS, Metatag};

pub(super) fn find(name: &str) -> Option<&'static Metatag> {
    METATAGS
        .iter()
        .find(|it| it.name.eq_ignore_ascii_case(name))
}

/// Values that ratings can be written as, the canonical ones first.
const RATINGS: &[(&str, Option<Rating>)] = &[
    ("general", Some(Rating::General)),
    ("sensitive", Some(Rating::Sensitive)),
    ("questionable", Some(Rating::Questionable)),
    ("explicit", Some(Rating::Explicit)),
    ("none", None),
    ("g", Some(Rating::General)),
    ("s", Some(Rating::Sensitive)),
    ("q", Some(Rating::Questionable)),
    ("e", Some(Rating::Explicit)),
];

/// What `is:` takes besides ratings and formats.
const IS: &[&str] = &[
    "parent", "child", "sfw", "nsfw", "animated", "missing", "favorite", "record", "copies",
];

const HAS: &[&str] = &[
    "parent", "children", "source", "pool", "text", "file", "copies", "alpha", "rating", "score",
    "tags",
];

/// How categories are written before a tag.
const CATEGORIES: &[(&str, Category)] = &[
    ("general", Category::General),
    ("gen", Category::General),
    ("artist", Category::Artist),
    ("art", Category::Artist),
    ("copyright", Category::Copyright),
    ("copy", Category::Copyright),
    ("co", Category::Copyright),
    ("character", Category::Character),
    ("char", Category::Character),
    ("ch", Category::Character),
    ("species", Category::Species),
    ("meta", Category::Meta),
    ("other", Category::Other),
];

/// The category that is written as `name`, in any case.
pub(super) fn category(name: &str) -> Option<Category> {
    let found = CATEGORIES.iter().find(|it| it.0.eq_ignore_ascii_case(name));
    found.map(|it| it.1)
}

fn fact(fact: Fact) -> Expr {
    Expr::Meta(Meta::Fact(fact))
}

fn flag(flag: Flag) -> Expr {
    fact(Fact::Flag(flag))
}

fn not(expr: Expr) -> Expr {
    Expr::Not(Box::new(expr))
}

fn pool(pool: PoolQuery) -> Expr {
    Expr::Meta(Meta::Pool {
        pool,
        is_order: false,
    })
}

/// What `name:value` asks; `None` where the value does not fit. What
/// `is_quoted` is a name or text, also where it reads as `none`. `now` is in
/// seconds since 1970.
pub(super) fn condition(name: &str, value: &str, is_quoted: bool, now: i64) -> Option<Expr> {
    let lower = value.to_ascii_lowercase();
    let text = |field: TextField| {
        let pattern = value.to_owned();
        Some(Expr::Meta(Meta::Text(TextQuery { field, pattern })))
    };
    match name {
        "rating" => Some(Expr::Meta(Meta::Rating(each(&lower, rating)?))),
        "ext" | "filetype" => {
            let format = |it: &str| match it {
                "none" => Some(None),
                it => FileFormat::from_extension(it).map(Some),
            };
            Some(Expr::Meta(Meta::Format(each(&lower, format)?)))
        }
        "md5" => {
            let sums: Vec<Md5> = each(&lower, |it| it.parse().ok())?;
            Some(Expr::Meta(Meta::Md5(sums)))
        }
        "filename" => text(TextField::FileName),
        "path" => text(TextField::Path),
        "folder" => text(TextField::Folder),
        "in" => {
            let path = Path::new(value);
            let is_whole = path.is_absolute() && !value.contains('*');
            is_whole.then(|| Expr::Meta(Meta::Below(path.components().collect())))
        }
        "text" => text(TextField::Text),
        "source" => match lower.as_str() {
            "any" if !is_quoted => Some(flag(Flag::HasSource)),
            "none" if !is_quoted => Some(not(flag(Flag::HasSource))),
            _ => text(TextField::Source),
        },
        "parent" => match lower.as_str() {
            "any" => Some(fact(Fact::Child)),
            "none" => Some(not(fact(Fact::Child))),
            _ => Some(Expr::Meta(Meta::Family(posts(&lower)?))),
        },
        "child" => match lower.as_str() {
            "any" => Some(fact(Fact::Parent)),
            "none" => Some(not(fact(Fact::Parent))),
            _ => Some(Expr::Meta(Meta::ParentOf(posts(&lower)?))),
        },
        "pool" | "ordpool" => pool_condition(name, value, is_quoted),
        "fav" => match lower.as_str() {
            "yes" | "any" | "me" | "true" => Some(flag(Flag::Favorite)),
            "no" | "none" | "false" => Some(not(flag(Flag::Favorite))),
            _ => None,
        },
        "status" => match lower.as_str() {
            "missing" => Some(flag(Flag::Missing)),
            "ok" => Some(Expr::And(vec![
                flag(Flag::HasFile),
                not(flag(Flag::Missing)),
            ])),
            "any" | "all" => range("id", ">=0", now),
            _ => None,
        },
        "is" => any_of(&lower, is),
        "has" => any_of(&lower, |it| has(it, now)),
        _ => range(name, value, now),
    }
}

fn range(name: &str, value: &str, now: i64) -> Option<Expr> {
    let range = values::column_range(name, value, now)?;
    Some(Expr::Meta(Meta::Range(range)))
}

/// Every part of a list; `None` where one does not fit.
fn each<T>(list: &str, part: impl FnMut(&str) -> Option<T>) -> Option<Vec<T>> {
    list.split(',').map(part).collect()
}

/// What fits any part of a list.
fn any_of(list: &str, part: impl FnMut(&str) -> Option<Expr>) -> Option<Expr> {
    let mut parts = each(list, part)?;
    if parts.len() > 1 {
        return Some(Expr::Or(parts));
    }
    parts.pop()
}

fn posts(list: &str) -> Option<Vec<PostId>> {
    each(list, |it| it.parse().ok().map(PostId))
}

fn rating(name: &str) -> Option<Option<Rating>> {
    RATINGS.iter().find(|it| it.0 == name).map(|it| it.1)
}

fn pool_condition(name: &str, value: &str, is_quoted: bool) -> Option<Expr> {
    let is_order = name == "ordpool";
    let pool_of = |pool| Some(Expr::Meta(Meta::Pool { pool, is_order }));
    if !is_quoted {
        if value.eq_ignore_ascii_case("any") {
            return pool_of(PoolQuery::Any);
        }
        if value.eq_ignore_ascii_case("none") {
            return Some(not(pool(PoolQuery::Any)));
        }
        if value.bytes().all(|it| it.is_ascii_digit())
            && let Ok(id) = value.parse()
        {
            return pool_of(PoolQuery::Id(id));
        }
    }
    let name = normalize(value);
    if name.is_empty() {
        return None;
    }
    pool_of(if name.contains('*') {
        PoolQuery::Parts(name.split('*').map(str::to_owned).collect())
    } else {
        PoolQuery::Name(name)
    })
}

fn is(value: &str) -> Option<Expr> {
    let ratings = |ratings: &[Rating]| {
        let ratings = ratings.iter().copied().map(Some).collect();
        Some(Expr::Meta(Meta::Rating(ratings)))
    };
    match value {
        "parent" => Some(fact(Fact::Parent)),
        "child" => Some(fact(Fact::Child)),
        // What has no rating is neither.
        "sfw" => ratings(&[Rating::General, Rating::Sensitive]),
        "nsfw" => ratings(&[Rating::Questionable, Rating::Explicit]),
        "animated" => Some(flag(Flag::Animated)),
        "missing" => Some(flag(Flag::Missing)),
        "favorite" | "favourite" | "fav" => Some(flag(Flag::Favorite)),
        "record" => Some(not(flag(Flag::HasFile))),
        "copies" => Some(flag(Flag::HasCopies)),
        value => match rating(value).flatten() {
            Some(rating) => ratings(&[rating]),
            None => {
                let format = FileFormat::from_extension(value)?;
                Some(Expr::Meta(Meta::Format(vec![Some(format)])))
            }
        },
    }
}

fn has(value: &str, now: i64) -> Option<Expr> {
    match value {
        "parent" => Some(fact(Fact::Child)),
        "children" | "child" => Some(fact(Fact::Parent)),
        "source" => Some(flag(Flag::HasSource)),
        "pool" | "pools" => Some(pool(PoolQuery::Any)),
        "text" => Some(flag(Flag::HasText)),
        "file" => Some(flag(Flag::HasFile)),
        "copies" => Some(flag(Flag::HasCopies)),
        "alpha" => Some(flag(Flag::Alpha)),
        "rating" => Some(not(Expr::Meta(Meta::Rating(vec![None])))),
        "score" => range("score", "any", now),
        "tags" => range("tagcount", ">0", now),
        _ => None,
    }
}

/// The values of the metatags that have a list of them, canonical ones first.
pub(super) fn known_values(name: &str) -> Vec<&'static str> {
    let ratings = RATINGS.iter().map(|it| it.0);
    let formats = FileFormat::ALL.iter().map(|it| it.extension());
    match name {
        "rating" => ratings.take(5).collect(),
        "ext" | "filetype" => formats.chain(["none"]).collect(),
        "order" | "sort" => ORDERS.iter().map(|it| it.0).collect(),
        "is" => {
            let known = IS.iter().copied().chain(ratings.take(4));
            known.chain(formats).collect()
        }
        "has" => HAS.to_vec(),
        "status" => vec!["ok", "missing", "any"],
        "fav" => vec!["yes", "no"],
        "parent" | "child" | "pool" | "ordpool" | "source" => vec!["any", "none"],
        _ => Vec::new(),
    }
}

/// The known value that `value` most likely means.
pub(super) fn nearest_value(name: &str, value: &str) -> Option<&'static str> {
    let known = known_values(name);
    // An end that was not typed yet, or an ending that there is not.
    let begins = |it: &&&str| !value.is_empty() && it.starts_with(value);
    if let Some(begun) = known.iter().find(begins) {
        return Some(begun);
    }
    let distances = known
        .iter()
        .filter_map(|it| Some((spelling::distance(value, it, 2)?, *it)));
    distances.min_by_key(|it| it.0).map(|it| it.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::QUERY_FORMS;

    #[test]
    fn every_example_and_known_value_works() {
        for metatag in METATAGS {
            let Metatag { name, example, .. } = *metatag;
            if matches!(name, "order" | "sort" | "limit") {
                continue;
            }
            assert!(
                condition(name, example, false, 0).is_some(),
                "{name}:{example}"
            );
            for value in known_values(name) {
                assert!(condition(name, value, false, 0).is_some(), "{name}:{value}");
                assert!(metatag.takes.contains(value), "{name}: {value}");
            }
        }
        assert!(METATAGS.is_sorted_by_key(|it| it.name));
    }

    #[test]
    fn every_example_of_the_language_is_a_query() {
        let has_tag = |it: &str| matches!(it, "long_hair" | "solo");
        let forms = QUERY_FORMS
            .iter()
            .map(|it| it.with_tags("long_hair", "solo"));
        let metatags = METATAGS.iter();
        let metatags = metatags.map(|it| format!("{}:{}", it.name, it.example));
        for query in forms.chain(metatags) {
            let parsed = super::super::parse(&query, &has_tag, 1_700_000_000);
            let parsed = parsed.unwrap_or_else(|err| panic!("{query}: {err}"));
            for tag in &parsed.tags {
                let name = tag.name.trim_end_matches('*');
                assert!(name.is_empty() || has_tag(name), "{query}: {}", tag.name);
            }
        }
    }

    #[test]
    fn a_value_that_is_nearly_right_is_understood() {
        assert_eq!(nearest_value("rating", "gen"), Some("general"));
        assert_eq!(nearest_value("ext", "pnx"), Some("png"));
        assert_eq!(nearest_value("order", "scrore"), Some("score"));
        assert_eq!(nearest_value("is", "favuorite"), Some("favorite"));
        assert_eq!(nearest_value("order", "comment"), None);
        assert_eq!(nearest_value("width", "x"), None);
    }
}
