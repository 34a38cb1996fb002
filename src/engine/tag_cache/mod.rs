//! The tag-ID cache: names, counts, categories, postings and post columns,
//! keyed by [`TagId`] and [`PostId`], never by text.
//!
//! Everything is a flat array: a name is a range of one arena, a count and a
//! category are array elements, the posts of a tag are a packed list. It is
//! loaded from a snapshot, or built from the tables, and then follows every
//! committed [`crate::library::Changes`].

mod aliases;
mod build;
mod column;
#[cfg(test)]
mod damage_tests;
mod follow;
mod gather;
mod glob;
mod lists;
mod mapped;
mod names;
mod nearest;
mod packer;
mod post_set;
mod post_table;
mod postings;
mod snapshot;
mod source;
mod storage;
mod store;
#[cfg(test)]
mod tests;
mod texts;

pub use build::BuildError;
pub use column::{Column, CountedCategory, Flag};
pub use glob::Glob;
pub use post_set::PostSet;
pub use post_table::WithValues;
pub use snapshot::{Snapshot, SnapshotError, SnapshotId};
pub use source::{CacheSource, MemorySource};
pub use storage::Residence;
pub use store::{CacheStore, Origin, Renewed};
pub use texts::{NameOrder, NamePart, TextField, TextQuery};

use crate::memory::figures::count;
use crate::memory::{self, Accounted, Component, Leaf};
use crate::model::{Category, FileFormat, PostId, Rating, TagId};

use aliases::Aliases;
use names::Names;
use post_table::PostTable;
use postings::Postings;
use storage::Part;
use texts::TextStore;

/// Finer categories that are told apart; a scheme has a few dozen.
const MAX_EXTENDED: usize = 255;

fn category_of(categories: &[u8], tag: TagId) -> Category {
    let number = categories.get(tag.index()).copied().unwrap_or(0);
    Category::from_number(number).unwrap_or_default()
}

#[derive(Debug, Default)]
pub struct TagCache {
    names: Names,
    /// [`Category`] numbers by tag.
    categories: Vec<u8>,
    /// Of `extended_names`, one more than the place of a tag's finer category, by
    /// tag; 0 where it has none. Empty where no tag has one.
    extended: Vec<u8>,
    extended_names: Vec<String>,
    aliases: Aliases,
    /// Posts by tag.
    counts: Vec<u32>,
    postings: Postings,
    posts: PostTable,
    texts: TextStore,
    /// The last that was followed.
    commit: u64,
    change_bytes: u64,
}

impl TagCache {
    /// The arrays fit together.
    fn is_sound(&mut self, num_references: u64) -> bool {
        self.names.is_sound()
            && self.aliases.is_sound()
            && self.posts.is_sound()
            && self.postings.is_sound(num_references)
    }

    /// Posts with a matching text, in order of id, each once; `None` where
    /// `is_cancelled` said so. `roots` are the folders that were imported.
    pub fn posts_with_text(
        &self,
        query: &TextQuery,
        roots: &[Vec<u8>],
        is_cancelled: &dyn Fn() -> bool,
    ) -> std::io::Result<Option<Vec<PostId>>> {
        self.texts.search(query, roots, is_cancelled)
    }

    /// The posts of `set` in order of the names of their files; `None` where
    /// `is_cancelled` said so.
    pub fn by_name(
        &self,
        set: &PostSet,
        order: NameOrder,
        is_cancelled: &dyn Fn() -> bool,
    ) -> std::io::Result<Option<Vec<PostId>>> {
        self.texts.by_name(set, order, is_cancelled)
    }

    /// The last commit that was followed.
    pub fn commit_number(&self) -> u64 {
        self.commit
    }

    /// Merges all that came since it was built or loaded.
    fn compact(&mut self) {
        self.names.compact();
        self.aliases.compact();
        self.postings.repack(self.posts.universe());
        self.array_parts_mut().into_iter().for_each(Part::shrink);
    }

    fn is_mapped(&self) -> bool {
        self.postings.is_mapped()
    }

    /// So much came since it was built that it should be built anew.
    pub fn is_merge_due(&self) -> bool {
        self.postings.is_merge_due()
    }

