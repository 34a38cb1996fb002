//! What a query means. How it is written is in `print`.

use std::path::PathBuf;

use crate::engine::tag_cache::{Column, Flag, Glob, NameOrder, TextQuery};
use crate::library::PoolQuery;
use crate::model::{FileFormat, Md5, PostId, Rating};

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
    /// Normalised: lower case, `_` for space. Also another name of a tag.
    Tag(String),
    /// Any tag that matches.
    Wild(Glob),
    /// `artist:name`: a tag, but of this category only.
    InCategory(InCategory),
    Meta(Meta),
    Not(Box<Self>),
    /// Two or more.
    And(Vec<Self>),
    /// Two or more.
    Or(Vec<Self>),
}

/// A tag, or with `*` any tag that matches, of one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InCategory {
    /// The name of a [`crate::model::Category`], or of a finer category, normalised.
    pub category: String,
    /// Normalised.
    pub name: String,
}

/// A condition on something besides tags.
#[derive(Clone, Debug, PartialEq)]
pub enum Meta {
    /// One of these; `None` is a post without a rating.
    Rating(Vec<Option<Rating>>),
    /// One of these; `None` is a post without a picture.
    Format(Vec<Option<FileFormat>>),
    Md5(Vec<Md5>),
    Range(ColumnRange),
    Fact(Fact),
    Text(TextQuery),
    /// Has a file in this folder or below it.
    Below(PathBuf),
    Pool {
        pool: PoolQuery,
        /// Results are in the pool's order, unless `order:` says otherwise.
        is_order: bool,
    },
    /// One of these posts, or a child of one.
    Family(Vec<PostId>),
    /// The parent of one of these posts.
    ParentOf(Vec<PostId>),
}

/// What is true of a post or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    Flag(Flag),
    /// Has children.
    Parent,
    /// Has a parent.
    Child,
}

/// A column within one of some ranges.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnRange {
    pub column: Column,
    /// As typed: `date` and `age` ask the same column.
    pub name: &'static str,
    pub text: String,
    pub ranges: Vec<Bounds>,
    /// A post of which it is not known matches too.
    pub or_unknown: bool,
}

/// From one to the other, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    pub low: f64,
    pub high: f64,
}

impl ColumnRange {
    /// `None` is a value that is not known.
    pub fn contains(&self, value: Option<f64>) -> bool {
        let Some(value) = value else {
            return self.or_unknown;
        };
        self.ranges
            .iter()
            .any(|it| it.low <= value && value <= it.high)
    }
}

impl Expr {
    /// Signs and groups within each other.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Tag(_) | Self::Wild(_) | Self::InCategory(_) | Self::Meta(_) => 0,
            Self::Not(inner) => 1 + inner.depth(),
            Self::And(parts) | Self::Or(parts) => {
                1 + parts.iter().map(Self::depth).max().unwrap_or(0)
            }
        }
    }

    /// The pool whose order results have, where the query names one by `ordpool:`.
    pub fn ordered_pool(&self) -> Option<&PoolQuery> {
        match self {
            Self::Meta(Meta::Pool {
                pool,
                is_order: true,
            }) => Some(pool),
            Self::And(parts) | Self::Or(parts) => parts.iter().find_map(Self::ordered_pool),
            Self::Tag(_) | Self::Wild(_) | Self::InCategory(_) | Self::Meta(_) | Self::Not(_) => {
                None
            }
        }
    }

    /// The posts of `id:3,1,2` as they stand there, for `order:custom`.
    pub fn listed_posts(&self) -> Vec<PostId> {
        match self {
            Self::Meta(Meta::Range(range)) if range.column == Column::Id => {
                let points = range.ranges.iter().filter(|it| it.low == it.high);
                points.map(|it| PostId(it.low as u32)).collect()
            }
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().flat_map(Self::listed_posts).collect()
            }
            Self::Tag(_) | Self::Wild(_) | Self::InCategory(_) | Self::Meta(_) | Self::Not(_) => {
                Vec::new()
            }
        }
    }
}

/// What results are ordered by; equal ones as by id, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    By {
        column: Column,
        ascending: bool,
    },
    /// By the name of the first file, numbers by their value.
    Name(NameOrder),
    Random,
    /// As `id:3,1,2` lists them.
    Custom,
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

impl Order {
    #[must_use]
    pub(super) fn reversed(self) -> Self {
        match self {
            Self::By { column, ascending } => Self::By {
                column,
                ascending: !ascending,
            },
            Self::Name(order) => Self::Name(NameOrder {
                ascending: !order.ascending,
                ..order
            }),
            Self::Random | Self::Custom => self,
        }
    }
}
