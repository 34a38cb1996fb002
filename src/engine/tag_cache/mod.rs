//! The tag-ID cache: names, counts, categories, postings and post columns,
//! keyed by [`TagId`] and [`PostId`], never by text.
//!
//! Everything is a flat array: a name is a range of one arena, a count and a
//! category are array elements, the posts of a tag are a packed list. It is
//! built once from the tables and then follows every committed [`Changes`].

mod column;
mod gather;
mod glob;
mod names;
mod nearest;
mod packer;
mod post_set;
mod post_table;
mod postings;
mod source;
#[cfg(test)]
mod tests;

pub use glob::Glob;
pub use post_set::PostSet;
pub use post_table::Column;
pub use source::{CacheSource, MemorySource};

use crate::library::{Changes, LibraryError, Reader};
use crate::memory::{self, Accounted, Component, Leaf};
use crate::model::{Category, FileFormat, PostId, Rating, TagId};

use gather::Gather;
use names::Names;
use post_table::PostTable;
use postings::Postings;

#[derive(Debug, Default)]
pub struct TagCache {
    names: Names,
    /// [`Category`] numbers by tag.
    categories: Vec<u8>,
    /// Posts by tag.
    counts: Vec<u32>,
    postings: Postings,
    posts: PostTable,
}

impl TagCache {
    /// Builds it from the tables, in [`Component::TagCache`].
    pub fn load(reader: &Reader) -> Result<Self, LibraryError> {
        Self::build(reader)
    }

    /// Builds it from anything that gives the three tables, reading each once.
    pub fn build(source: &dyn CacheSource) -> Result<Self, LibraryError> {
        let _scope = memory::scope(Component::TagCache);
        let mut cache = Self::default();
        source.for_each_tag(&mut |tag| {
            cache.names.push(tag.id, tag.name);
            cache.set_category(tag.id, tag.category);
        })?;
        cache.names.finish();
        source.for_each_post(&mut |post| cache.posts.put(post))?;
        cache.posts.shrink();
        let mut gather = Gather::new(cache.categories.len());
        source.for_each_post_tag(&mut |post, tag| gather.push(post, tag))?;
        (cache.postings, cache.counts) = gather.finish(cache.posts.universe());
        cache.categories.shrink_to_fit();
        cache.counts.shrink_to_fit();
        Ok(cache)
    }

    /// Follows a committed transaction.
    ///
    /// `added_tags` must be tags that the post did not have and `removed_tags`
    /// ones that it had, as the writer knows them. Posts that go cost a pass
    /// over all postings, since no list of a post's tags is held.
    pub fn apply(&mut self, changes: &Changes) {
        let _scope = memory::scope(Component::TagCache);
        for (id, name, category) in &changes.tags {
            self.names.insert(*id, name);
            self.set_category(*id, *category);
        }
        let mut added = Vec::new();
        let mut removed = Vec::new();
        for post in &changes.posts {
            let id = post.columns.id;
            self.posts.put(&post.columns);
            for &tag in &post.added_tags {
                self.set_count(tag, self.count(tag).saturating_add(1));
                added.push((tag, id.0));
            }
            for &tag in &post.removed_tags {
                self.set_count(tag, self.count(tag).saturating_sub(1));
                removed.push((tag, id.0));
            }
        }
        let universe = self.posts.universe();
        self.postings.apply(added, removed, universe);
        if !changes.removed_posts.is_empty() {
            let mut gone: Vec<u32> = changes.removed_posts.iter().map(|it| it.0).collect();
            gone.sort_unstable();
            gone.dedup();
            let changed = self.postings.repack(universe, Some(&PostSet::Sparse(gone)));
            for (tag, count) in changed {
                self.set_count(tag, count);
            }
            for post in &changes.removed_posts {
                self.posts.remove(*post);
            }
        }
    }

    fn set_category(&mut self, tag: TagId, category: Category) {
        column::set(&mut self.categories, tag.index(), category.number());
    }

    fn set_count(&mut self, tag: TagId, count: u32) {
        column::set(&mut self.counts, tag.index(), count);
    }

    pub fn num_posts(&self) -> u64 {
        u64::from(self.posts.len())
    }

    pub fn num_tags(&self) -> u64 {
        self.names.len() as u64
    }

    /// Tags of all posts together.
    pub fn num_references(&self) -> u64 {
        self.postings.num_references() as u64
    }

    /// `name` as it is stored: lower case, `_` for space.
    pub fn tag_id(&self, name: &str) -> Option<TagId> {
        self.names.find(name)
    }

    pub fn name(&self, tag: TagId) -> Option<&str> {
        self.names.get(tag)
    }

    pub fn category(&self, tag: TagId) -> Option<Category> {
        self.names.get(tag)?;
        Category::from_number(*self.categories.get(tag.index())?)
    }

    /// Posts having it.
    pub fn count(&self, tag: TagId) -> u32 {
        self.counts.get(tag.index()).copied().unwrap_or(0)
    }

    pub fn posting(&self, tag: TagId) -> roaring::RoaringBitmap {
        let mut bitmap = roaring::RoaringBitmap::new();
        self.postings.get(tag).for_each(|id| {
            bitmap.insert(id);
        });
        bitmap
    }

