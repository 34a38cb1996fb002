//! Query tree to set of posts, the rarest term first.
//!
//! Within an AND, postings are read in ascending order of their counts and each
//! narrows what is left; columns are tested on what is left only; pools and
//! texts, which the library has to look up, come last and only if something is
//! left. Terms that stand there twice are read once.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::ast::{Expr, InCategory, Meta};
use super::normalize::normalize;
use super::{Lookup, SearchFailure};
use crate::engine::tag_cache::{Column, Glob, PostSet, TagCache, TextQuery};
use crate::model::{Category, PostId, TagId};

/// Steps (ids read, posts tested) between two looks at whether the search was cancelled:
/// well below a millisecond.
const STEPS_BETWEEN_CHECKS: usize = 100_000;

/// Fewer terms are compared with each other less quickly than read.
const MIN_DISTINCT: usize = 4;

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

/// A category, where one was asked for, and a name.
type Pattern = (Option<String>, String);

pub(super) struct Evaluator<'a> {
    pub cache: &'a TagCache,
    pub lookup: &'a dyn Lookup,
    pub patience: &'a Patience<'a>,
    /// Texts that were looked up, which takes long.
    texts: RefCell<HashMap<TextQuery, PostSet>>,
    /// Whether patterns match any tag.
    patterns: RefCell<HashMap<Pattern, bool>>,
}

impl<'a> Evaluator<'a> {
    pub fn new(cache: &'a TagCache, lookup: &'a dyn Lookup, patience: &'a Patience<'a>) -> Self {
        Self {
            cache,
            lookup,
            patience,
            texts: RefCell::default(),
            patterns: RefCell::default(),
        }
    }