    /// Bytes of the changes that it followed since it was built or loaded, about
    /// what the journal takes for them.
    pub fn change_bytes(&self) -> u64 {
        self.change_bytes
    }

    /// Bytes of its arrays, held and mapped.
    pub fn array_bytes(&self) -> u64 {
        let lengths = self.array_parts().into_iter().flat_map(Part::bytes);
        lengths.map(|it| it.len() as u64).sum()
    }

    /// About what giving back would free: room that arrays keep to grow, and
    /// changes that packing would merge.
    pub fn spare_bytes(&self) -> u64 {
        if self.is_mapped() {
            return 0;
        }
        let held: u64 = self.leaves().iter().map(|it| it.bytes).sum();
        held.saturating_sub(self.array_bytes())
    }

    /// What a snapshot holds of it once it is compact.
    fn array_parts(&self) -> Vec<&dyn Part> {
        let Self {
            names,
            categories,
            extended,
            extended_names: _,
            aliases,
            counts,
            postings,
            posts,
            texts: _,
            commit: _,
            change_bytes: _,
        } = self;
        let mut parts = names.parts().to_vec();
        parts.extend(aliases.parts());
        parts.extend([categories as &dyn Part, extended, counts]);
        parts.extend(postings.parts());
        parts.extend(posts.parts());
        parts
    }

    /// In the same order.
    fn array_parts_mut(&mut self) -> Vec<&mut dyn Part> {
        let Self {
            names,
            categories,
            extended,
            extended_names: _,
            aliases,
            counts,
            postings,
            posts,
            texts: _,
            commit: _,
            change_bytes: _,
        } = self;
        let mut parts: Vec<&mut dyn Part> = Vec::new();
        parts.extend(names.parts_mut());
        parts.extend(aliases.parts_mut());
        parts.extend([categories as &mut dyn Part, extended, counts]);
        parts.extend(postings.parts_mut());
        parts.extend(posts.parts_mut());
        parts
    }

    pub fn num_posts(&self) -> u64 {
        u64::from(self.posts.len())
    }