    /// In order of id.
    pub fn all_posts(&self) -> Vec<PostId> {
        let mut all = Vec::with_capacity(self.posts.len() as usize);
        self.posts.all().for_each(|id| all.push(PostId(id)));
        all
    }

    /// The posts of a tag.
    pub fn posts_of(&self, tag: TagId) -> PostSet {
        self.postings.get(tag)
    }

    /// The posts of a tag that are also in `set`.
    pub fn intersect(&self, tag: TagId, set: PostSet) -> PostSet {
        self.postings.intersect(tag, set)
    }

    /// Adds the posts of a tag to a bitmap of post ids.
    pub fn add_posts_of(&self, tag: TagId, words: &mut Vec<u64>) {
        self.postings.add_to(tag, words);
    }

    pub fn all(&self) -> PostSet {
        self.posts.all()
    }

    pub fn contains(&self, post: PostId) -> bool {
        self.posts.contains(post.0)
    }

    pub fn format(&self, post: PostId) -> Option<FileFormat> {
        self.posts.format(post.0)
    }

    pub fn rating(&self, post: PostId) -> Option<Rating> {
        self.posts.rating(post.0)
    }

    /// No file of it can be found.
    pub fn is_missing(&self, post: PostId) -> bool {
        self.posts.is_missing(post.0)
    }

    pub fn is_animated(&self, post: PostId) -> bool {
        self.posts.is_animated(post.0)
    }

    /// `None` where the post has no such value: no picture, no width.
    pub fn value(&self, column: Column, post: PostId) -> Option<f64> {
        self.posts.value(column, post.0)
    }

    /// A number that orders as [`Self::value`] does; no value is smallest.
    pub fn sort_key(&self, column: Column, post: PostId) -> u64 {
        self.posts.sort_key(column, post.0)
    }

    /// Tags that match a pattern, all of them, in no order.
    pub fn matching_tags(&self, glob: &Glob) -> Vec<TagId> {
        let mut found = Vec::new();
        self.names.for_each_match(glob, &mut |tag| found.push(tag));
        found
    }

    /// Calls `f` with the tags that start with `prefix`.
    pub fn for_each_prefix(&self, prefix: &str, f: &mut dyn FnMut(TagId)) {
        self.names.for_each_prefix(prefix, f);
    }

    /// Calls `f` with the tags in which a word after the first starts with `word`.
    pub fn for_each_word_prefix(&self, word: &str, f: &mut dyn FnMut(TagId)) {
        self.names.for_each_word_prefix(word, f);
    }

    /// Used tags nearest in spelling (then by count), at most `limit`; where
    /// none is near, those that contain it as the start of a word.
    pub fn nearest_tags(&self, name: &str, limit: usize) -> Vec<TagId> {
        let max = match name.len() {
            0..=2 => 1,
            3..=7 => 2,
            _ => 3,
        };
        let mut found: Vec<(usize, std::cmp::Reverse<u32>, TagId)> = Vec::new();
        let mut take = |tag, distance| {
            if self.count(tag) > 0 {
                found.push((distance, std::cmp::Reverse(self.count(tag)), tag));
            }
        };
        self.names.for_each_near(name, max, &mut take);
        if !name.is_empty() {
            let mut take = |tag| take(tag, max + 1);
            self.names.for_each_prefix(name, &mut take);
            self.names.for_each_word_prefix(name, &mut take);
        }
        found.sort_unstable();
        let mut nearest: Vec<TagId> = Vec::with_capacity(limit);
        for (_, _, tag) in found {
            if nearest.len() == limit {
                break;
            }
            if !nearest.contains(&tag) {
                nearest.push(tag);
            }
        }
        nearest
    }
}

impl Accounted for TagCache {
    fn component(&self) -> Component {
        Component::TagCache
    }

    fn leaves(&self) -> Vec<Leaf> {
        let Self {
            names,
            categories,
            counts,
            postings,
            posts,
        } = self;
        vec![
            Leaf::exact("names", names.capacity_bytes(), names.len()),
            Leaf::exact("counts", 4 * counts.capacity(), counts.len()),
            Leaf::exact("categories", categories.capacity(), categories.len()),
            Leaf::exact(
                "postings",
                postings.capacity_bytes(),
                postings.num_references(),
            ),
            Leaf::exact("post columns", posts.capacity_bytes(), posts.len() as usize),
        ]
    }

    /// Merges overlays and gives back spare capacity: all that can go without
    /// another read of the tables.
    fn evict(&mut self, bytes: u64) -> u64 {
        if bytes == 0 {
            return 0;
        }
        let _scope = memory::scope(Component::TagCache);
        let before: u64 = self.leaves().iter().map(|it| it.bytes).sum();
        self.names.shrink();
        self.postings.repack(self.posts.universe(), None);
        self.posts.shrink();
        self.counts.shrink_to_fit();
        self.categories.shrink_to_fit();
        let after: u64 = self.leaves().iter().map(|it| it.bytes).sum();
        before.saturating_sub(after)
    }
}
