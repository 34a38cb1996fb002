//! The canonical text of a query, in Danbooru's words.
//!
//! Printing and parsing again gives the same tree: nested AND and OR are in
//! parentheses, and a tag that would read as something else is quoted.

use std::fmt::{self, Display, Write};

use super::ast::{Expr, Fact, InCategory, Meta, Query};
use super::metatag;
use crate::engine::tag_cache::Flag;
use crate::library::PoolQuery;
use crate::model::{FileFormat, Md5, PostId, Rating};

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
            Self::InCategory(InCategory { category, name }) => {
                write!(f, "{category}:")?;
                write_tag(f, name)
            }
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
                write!(f, "filetype:{}", names.collect::<Vec<_>>().join(","))
            }
            Self::Md5(sums) => {
                let sums: Vec<String> = sums.iter().map(Md5::to_string).collect();
                write!(f, "md5:{}", sums.join(","))
            }
            Self::Range(range) => write!(f, "{}:{}", range.name, range.text),
            Self::Fact(fact) => write!(f, "{fact}"),
            Self::Text(query) => {
                write!(f, "{}:", query.field)?;
                write_quoted(f, &query.pattern)
            }
            Self::Below(folder) => {
                f.write_str("in:")?;
                write_quoted(f, &folder.to_string_lossy())
            }
            Self::Pool { pool, is_order } => {
                f.write_str(if *is_order { "ordpool:" } else { "pool:" })?;
                match pool {
                    PoolQuery::Any => f.write_str("any"),
                    PoolQuery::Id(id) => write!(f, "{id}"),
                    // In quotes, it is a name even where it reads as a number.
                    PoolQuery::Name(name) => write_quoted(f, name),
                    PoolQuery::Parts(parts) => write_quoted(f, &parts.join("*")),
                }
            }
            Self::Family(posts) => write!(f, "parent:{}", list(posts)),
            Self::ParentOf(posts) => write!(f, "child:{}", list(posts)),
        }
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Parent => "is:parent",
            Self::Child => "is:child",
            Self::Flag(flag) => match flag {
                Flag::Missing => "is:missing",
                Flag::Animated => "is:animated",
                Flag::Favorite => "is:favorite",
                Flag::Alpha => "has:alpha",
                Flag::HasSource => "has:source",
                Flag::HasText => "has:text",
                Flag::HasFile => "has:file",
                Flag::HasCopies => "has:copies",
            },
        })
    }
}

fn list(posts: &[PostId]) -> String {
    let posts: Vec<String> = posts.iter().map(PostId::to_string).collect();
    posts.join(",")
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
        || name
            .split_once(':')
            .is_some_and(|it| metatag::find(it.0).is_some())
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
    let is_odd = |it: char| it.is_whitespace() || matches!(it, '(' | ')' | '{' | '}' | '"' | ':');
    !(name.is_empty()
        || name.starts_with(['-', '~', '.'])
        || matches!(name, "or" | "and")
        || name.contains(is_odd))
}
