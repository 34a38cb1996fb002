//! The metatags: their names, what their values mean, and what to say of a
//! value that means nothing.

use super::ast::{self, Meta};
use super::values;
use crate::model::{FileFormat, Rating};

/// Every metatag, for the parser and for completion.
pub(super) const METATAGS: &[&str] = &[
    "age", "date", "ext", "favcount", "filename", "filesize", "filetype", "height", "id", "limit",
    "md5", "mpixels", "order", "rating", "ratio", "score", "tagcount", "width",
];

/// Values that ratings can be written as, the canonical ones first.
pub(super) const RATINGS: &[(&str, Option<Rating>)] = &[
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

/// What `name:value` asks; `None` where the value does not fit. `now` is in
/// seconds since 1970.
pub(super) fn condition(name: &str, value: &str, now: i64) -> Option<Meta> {
    let lower = value.to_ascii_lowercase();
    match name {
        "rating" => {
            let find = |it: &str| RATINGS.iter().find(|known| known.0 == it).map(|it| it.1);
            let ratings = lower.split(',').map(find).collect::<Option<_>>()?;
            Some(Meta::Rating(ratings))
        }
        "ext" | "filetype" => {
            let find = |it: &str| match it {
                "none" => Some(None),
                it => FileFormat::from_extension(it).map(Some),
            };
            let formats = lower.split(',').map(find).collect::<Option<_>>()?;
            Some(Meta::Format(formats))
        }
        "md5" => {
            let sums = lower.split(',').map(|it| it.parse().ok());
            Some(Meta::Md5(sums.collect::<Option<_>>()?))
        }
        "filename" => Some(Meta::FileName(value.to_owned())),
        _ => values::column_range(name, value, now).map(Meta::Range),
    }
}

/// A value that works, and what values there are, in words.
pub(super) fn example(name: &str) -> (&'static str, &'static str) {
    match name {
        "rating" => (
            "general",
            "general, sensitive, questionable, explicit, none",
        ),
        "ext" | "filetype" => ("png", "jpg, png, webp, gif, bmp, tiff, none"),
        "order" => ("newest", "newest, oldest, size, score, random and more"),
        "limit" => ("100", "a number"),
        "md5" => ("d41d8cd98f00b204e9800998ecf8427e", "32 hexadecimal digits"),
        "filename" => ("cat", "a part of a path"),
        "filesize" => (">2MB", "sizes such as 500kb, >2MB or 1MB..5MB"),
        "ratio" => ("16:9", "ratios such as 16:9, 1.5 or <1"),
        "mpixels" => (">2", "numbers such as 2, >2 or 1.5..4"),
        "date" => (">2024-01-01", "dates such as 2024, 2024-05 or >2024-05-01"),
        "age" => ("<7d", "ages such as <7d, 2w..1mo or >1y"),
        _ => (">0", "numbers such as 5, >5, 2..7 or 1,2,3"),
    }
}

/// The known value that starts most like `value`.
pub(super) fn nearest_value(name: &str, value: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = match name {
        "rating" => RATINGS.iter().map(|it| it.0).collect(),
        "ext" | "filetype" => FileFormat::ALL.iter().map(|it| it.extension()).collect(),
        "order" => ast::ORDERS.iter().map(|it| it.0).collect(),
        _ => return None,
    };
    let shared = |name: &str| {
        let same = name.bytes().zip(value.bytes());
        same.take_while(|(a, b)| a == b).count()
    };
    names
        .into_iter()
        .max_by_key(|it| (shared(it), std::cmp::Reverse(it.len())))
        .filter(|it| shared(it) > 0)
}
