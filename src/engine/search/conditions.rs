//! Which posts a metatag finds.

use super::SearchFailure;
use super::ast::{ColumnRange, Fact, Meta};
use super::evaluate::Evaluator;
use crate::engine::tag_cache::{Column, PostSet, WithValues};
use crate::model::PostId;

/// So many ids are looked at one by one instead of testing every post.
const MAX_FEW: u64 = 1 << 12;

impl Fact {
    /// Stands beside each post; the others are read from the list of parents.
    pub(super) fn is_flag(self) -> bool {
        matches!(self, Self::Flag(_))
    }
}

impl ColumnRange {
    /// The ranges of ids that it asks for, and how many ids there are in them,
    /// where those are few.
    pub(super) fn few_ids(&self) -> Option<(Vec<(u32, u32)>, u64)> {
        if self.column != Column::Id {
            return None;
        }
        let mut num = 0;
        let mut ids = Vec::with_capacity(self.ranges.len());
        for range in &self.ranges {
            if !(range.low.is_finite() && range.high.is_finite()) {
                return None;
            }
            let low = range.low.ceil().clamp(0.0, f64::from(u32::MAX)) as u32;
            let high = range.high.floor().clamp(0.0, f64::from(u32::MAX)) as u32;
            num += u64::from(high.saturating_sub(low)) + 1;
            ids.push((low, high));
        }
        (num <= MAX_FEW).then_some((ids, num))
    }
}

/// Those of a set whose value is (or is not) within a range.
struct Within<'a, 'b> {
    evaluator: &'a Evaluator<'b>,
    set: PostSet,
    range: &'a ColumnRange,
    wanted: bool,
}

impl WithValues for Within<'_, '_> {
    type Out = Result<PostSet, SearchFailure>;

    fn with(self, value: impl Fn(u32) -> Option<f64>) -> Self::Out {
        let Self {
            evaluator,
            set,
            range,
            wanted,
        } = self;
        evaluator.retain(set, |post| range.contains(value(post.0)) == wanted)
    }
}

impl Evaluator<'_> {
    /// All posts that match.
    pub(super) fn meta(&self, meta: &Meta) -> Result<PostSet, SearchFailure> {
        let cache = self.cache;
        match meta {
            Meta::Range(range) => match range.few_ids() {
                Some((ids, _)) => {
                    let ids = ids.into_iter().flat_map(|(low, high)| low..=high);
                    let ids = ids.map(PostId);
                    // Beyond the largest id, both ends were cut to it.
                    let matches = |it: &PostId| range.contains(Some(f64::from(it.0)));
                    Ok(self.known(ids.filter(matches).collect()))
                }
                None => self.filter(cache.all(), meta, true),
            },
            Meta::Rating(_) | Meta::Format(_) | Meta::Fact(Fact::Flag(_)) => {
                self.filter(cache.all(), meta, true)
            }
            Meta::Fact(Fact::Parent) => Ok(cache.parents()),
            Meta::Fact(Fact::Child) => Ok(cache.children()),
            Meta::Family(posts) => {
                let mut parents = posts.clone();
                parents.sort_unstable();
                let is_child = |post: PostId| {
                    let parent = cache.parent(post);
                    parent.is_some_and(|it| parents.binary_search(&it).is_ok())
                };
                let mut family = posts.clone();
                cache.children().for_each(|id| {
                    if is_child(PostId(id)) {
                        family.push(PostId(id));
                    }
                });
                Ok(self.known(family))
            }
            Meta::ParentOf(posts) => {
                let parents = posts.iter().filter(|it| cache.contains(**it));
                let parents = parents.filter_map(|it| cache.parent(*it));
                Ok(self.known(parents.collect()))
            }
            Meta::Md5(sums) => {
                let mut posts = Vec::with_capacity(sums.len());
                for &md5 in sums {
                    posts.extend(self.lookup.post_by_md5(md5)?);
                }
                Ok(self.known(posts))
            }
            Meta::Pool { pool, is_order: _ } => Ok(self.known(self.lookup.posts_in_pool(pool)?)),
            Meta::Text(query) => self.text(query),
            Meta::Below(folder) => self.below(folder),
        }
    }

    /// Those of `set` of which `meta`, a condition on columns, is (or is not) true.
    pub(super) fn filter(
        &self,
        set: PostSet,
        meta: &Meta,
        wanted: bool,
    ) -> Result<PostSet, SearchFailure> {
        let cache = self.cache;
        match meta {
            Meta::Rating(ratings) => {
                self.retain(set, |post| ratings.contains(&cache.rating(post)) == wanted)
            }
            Meta::Format(formats) => {
                self.retain(set, |post| formats.contains(&cache.format(post)) == wanted)
            }
            Meta::Range(range) => {
                let within = Within {
                    evaluator: self,
                    set,
                    range,
                    wanted,
                };
                cache.values(range.column, within)
            }
            Meta::Fact(Fact::Flag(flag)) => {
                self.retain(set, |post| cache.has(*flag, post) == wanted)
            }
            Meta::Fact(Fact::Parent | Fact::Child)
            | Meta::Family(_)
            | Meta::ParentOf(_)
            | Meta::Md5(_)
            | Meta::Pool { .. }
            | Meta::Text(_)
            | Meta::Below(_) => {
                let found = self.meta(meta)?;
                Ok(if wanted {
                    set.and(found)
                } else {
                    set.minus(&found)
                })
            }
        }
    }
}
