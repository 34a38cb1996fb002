//! Query tree to set of posts, the rarest term first.
//!
//! Within an AND, postings are read in ascending order of their counts and each
//! narrows what is left; columns are tested on what is left only; file names,
//! which SQLite has to look up, come last and only if something is left.

use std::cell::Cell;

use super::ast::{Expr, Meta};
use super::{Lookup, SearchFailure};
use crate::engine::tag_cache::{Column, Glob, PostSet, TagCache, TextField, TextQuery};
use crate::model::{PostId, TagId};

/// Steps (ids read, posts tested) between two looks at whether the search was cancelled:
/// well below a millisecond.
const STEPS_BETWEEN_CHECKS: usize = 100_000;

/// Counts work and asks now and then whether it is still wanted.
pub(super) struct Patience<'a> {
    is_cancelled: &'a dyn Fn() -> bool,
    steps: Cell<usize>,
}

impl<'a> Patience<'a> {
    pub fn new(is_cancelled: &'a dyn Fn() -> bool) -> Self {
        Self {
            is_cancelled,
            steps: Cell::new(0),
        }
    }

    /// For work that counts its own steps.
    pub fn is_cancelled(&self) -> &'a dyn Fn() -> bool {
        self.is_cancelled
    }

    pub fn step(&self, num: usize) -> Result<(), SearchFailure> {
        let steps = self.steps.get() + num;
        if steps < STEPS_BETWEEN_CHECKS {
            self.steps.set(steps);
            return Ok(());
        }
        self.steps.set(0);
        if (self.is_cancelled)() {
            return Err(SearchFailure::Cancelled);
        }
        Ok(())
    }
}

pub(super) struct Evaluator<'a> {
    pub cache: &'a TagCache,
    pub lookup: &'a dyn Lookup,
    pub patience: &'a Patience<'a>,
}