    /// All posts that match.
    pub fn eval(&self, expr: &Expr) -> Result<PostSet, SearchFailure> {
        match expr {
            Expr::Tag(name) => self.tag(self.cache.resolve(name)),
            Expr::InCategory(it) if it.name.contains('*') => {
                self.any_tag(self.wild_tags(Some(&it.category), &it.name)?)
            }
            Expr::InCategory(it) => self.tag(self.tag_in_category(it)),
            Expr::Wild(glob) if glob.matches_everything() => {
                let has_tags = |post| self.cache.value(Column::TagCount, post) > Some(0.0);
                self.retain(self.cache.all(), has_tags)
            }
            Expr::Wild(glob) => self.any_tag(self.wild_tags(None, glob.as_str())?),
            Expr::Meta(meta) => self.meta(meta),
            Expr::Not(inner) => self.exclude(self.cache.all(), inner),
            Expr::And(parts) => self.and(None, parts),
            Expr::Or(parts) => {
                let mut words = Vec::new();
                for part in distinct(parts) {
                    match part {
                        Expr::Tag(name) => {
                            if let Some(tag) = self.cache.resolve(name) {
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
        let tag = match expr {
            Expr::Tag(name) => self.cache.resolve(name),
            Expr::InCategory(it) if !it.name.contains('*') => self.tag_in_category(it),
            Expr::Meta(meta) if is_filter(meta) => return self.filter(set, meta, true),
            Expr::Not(inner) => return self.exclude(set, inner),
            Expr::And(parts) => return self.and(Some(set), parts),
            Expr::Or(parts) if matches!(set, PostSet::Sparse(_)) => {
                let mut words = Vec::new();
                for part in distinct(parts) {
                    self.refine(set.clone(), part)?.add_to(&mut words);
                }
                return Ok(PostSet::Dense(words).thinned());
            }
            Expr::Or(_) | Expr::Wild(_) | Expr::InCategory(_) | Expr::Meta(_) => {
                return Ok(set.and(self.eval(expr)?));
            }
        };
        match tag {
            Some(tag) => {
                self.step_tag(tag)?;
                Ok(self.cache.intersect(tag, set))
            }
            None => Ok(PostSet::default()),
        }
    }

    /// Those of `set` that do not match.
    fn exclude(&self, set: PostSet, expr: &Expr) -> Result<PostSet, SearchFailure> {
        match expr {
            Expr::Not(inner) => self.refine(set, inner),
            Expr::Meta(meta) if is_filter(meta) => self.filter(set, meta, false),
            Expr::Or(parts) => {
                let mut set = set;
                for part in self.in_order(parts) {
                    if set.is_empty() {
                        break;
                    }
                    set = self.exclude(set, part)?;
                }
                Ok(set)
            }
            Expr::And(parts) => {
                let matching = self.and(Some(set.clone()), parts)?;
                Ok(set.minus(&matching))
            }
            Expr::Tag(_) | Expr::Wild(_) | Expr::InCategory(_) | Expr::Meta(_) => {
                let matching = self.eval(expr)?;
                Ok(set.minus(&matching))
            }
        }
    }

    fn and(&self, within: Option<PostSet>, parts: &[Expr]) -> Result<PostSet, SearchFailure> {
        let mut set = within;
        for part in self.in_order(parts) {
            set = Some(match set {
                Some(set) if set.is_empty() => return Ok(set),
                Some(set) => self.refine(set, part)?,
                None => self.eval(part)?,
            });
        }
        Ok(set.unwrap_or_default())
    }

    /// Each once, what is quick and narrows most first.
    fn in_order<'e>(&self, parts: &'e [Expr]) -> Vec<&'e Expr> {
        let mut parts = distinct(parts);
        parts.sort_by_cached_key(|part| (cost_class(part), self.estimate(part)));
        parts
    }

    /// About how many posts match; what narrows most goes first.
    fn estimate(&self, expr: &Expr) -> u64 {
        let count = |tag: Option<TagId>| tag.map_or(0, |it| u64::from(self.cache.count(it)));
        match expr {
            Expr::Tag(name) => count(self.cache.resolve(name)),
            Expr::InCategory(it) if !it.name.contains('*') => count(self.tag_in_category(it)),
            Expr::Wild(_) | Expr::InCategory(_) | Expr::Not(_) => self.cache.num_posts(),
            Expr::Meta(Meta::Md5(sums)) => sums.len() as u64,
            Expr::Meta(Meta::Family(posts) | Meta::ParentOf(posts)) => posts.len() as u64,
            Expr::Meta(Meta::Range(range)) => range
                .few_ids()
                .map_or(self.cache.num_posts() / 2, |it| it.1),
            Expr::Meta(_) => self.cache.num_posts() / 2,
            Expr::And(parts) => parts.iter().map(|it| self.estimate(it)).min().unwrap_or(0),
            Expr::Or(parts) => parts
                .iter()
                .map(|it| self.estimate(it))
                .fold(0, u64::saturating_add),
        }
    }

    /// The tags that a term asks for: one by name, or all that match.
    pub fn tags_of(&self, category: Option<&str>, name: &str) -> Vec<TagId> {
        if name.contains('*') {
            return self.wild_tags(category, name).unwrap_or_default();
        }
        let tag = self.cache.resolve(name);
        let is_in = |it: &TagId| {
            category.is_none_or(|category| Members::new(self.cache, category).contains(*it))
        };
        tag.filter(is_in).into_iter().collect()
    }

    /// Whether a pattern matched a tag, where it was looked for.
    pub fn was_found(&self, category: Option<&str>, name: &str) -> Option<bool> {
        let key = (category.map(str::to_owned), name.to_owned());
        self.patterns.borrow().get(&key).copied()
    }

    fn wild_tags(&self, category: Option<&str>, name: &str) -> Result<Vec<TagId>, SearchFailure> {
        // Every name is looked at.
        self.patience.step(self.cache.num_tags() as usize)?;
        let mut tags = self.cache.matching_tags(&Glob::new(name));
        if let Some(category) = category {
            let members = Members::new(self.cache, category);
            tags.retain(|tag| members.contains(*tag));
        }
        let key = (category.map(str::to_owned), name.to_owned());
        self.patterns.borrow_mut().insert(key, !tags.is_empty());
        Ok(tags)
    }

    fn tag_in_category(&self, it: &InCategory) -> Option<TagId> {
        let tag = self.cache.resolve(&it.name)?;
        Members::new(self.cache, &it.category)
            .contains(tag)
            .then_some(tag)
    }

    fn tag(&self, tag: Option<TagId>) -> Result<PostSet, SearchFailure> {
        let Some(tag) = tag else {
            return Ok(PostSet::default());
        };
        self.step_tag(tag)?;
        Ok(self.cache.posts_of(tag))
    }

    fn any_tag(&self, tags: Vec<TagId>) -> Result<PostSet, SearchFailure> {
        let mut words = Vec::new();
        for tag in tags {
            self.step_tag(tag)?;
            self.cache.add_posts_of(tag, &mut words);
        }
        Ok(PostSet::Dense(words).thinned())
    }

    fn step_tag(&self, tag: TagId) -> Result<(), SearchFailure> {
        self.patience.step(self.cache.count(tag) as usize + 16)
    }

    /// All posts of which a text was found, looked up once.
    pub(super) fn text(&self, query: &TextQuery) -> Result<PostSet, SearchFailure> {
        if let Some(known) = self.texts.borrow().get(query) {
            return Ok(known.clone());
        }
        let is_cancelled = self.patience.is_cancelled();
        let posts = self.lookup.posts_with_text(query, is_cancelled)?;
        let found = self.known(posts.ok_or(SearchFailure::Cancelled)?);
        let mut texts = self.texts.borrow_mut();
        texts.insert(query.clone(), found.clone());
        Ok(found)
    }

    /// All posts of a folder and those below it.
    pub(super) fn below(&self, folder: &Path) -> Result<PostSet, SearchFailure> {
        let is_cancelled = self.patience.is_cancelled();
        let posts = self.lookup.posts_below(folder, is_cancelled)?;
        Ok(self.known(posts.ok_or(SearchFailure::Cancelled)?))
    }

    /// A look-up can know posts that the cache does not know yet, or no longer.
    pub(super) fn known(&self, posts: Vec<PostId>) -> PostSet {
        let mut ids: Vec<u32> = posts
            .into_iter()
            .filter(|it| self.cache.contains(*it))
            .map(|it| it.0)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        PostSet::Sparse(ids)
    }

    pub(super) fn retain(
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

/// The tags of a category: a primary one or, by its normalised name, a finer one.
pub(super) struct Members<'a> {
    cache: &'a TagCache,
    primary: Option<Category>,
    finer: Vec<&'a str>,
}

impl<'a> Members<'a> {
    pub fn new(cache: &'a TagCache, category: &str) -> Self {
        let is_finer = |it: &&str| normalize(it) == category;
        Self {
            cache,
            primary: Category::ALL.into_iter().find(|it| it.name() == category),
            finer: cache.extended_categories().filter(is_finer).collect(),
        }
    }

    pub fn contains(&self, tag: TagId) -> bool {
        let finer = self.cache.extended_category(tag);
        (self.primary.is_some() && self.cache.category(tag) == self.primary)
            || finer.is_some_and(|it| self.finer.contains(&it))
    }
}

/// What is tested post by post.
fn is_filter(meta: &Meta) -> bool {
    cost_of(meta) == FILTER
}

const FILTER: u8 = 3;

/// Postings before complements before columns before what the library looks up.
fn cost_class(expr: &Expr) -> u8 {
    match expr {
        Expr::Tag(_) => 0,
        Expr::InCategory(it) => u8::from(it.name.contains('*')),
        Expr::Wild(_) => 1,
        Expr::Meta(meta) => cost_of(meta),
        Expr::And(parts) => parts.iter().map(cost_class).min().unwrap_or(0),
        Expr::Or(parts) => parts.iter().map(cost_class).max().unwrap_or(0),
        Expr::Not(inner) => cost_class(inner).max(2),
    }
}

fn cost_of(meta: &Meta) -> u8 {
    match meta {
        Meta::Md5(_) | Meta::Family(_) | Meta::ParentOf(_) => 0,
        Meta::Range(range) if range.few_ids().is_some() => 0,
        Meta::Fact(it) if !it.is_flag() => 1,
        Meta::Rating(_) | Meta::Format(_) | Meta::Range(_) | Meta::Fact(_) => FILTER,
        Meta::Pool { .. } => 4,
        Meta::Text(_) | Meta::Below(_) => 5,
    }
}

/// Each term once; a pasted query may have the same one thousands of times.
fn distinct(parts: &[Expr]) -> Vec<&Expr> {
    if parts.len() < MIN_DISTINCT {
        return parts.iter().collect();
    }
    let mut seen = HashSet::new();
    let is_new = |part: &&Expr| seen.insert(part.to_string());
    parts.iter().filter(is_new).collect()
}