    /// Posts with a picture; counts them.
    pub fn num_pictures(&self) -> u64 {
        let mut num = 0;
        self.posts.all().for_each(|id| {
            num += u64::from(self.posts.has(Flag::HasFile, id));
        });
        num
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

    /// The tag of this name, or that it is another name of.
    pub fn resolve(&self, name: &str) -> Option<TagId> {
        self.tag_id(name).or_else(|| self.aliases.find(name))
    }

    /// Calls `f` with the aliases that start with `prefix` and their tags.
    pub fn for_each_alias_prefix(&self, prefix: &str, f: &mut dyn FnMut(&str, TagId)) {
        self.aliases.for_each_prefix(prefix, f);
    }

    /// The finer category of a tag, where it has one.
    pub fn extended_category(&self, tag: TagId) -> Option<&str> {
        let number = self.extended.get(tag.index()).copied().unwrap_or(0);
        let at = usize::from(number).checked_sub(1)?;
        self.extended_names.get(at).map(String::as_str)
    }

    /// The finer categories that there are.
    pub fn extended_categories(&self) -> impl Iterator<Item = &str> {
        self.extended_names.iter().map(String::as_str)
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

    /// Posts having the tag of this name; 0 where there is no such tag.
    pub fn count_by_name(&self, name: &str) -> u32 {
        self.tag_id(name).map_or(0, |it| self.count(it))
    }

    /// Every tag's name and how many posts have it, in order of id.
    pub fn counts(&self) -> impl Iterator<Item = (&str, u32)> {
        let ids = (0..self.counts.len().max(self.categories.len()) as u32).map(TagId);
        ids.filter_map(|it| Some((self.name(it)?, self.count(it))))
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

    /// Calls `f` with the ids of the posts of a tag, ascending.
    pub fn for_each_post_of(&self, tag: TagId, f: &mut dyn FnMut(u32)) {
        self.postings.get(tag).for_each(f);
    }

    /// One more than the largest id of a tag.
    pub fn tag_id_end(&self) -> u32 {
        self.counts.len().max(self.categories.len()) as u32
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

    pub fn has(&self, flag: Flag, post: PostId) -> bool {
        self.posts.has(flag, post.0)
    }

    pub fn parent(&self, post: PostId) -> Option<PostId> {
        self.posts.parent(post.0)
    }

    /// Posts with a parent.
    pub fn children(&self) -> PostSet {
        let parents = self.posts.parents();
        PostSet::Sparse(parents.iter().map(|it| it[0]).collect())
    }

    /// Posts with this parent.
    pub fn children_of(&self, parent: PostId) -> PostSet {
        let parents = self.posts.parents().iter();
        let children = parents.filter(|it| it[1] == parent.0);
        PostSet::Sparse(children.map(|it| it[0]).collect())
    }

    /// Posts that are the parent of another.
    pub fn parents(&self) -> PostSet {
        let mut ids: Vec<u32> = self.posts.parents().iter().map(|it| it[1]).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|it| self.posts.contains(*it));
        PostSet::Sparse(ids)
    }

    /// `None` where the post has no such value: no picture, no width.
    pub fn value(&self, column: Column, post: PostId) -> Option<f64> {
        self.posts.value(column, post.0)
    }

    /// Gives `with` a function from a post to its value in a column: for loops.
    pub fn values<W: WithValues>(&self, column: Column, with: W) -> W::Out {
        self.posts.values(column, with)
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
        let max = most_typos(name);
        let mut found: Vec<(usize, std::cmp::Reverse<u32>, TagId)> = Vec::new();
        let mut take = |tag, distance| {
            if self.count(tag) > 0 {
                found.push((distance, std::cmp::Reverse(self.count(tag)), tag));
            }
        };
        self.names.for_each_near(name, max, &mut take);
        if !name.is_empty() {
            let as_begun = begun_distance(name);
            self.names
                .for_each_prefix(name, &mut |tag| take(tag, as_begun));
            self.names
                .for_each_word_prefix(name, &mut |tag| take(tag, max + 1));
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

/// Tags with more typos than this are not near.
pub(in crate::engine) fn most_typos(name: &str) -> usize {
    match name.len() {
        0..=2 => 1,
        3..=7 => 2,
        _ => 3,
    }
}

/// How far a tag is from `name` that goes on where `name` ends, as a number of typos:
/// some letters are as good as one typo, one or two say little.
pub(in crate::engine) fn begun_distance(name: &str) -> usize {
    if name.chars().count() > 2 {
        1
    } else {
        most_typos(name) + 1
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
            extended,
            extended_names,
            aliases,
            counts,
            postings,
            posts,
            texts,
            commit: _,
            change_bytes: _,
        } = self;
        let names_bytes: usize = extended_names.iter().map(String::capacity).sum();
        let in_extended =
            extended.capacity() + size_of::<String>() * extended_names.capacity() + names_bytes;
        vec![
            Leaf::exact("names", names.held_bytes(), names.len()).with_formula(names.formula()),
            Leaf::exact("counts", 4 * counts.capacity(), counts.len())
                .with_formula(format!("4 B × {} tags", count(counts.capacity()))),
            Leaf::exact("aliases", aliases.held_bytes(), aliases.len())
                .with_formula(aliases.formula()),
            Leaf::exact("categories", categories.capacity(), categories.len())
                .with_formula(format!("1 B × {} tags", count(categories.capacity()))),
            Leaf::exact("extended categories", in_extended, extended.len()).with_formula(format!(
                "1 B × {} tags + {} B × {} names + {} B of text",
                count(extended.capacity()),
                size_of::<String>(),
                count(extended_names.capacity()),
                count(names_bytes),
            )),
            Leaf::exact("postings", postings.held_bytes(), postings.num_references())
                .with_formula(postings.formula()),
            Leaf::exact("post columns", posts.held_bytes(), posts.len() as usize)
                .with_formula(posts.formula()),
            Leaf::exact("texts", texts.held_bytes(), texts.num_changed())
                .with_formula(texts.formula()),
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
        if self.is_mapped() {
            // Merged, what is mapped now would be held.
            self.array_parts_mut().into_iter().for_each(Part::shrink);
        } else {
            self.compact();
        }
        let after: u64 = self.leaves().iter().map(|it| it.bytes).sum();
        before.saturating_sub(after)
    }
}