impl Evaluator<'_> {
    /// All posts that match.
    pub fn eval(&self, expr: &Expr) -> Result<PostSet, SearchFailure> {
        match expr {
            Expr::Tag(name) => match self.cache.tag_id(name) {
                Some(tag) => {
                    self.step_tag(tag)?;
                    Ok(self.cache.posts_of(tag))
                }
                None => Ok(PostSet::default()),
            },
            Expr::Wild(glob) => self.wild(glob),
            Expr::Meta(meta) => match meta {
                Meta::FileName(needle) => {
                    let query = TextQuery {
                        field: TextField::FileName,
                        pattern: needle.clone(),
                    };
                    let posts = self
                        .lookup
                        .posts_with_text(&query, self.patience.is_cancelled())?;
                    Ok(self.known(posts.ok_or(SearchFailure::Cancelled)?))
                }
                Meta::Md5(sums) => {
                    let mut posts = Vec::with_capacity(sums.len());
                    for &md5 in sums {
                        posts.extend(self.lookup.post_by_md5(md5)?);
                    }
                    Ok(self.known(posts))
                }
                Meta::Rating(_) | Meta::Format(_) | Meta::Range(_) => {
                    self.filter(self.cache.all(), meta, true)
                }
            },
            Expr::Not(inner) => self.exclude(self.cache.all(), inner),
            Expr::And(parts) => self.and(None, parts),
            Expr::Or(parts) => {
                let mut words = Vec::new();
                for part in parts {
                    match part {
                        Expr::Tag(name) => {
                            if let Some(tag) = self.cache.tag_id(name) {
                                self.step_tag(tag)?;
                                self.cache.add_posts_of(tag, &mut words);
                            }
                        }
                        part => self.eval(part)?.add_to(&mut words),
                    }
                }
                Ok(PostSet::Dense(words).thinned())
            }
        }
    }

    /// Those of `set` that match.
    fn refine(&self, set: PostSet, expr: &Expr) -> Result<PostSet, SearchFailure> {
        match expr {
            Expr::Tag(name) => match self.cache.tag_id(name) {
                Some(tag) => {
                    self.step_tag(tag)?;
                    Ok(self.cache.intersect(tag, set))
                }
                None => Ok(PostSet::default()),
            },
            Expr::Meta(meta @ (Meta::Rating(_) | Meta::Format(_) | Meta::Range(_))) => {
                self.filter(set, meta, true)
            }
            Expr::Not(inner) => self.exclude(set, inner),
            Expr::And(parts) => self.and(Some(set), parts),
            Expr::Or(parts) if matches!(set, PostSet::Sparse(_)) => {
                let mut words = Vec::new();
                for part in parts {
                    self.refine(set.clone(), part)?.add_to(&mut words);
                }
                Ok(PostSet::Dense(words).thinned())
            }
            Expr::Or(_) | Expr::Wild(_) | Expr::Meta(_) => Ok(set.and(self.eval(expr)?)),
        }
    }

    /// Those of `set` that do not match.
    fn exclude(&self, set: PostSet, expr: &Expr) -> Result<PostSet, SearchFailure> {
        match expr {
            Expr::Not(inner) => self.refine(set, inner),
            Expr::Meta(meta @ (Meta::Rating(_) | Meta::Format(_) | Meta::Range(_))) => {
                self.filter(set, meta, false)
            }
            Expr::Or(parts) => {
                let mut set = set;
                for part in parts {
                    set = self.exclude(set, part)?;
                }
                Ok(set)
            }
            Expr::And(parts) => {
                let matching = self.and(Some(set.clone()), parts)?;
                Ok(set.minus(&matching))
            }
            Expr::Tag(_) | Expr::Wild(_) | Expr::Meta(_) => {
                let matching = self.eval(expr)?;
                Ok(set.minus(&matching))
            }
        }
    }

    fn and(&self, within: Option<PostSet>, parts: &[Expr]) -> Result<PostSet, SearchFailure> {
        let mut order: Vec<(u8, u64, &Expr)> = parts
            .iter()
            .map(|part| (cost_class(part), self.estimate(part), part))
            .collect();
        order.sort_by_key(|it| (it.0, it.1));
        let mut set = within;
        for (_, _, part) in order {
            set = Some(match set {
                Some(set) if set.is_empty() => return Ok(set),
                Some(set) => self.refine(set, part)?,
                None => self.eval(part)?,
            });
        }
        Ok(set.unwrap_or_default())
    }

    /// About how many posts match; what narrows most goes first.
    fn estimate(&self, expr: &Expr) -> u64 {
        match expr {
            Expr::Tag(name) => {
                let tag = self.cache.tag_id(name);
                tag.map_or(0, |it| u64::from(self.cache.count(it)))
            }
            Expr::Wild(_) | Expr::Not(_) => self.cache.num_posts(),
            Expr::Meta(Meta::Md5(sums)) => sums.len() as u64,
            Expr::Meta(_) => self.cache.num_posts() / 2,
            Expr::And(parts) => parts.iter().map(|it| self.estimate(it)).min().unwrap_or(0),
            Expr::Or(parts) => parts
                .iter()
                .map(|it| self.estimate(it))
                .fold(0, u64::saturating_add),
        }
    }

    fn wild(&self, glob: &Glob) -> Result<PostSet, SearchFailure> {
        if glob.matches_everything() {
            let has_tags = |post| self.cache.value(Column::TagCount, post) > Some(0.0);
            return self.retain(self.cache.all(), has_tags);
        }
        let mut words = Vec::new();
        for tag in self.cache.matching_tags(glob) {
            self.step_tag(tag)?;
            self.cache.add_posts_of(tag, &mut words);
        }
        Ok(PostSet::Dense(words).thinned())
    }

    fn step_tag(&self, tag: TagId) -> Result<(), SearchFailure> {
        self.patience.step(self.cache.count(tag) as usize + 16)
    }

    /// A look-up can know posts that the cache does not know yet, or no longer.
    fn known(&self, posts: Vec<PostId>) -> PostSet {
        let mut ids: Vec<u32> = posts
            .into_iter()
            .filter(|it| self.cache.contains(*it))
            .map(|it| it.0)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        PostSet::Sparse(ids)
    }

    /// Those of `set` of which `meta` is (or is not) true.
    fn filter(&self, set: PostSet, meta: &Meta, wanted: bool) -> Result<PostSet, SearchFailure> {
        let cache = self.cache;
        match meta {
            Meta::Rating(ratings) => {
                self.retain(set, |post| ratings.contains(&cache.rating(post)) == wanted)
            }
            Meta::Format(formats) => {
                self.retain(set, |post| formats.contains(&cache.format(post)) == wanted)
            }
            Meta::Range(range) => self.retain(set, |post| {
                let value = cache.value(range.column, post);
                value.is_some_and(|it| range.contains(it)) == wanted
            }),
            Meta::FileName(_) | Meta::Md5(_) => Ok(set),
        }
    }

    fn retain(
        &self,
        set: PostSet,
        is_wanted: impl Fn(PostId) -> bool,
    ) -> Result<PostSet, SearchFailure> {
        match set {
            PostSet::Sparse(ids) => {
                let mut kept = Vec::new();
                for chunk in ids.chunks(4096) {
                    self.patience.step(chunk.len() * 4)?;
                    kept.extend(chunk.iter().filter(|it| is_wanted(PostId(**it))));
                }
                Ok(PostSet::Sparse(kept))
            }
            PostSet::Dense(mut words) => {
                for (at, word) in words.iter_mut().enumerate() {
                    if *word == 0 {
                        continue;
                    }
                    self.patience.step(256)?;
                    let mut left = *word;
                    while left != 0 {
                        let bit = left.trailing_zeros();
                        left &= left - 1;
                        if !is_wanted(PostId(at as u32 * 64 + bit)) {
                            *word &= !(1 << bit);
                        }
                    }
                }
                Ok(PostSet::Dense(words).thinned())
            }
        }
    }
}

/// Postings before complements before columns before SQLite.
fn cost_class(expr: &Expr) -> u8 {
    match expr {
        Expr::Tag(_) | Expr::Meta(Meta::Md5(_)) => 0,
        Expr::And(parts) => parts.iter().map(cost_class).min().unwrap_or(0),
        Expr::Or(parts) => parts.iter().map(cost_class).max().unwrap_or(0),
        Expr::Wild(_) => 1,
        Expr::Not(inner) => cost_class(inner).max(2),
        Expr::Meta(Meta::Rating(_) | Meta::Format(_) | Meta::Range(_)) => 3,
        Expr::Meta(Meta::FileName(_)) => 4,
    }
}
