//! Likeness by tags, exact over all posts.
//!
//! A tag weighs C(category) / ln(n + 1), n being the number of posts that have
//! it: a tag that few posts have says more. The likeness of two posts is Σ w over
//! the tags that both have / Σ w over the tags that either has; so one pass over
//! the postings of one post's tags, and one sum a post, give all of them. The
//! formula is ChibiBooru's; its candidates are 500 arbitrary posts, these are all.
//!
//! The sums of all posts are kept: with them a question costs as many additions
//! as its tags have posts. They change with every count, and so hold for one
//! commit; they are made again in steps.

use std::collections::BinaryHeap;
use std::time::Instant;

use super::Candidate;
use crate::engine::tag_cache::{Column, TagCache};
use crate::memory::figures::count;
use crate::memory::{self, Component, Leaf};
use crate::message::TagMeasure;
use crate::model::{Category, PostId, TagId};

/// Postings added up between two looks at the clock: some tenths of a millisecond.
const POSTINGS_A_LOOK: usize = 1 << 16;

/// Tags likewise, of which most have few posts.
const TAGS_A_LOOK: usize = 64;

/// Posts scored between two looks at the clock.
const POSTS_A_LOOK: usize = 1 << 14;

/// A post and how alike its tags are, 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TagNeighbor {
    pub post: PostId,
    pub score: f32,
}

/// Weight of a tag that `num_posts` posts have.
pub fn weight(category: Category, num_posts: u32) -> f32 {
    let of_category = match category {
        Category::Character => 6.0,
        Category::General | Category::Copyright => 3.0,
        Category::Species => 2.5,
        Category::Artist => 2.0,
        Category::Meta => 0.5,
        Category::Other => 1.0,
    };
    of_category / (num_posts.max(1) as f32).ln_1p()
}

fn weight_of(cache: &TagCache, tag: TagId) -> f32 {
    weight(cache.category(tag).unwrap_or_default(), cache.count(tag))
}

/// Σ w of each post's tags, for one commit.
#[derive(Debug, Default)]
pub struct TagSums {
    /// By post id.
    sums: Vec<f32>,
    /// The next tag to be added.
    next: u32,
    /// Of which these are the sums; `None` where there are none.
    commit: Option<u64>,
}

impl TagSums {
    /// Goes on until `deadline`; `true` once they are those of `cache` as it is.
    pub fn advance(&mut self, cache: &TagCache, deadline: Instant) -> bool {
        let _scope = memory::scope(Component::Similarity);
        if self.commit != Some(cache.commit_number()) {
            self.commit = Some(cache.commit_number());
            self.next = 0;
            self.sums.clear();
            let len = cache.all().last().map_or(0, |it| it as usize + 1);
            self.sums.reserve_exact(len);
            self.sums.resize(len, 0.0);
        }
        let end = cache.tag_id_end();
        let (mut num_tags, mut num_postings) = (0, 0);
        while self.next < end {
            let tag = TagId(self.next);
            if cache.count(tag) > 0 {
                num_postings += cache.count(tag) as usize;
                let weight = weight_of(cache, tag);
                let sums = &mut self.sums;
                cache.for_each_post_of(tag, &mut |post| {
                    if let Some(sum) = sums.get_mut(post as usize) {
                        *sum += weight;
                    }
                });
            }
            self.next += 1;
            num_tags += 1;
            if num_tags >= TAGS_A_LOOK || num_postings >= POSTINGS_A_LOOK {
                (num_tags, num_postings) = (0, 0);
                if Instant::now() >= deadline {
                    break;
                }
            }
        }
        self.next >= end
    }

    /// Gives them back; returns bytes.
    pub fn clear(&mut self) -> u64 {
        let bytes = self.sums.capacity() as u64 * 4;
        *self = Self::default();
        bytes
    }

    fn get(&self, post: u32) -> f32 {
        self.sums.get(post as usize).copied().unwrap_or(0.0)
    }

    pub fn leaf(&self) -> Leaf {
        let capacity = self.sums.capacity();
        let formula = format!("{} post ids × 4 B", count(capacity as u64));
        Leaf::exact("tag weights", capacity * 4, self.sums.len()).with_formula(formula)
    }
}

/// How alike each post's tags are to some tags.
#[derive(Debug, Default)]
pub struct TagLikeness {
    /// Σ w of the tags in common, by post id.
    common: Vec<f32>,
    /// Σ w of the tags asked for.
    own: f32,
    measure: TagMeasure,
    /// Tags that are still to be added up, the rarest last.
    left: Vec<TagId>,
}

impl TagLikeness {
    /// Adds up what each post has of `tags`. For [`TagMeasure::GeneralOnly`] only
    /// general ones count.
    pub fn new(tags: &[TagId], measure: TagMeasure, cache: &TagCache) -> Self {
        let mut likeness = Self::begin(tags, measure, cache);
        while !likeness.advance(cache, None) {}
        likeness
    }

