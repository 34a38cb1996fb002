//! What a query means, and its canonical text.
//!
//! Printing and parsing again gives the same tree: nested AND and OR are in
//! parentheses, and a tag that would read as something else is quoted.

use std::fmt::{self, Display, Write};

use crate::engine::tag_cache::{Column, Glob};
use crate::model::{FileFormat, Md5, Rating};

/// A whole query. `order:` and `limit:` hold for all of it, wherever they stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// `None` finds every post.
    pub expr: Option<Expr>,
    pub order: Option<Order>,
    pub limit: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// Normalised: lower case, `_` for space.
    Tag(String),
    /// Any tag that matches.
    Wild(Glob),
    Meta(Meta),
    Not(Box<Self>),
    /// Two or more.
    And(Vec<Self>),
    /// Two or more.
    Or(Vec<Self>),
}

/// A condition on something besides tags.
#[derive(Clone, Debug, PartialEq)]
pub enum Meta {
    /// One of these; `None` is a post without a rating.
    Rating(Vec<Option<Rating>>),
    /// One of these; `None` is a post without a picture.
    Format(Vec<Option<FileFormat>>),
    /// As [`crate::library::Reader::posts_with_file_name`] takes it.
    FileName(String),
    Md5(Vec<Md5>),
    Range(ColumnRange),
}

/// A column within one of some ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnRange {
    pub column: Column,
    /// As typed: `date` and `age` ask the same column.
    pub name: &'static str,
    pub text: String,
    pub ranges: Vec<Bounds>,
}

/// From one to the other, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl ColumnRange {
    pub fn contains(&self, value: f64) -> bool {
        self.ranges
            .iter()
            .any(|it| it.low <= value && value <= it.high)
    }
}

/// What results are ordered by; equal ones as by id, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    By { column: Column, ascending: bool },
    Random,
}

impl Default for Order {
    /// Newest first.
    fn default() -> Self {
        Self::By {
            column: Column::Id,
            ascending: false,
        }
    }
}

/// Every name that `order:` takes; the first of an order is how it prints.
pub(super) const ORDERS: &[(&str, Order)] = &[
    ("newest", by(Column::Id, false)),
    ("oldest", by(Column::Id, true)),
    ("id", by(Column::Id, true)),
    ("id_asc", by(Column::Id, true)),
    ("id_desc", by(Column::Id, false)),
    ("size", by(Column::FileSize, false)),
    ("size_asc", by(Column::FileSize, true)),
    ("filesize", by(Column::FileSize, false)),
    ("filesize_asc", by(Column::FileSize, true)),
    ("score", by(Column::Score, false)),
    ("score_asc", by(Column::Score, true)),
    ("favcount", by(Column::FavCount, false)),
    ("favcount_asc", by(Column::FavCount, true)),
    ("tagcount", by(Column::TagCount, false)),
    ("tagcount_asc", by(Column::TagCount, true)),
    ("width", by(Column::Width, false)),
    ("width_asc", by(Column::Width, true)),
    ("height", by(Column::Height, false)),
    ("height_asc", by(Column::Height, true)),
    ("mpixels", by(Column::Megapixels, false)),
    ("mpixels_asc", by(Column::Megapixels, true)),
    ("landscape", by(Column::Ratio, false)),
    ("portrait", by(Column::Ratio, true)),
    ("ratio", by(Column::Ratio, false)),
    ("ratio_asc", by(Column::Ratio, true)),
    ("date", by(Column::Date, false)),
    ("date_asc", by(Column::Date, true)),
    ("random", Order::Random),
];

const fn by(column: Column, ascending: bool) -> Order {
    Order::By { column, ascending }
}

impl Order {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let find = |name: &str| ORDERS.iter().find(|it| it.0 == name).map(|it| it.1);
        // All go down by themselves, save `id`, which has its own `id_desc`.
        find(name).or_else(|| find(name.strip_suffix("_desc")?))
    }

    #[must_use]
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::By { column, ascending } => by(column, !ascending),
            Self::Random => Self::Random,
        }
    }
}

impl Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = ORDERS.iter().find(|it| it.1 == *self).map(|it| it.0);
        f.write_str(name.unwrap_or("newest"))
    }
}

impl Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        match &self.expr {
            None => {}
            Some(Expr::And(parts)) => {
                join(f, parts, " ")?;
                gap = " ";
            }
            // Grouped, so that what follows is not part of its last branch.
            Some(Expr::Or(parts)) if self.order.is_none() && self.limit.is_none() => {
                join(f, parts, " or ")?;
            }
            Some(expr) => {
                write!(f, "{expr}")?;
                gap = " ";
            }
        }
        if let Some(order) = self.order {
            write!(f, "{gap}order:{order}")?;
            gap = " ";
        }
        if let Some(limit) = self.limit {
            write!(f, "{gap}limit:{limit}")?;
        }
        Ok(())
    }
}

impl Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(name) => write_tag(f, name),
            Self::Wild(glob) => write_tag(f, glob.as_str()),
            Self::Meta(meta) => write!(f, "{meta}"),
            Self::Not(expr) => write!(f, "-{expr}"),
            Self::And(parts) => {
                f.write_char('(')?;
                join(f, parts, " ")?;
                f.write_char(')')
            }
            Self::Or(parts) => {
                f.write_char('(')?;
                join(f, parts, " or ")?;
                f.write_char(')')
            }
        }
    }
}

impl Display for Meta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rating(ratings) => {
                let names = ratings.iter().map(|it| it.map_or("none", Rating::name));
                write!(f, "rating:{}", names.collect::<Vec<_>>().join(","))
            }
            Self::Format(formats) => {
                let names = formats
                    .iter()
                    .map(|it| it.map_or("none", FileFormat::extension));
                write!(f, "ext:{}", names.collect::<Vec<_>>().join(","))
            }
            Self::FileName(needle) => {
                f.write_str("filename:")?;
                write_quoted(f, needle)
            }
            Self::Md5(sums) => {
                let sums: Vec<String> = sums.iter().map(Md5::to_string).collect();
                write!(f, "md5:{}", sums.join(","))
            }
            Self::Range(range) => write!(f, "{}:{}", range.name, range.text),
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        write!(f, "{part}")?;
    }
    Ok(())
}

/// A tag as it can be typed where the library has it.
pub(super) fn typed(name: &str) -> String {
    let reads_as_sign = name.starts_with(['-', '~']);
    let is_odd = reads_as_sign
        || name.is_empty()
        || name.eq_ignore_ascii_case("or")
        || name.contains(|it: char| it.is_whitespace() || it == '*');
    if is_odd {
        quoted(name)
    } else {
        name.to_owned()
    }
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    // Writing to a string can't fail.
    let _ = write_quoted(&mut out, text);
    out
}

fn write_quoted(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for it in text.chars() {
        if it == '"' || it == '\\' {
            f.write_char('\\')?;
        }
        f.write_char(it)?;
    }
    f.write_char('"')
}

fn write_tag(f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
    if is_plain(name) {
        f.write_str(name)
    } else {
        write_quoted(f, name)
    }
}

/// Reads as this tag wherever it stands and whatever tags there are.
fn is_plain(name: &str) -> bool {
    let is_odd = |it: char| it.is_whitespace() || matches!(it, '(' | ')' | '"' | ':');
    !(name.is_empty()
        || name.starts_with(['-', '~', '.'])
        || matches!(name, "or" | "and")
        || name.contains(is_odd))
}