    /// As [`Self::new`], with everything still to be added up.
    pub fn begin(tags: &[TagId], measure: TagMeasure, cache: &TagCache) -> Self {
        let _scope = memory::scope(Component::Similarity);
        let mut left: Vec<TagId> = tags
            .iter()
            .copied()
            .filter(|it| {
                measure != TagMeasure::GeneralOnly || cache.category(*it) == Some(Category::General)
            })
            .collect();
        left.sort_unstable();
        left.dedup();
        let len = cache.all().last().map_or(0, |it| it as usize + 1);
        // The rarest first, so that sums of small weights come last.
        left.sort_by_key(|it| std::cmp::Reverse(cache.count(*it)));
        Self {
            common: vec![0.0; len],
            own: 0.0,
            measure,
            left,
        }
    }

    /// Goes on until `deadline`, a tag at least; `true` once it is done. `cache` must
    /// be as it was when this began.
    pub fn advance(&mut self, cache: &TagCache, deadline: Option<Instant>) -> bool {
        let mut num_postings = 0;
        while let Some(tag) = self.left.pop() {
            let weight = match self.measure {
                TagMeasure::Jaccard => 1.0,
                TagMeasure::Weighted | TagMeasure::GeneralOnly => weight_of(cache, tag),
            };
            self.own += weight;
            let common = &mut self.common;
            cache.for_each_post_of(tag, &mut |post| {
                if let Some(sum) = common.get_mut(post as usize) {
                    *sum += weight;
                }
            });
            num_postings += cache.count(tag) as usize;
            if num_postings >= POSTINGS_A_LOOK {
                num_postings = 0;
                if deadline.is_some_and(|it| Instant::now() >= it) {
                    break;
                }
            }
        }
        self.left.is_empty()
    }

    /// Of one post, 0 to 1.
    pub fn score(&self, post: PostId, sums: &TagSums, cache: &TagCache) -> f32 {
        let common = self.common.get(post.index()).copied().unwrap_or(0.0);
        if common <= 0.0 {
            return 0.0;
        }
        let theirs = match self.measure {
            TagMeasure::Jaccard => cache.value(Column::TagCount, post).unwrap_or(0.0) as f32,
            TagMeasure::Weighted | TagMeasure::GeneralOnly => sums.get(post.0),
        };
        let union = self.own + theirs - common;
        if union > 0.0 {
            (common / union).min(1.0)
        } else {
            0.0
        }
    }

    /// The `most` posts most alike among those accepted with at least `least`;
    /// the most alike first, the smaller id where as alike.
    pub fn nearest(
        &self,
        most: usize,
        least: f32,
        sums: &TagSums,
        cache: &TagCache,
        accept: &dyn Fn(PostId) -> bool,
    ) -> Vec<TagNeighbor> {
        let mut nearest = NearestByTags::begin(most, least);
        while !nearest.advance(self, sums, cache, accept, None) {}
        nearest.into_sorted()
    }
}

/// The posts that are most alike by tags, looked for in steps.
#[derive(Debug)]
pub struct NearestByTags {
    most: usize,
    least: f32,
    best: BinaryHeap<Worst>,
    /// The next post id to be looked at.
    next: usize,
}

impl NearestByTags {
    /// As [`TagLikeness::nearest`].
    pub fn begin(most: usize, least: f32) -> Self {
        Self {
            most,
            least,
            best: BinaryHeap::new(),
            next: 0,
        }
    }

    /// Goes on until `deadline`, some thousand posts at least; `true` once all were
    /// looked at. All that is given must be as it was before.
    pub fn advance(
        &mut self,
        likeness: &TagLikeness,
        sums: &TagSums,
        cache: &TagCache,
        accept: &dyn Fn(PostId) -> bool,
        deadline: Option<Instant>,
    ) -> bool {
        let len = likeness.common.len();
        if self.most == 0 {
            self.next = len;
        }
        while self.next < len {
            let end = (self.next + POSTS_A_LOOK).min(len);
            self.look(self.next..end, likeness, sums, cache, accept);
            self.next = end;
            if deadline.is_some_and(|it| Instant::now() >= it) {
                break;
            }
        }
        self.next >= len
    }

    fn look(
        &mut self,
        ids: std::ops::Range<usize>,
        likeness: &TagLikeness,
        sums: &TagSums,
        cache: &TagCache,
        accept: &dyn Fn(PostId) -> bool,
    ) {
        let Self {
            most, least, best, ..
        } = self;
        // Below this in common nothing gets in any more: the union is at least `own`.
        let bar_of = |best: &BinaryHeap<Worst>| match best.peek() {
            Some(worst) if best.len() == *most => least.max(worst.0.score) * likeness.own,
            _ => *least * likeness.own,
        };
        let mut bar = bar_of(best);
        let first = ids.start;
        let common = likeness.common.get(ids).unwrap_or_default();
        for (id, &common) in (first..).zip(common) {
            if common <= 0.0 || common < bar {
                continue;
            }
            let post = PostId(id as u32);
            let found = Worst(TagNeighbor {
                post,
                score: likeness.score(post, sums, cache),
            });
            let is_better = best.len() < *most || best.peek().is_some_and(|it| found < *it);
            if found.0.score < *least || !is_better || !accept(post) {
                continue;
            }
            best.push(found);
            if best.len() > *most {
                best.pop();
            }
            bar = bar_of(best);
        }
    }

    /// The most alike first.
    pub fn into_sorted(self) -> Vec<TagNeighbor> {
        let sorted = self.best.into_sorted_vec();
        sorted.into_iter().map(|it| it.0).collect()
    }
}

impl From<&TagNeighbor> for Candidate {
    fn from(neighbor: &TagNeighbor) -> Self {
        Self::of(neighbor.post)
    }
}

/// Greatest where it is least alike.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Worst(TagNeighbor);

impl Eq for Worst {}

impl PartialOrd for Worst {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Worst {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_score = other.0.score.total_cmp(&self.0.score);
        by_score.then(self.0.post.cmp(&other.0.post))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::engine::tag_cache::MemorySource;
    use crate::model::{PostDraft, TagDraft};

    const CATEGORIES: [Category; 4] = [
        Category::General,
        Category::Character,
        Category::Artist,
        Category::Other,
    ];

    fn cache(posts: &[BTreeSet<u8>]) -> TagCache {
        let mut source = MemorySource::default();
        for tags in posts {
            let tags = tags.iter().map(|it| TagDraft {
                name: format!("tag{it}"),
                category: Some(CATEGORIES[usize::from(*it) % CATEGORIES.len()]),
                ..Default::default()
            });
            source.push(&PostDraft {
                tags: tags.collect(),
                ..Default::default()
            });
        }
        TagCache::build(&source).unwrap()
    }

    fn sums(cache: &TagCache) -> TagSums {
        let mut sums = TagSums::default();
        // No time at all: many steps.
        while !sums.advance(cache, Instant::now()) {}
        sums
    }

    /// By definition, on the sets.
    fn naive(posts: &[BTreeSet<u8>], a: usize, b: usize, measure: TagMeasure) -> f32 {
        let weigh = |tag: u8| {
            let num_posts = posts.iter().filter(|it| it.contains(&tag)).count() as u32;
            let category = CATEGORIES[usize::from(tag) % CATEGORIES.len()];
            match measure {
                TagMeasure::Jaccard => 1.0,
                _ => weight(category, num_posts),
            }
        };
        let mut asked = posts[a].clone();
        if measure == TagMeasure::GeneralOnly {
            asked.retain(|it| usize::from(*it) % CATEGORIES.len() == 0);
        }
        let sum = |tags: &BTreeSet<u8>| tags.iter().map(|it| weigh(*it)).sum::<f32>();
        let common = sum(&(&asked & &posts[b]));
        let union = sum(&(&asked | &posts[b]));
        if union > 0.0 { common / union } else { 0.0 }
    }

    #[test]
    fn rare_tags_and_characters_weigh_more() {
        assert!(weight(Category::General, 10) > weight(Category::General, 1000));
        assert!(weight(Category::Character, 10) > weight(Category::General, 10));
        let of_one = weight(Category::Meta, 1);
        assert!((of_one - 0.5 / 2_f32.ln()).abs() < 1e-6);
        assert!(weight(Category::Other, 0).is_finite());
    }

    #[test]
    fn sums_follow_a_commit() {
        let cache = cache(&[[1, 2].into(), [2].into()]);
        let mut sums = sums(&cache);
        let soon = Instant::now() + Duration::from_secs(1);
        assert!(sums.advance(&cache, soon));
        let leaf = sums.leaf();
        assert_eq!((leaf.bytes, leaf.num_items), (12, 3));
        assert_eq!(sums.clear(), 12);
        assert!(sums.advance(&cache, soon));
        assert_eq!(sums.leaf().num_items, 3);
    }

    proptest! {
        #[test]
        fn the_nearest_are_those_of_all_pairs(
            posts in prop::collection::vec(prop::collection::btree_set(0_u8..40, 0..12), 1..40),
            subject in 0_usize..40,
            most in 0_usize..12,
            measure in prop::sample::select(vec![
                TagMeasure::Weighted, TagMeasure::GeneralOnly, TagMeasure::Jaccard,
            ]),
        ) {
            let subject = subject % posts.len();
            let cache = cache(&posts);
            let sums = sums(&cache);
            let tags: Vec<TagId> = posts[subject]
                .iter()
                .filter_map(|it| cache.tag_id(&format!("tag{it}")))
                .collect();
            let likeness = TagLikeness::new(&tags, measure, &cache);
            let itself = PostId(subject as u32 + 1);
            let found = likeness.nearest(most, 0.05, &sums, &cache, &|it| it != itself);
            let mut expected: Vec<f32> = (0..posts.len())
                .filter(|it| *it != subject)
                .map(|it| naive(&posts, subject, it, measure))
                .filter(|it| *it >= 0.05)
                .collect();
            expected.sort_by(|a, b| b.total_cmp(a));
            expected.truncate(most);
            prop_assert_eq!(found.len(), expected.len());
            for (found, score) in found.iter().zip(expected) {
                let own = naive(&posts, subject, found.post.index() - 1, measure);
                prop_assert!((found.score - score).abs() < 1e-4, "{found:?} {score}");
                prop_assert!((found.score - own).abs() < 1e-4, "{found:?} {own}");
            }
        }
    }
}
