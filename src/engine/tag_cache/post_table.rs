//! Post columns: one flat array a column, indexed by post id.
//!
//! 42 bytes and a bit a post. A width or height beyond 65,535 and a file beyond
//! 4 GiB are rare and lie in sorted side lists.

use crate::library::PostColumns;
use crate::memory::figures::count;
use crate::model::{Category, FileFormat, PostId, Rating};

use super::column::{Column, CountedCategory, Flag};
use super::post_set::PostSet;
use super::storage::{Column as Array, Part};

const FORMAT_BITS: u16 = 0x000f;
const RATING_SHIFT: u16 = 4;
const RATING_BITS: u16 = 0x0070;
const NO_SCORE: i32 = i32::MIN;
const NO_FAV_COUNT: u32 = u32::MAX;
const NO_DATE: i64 = i64::MIN;

/// What is done with the values of a column.
pub trait WithValues {
    type Out;

    /// `value` gives a post's value, or `None` where it has none.
    fn with(self, value: impl Fn(u32) -> Option<f64>) -> Self::Out;
}

#[derive(Debug, Default)]
pub(super) struct PostTable {
    /// A bit a post.
    exists: Array<u64>,
    num_posts: u32,
    /// Format, rating and flags.
    facts: Array<u16>,
    width: Array<u16>,
    height: Array<u16>,
    /// Post, width and height where one is 65,535 or more; ascending.
    large: Vec<[u32; 3]>,
    /// Bytes; `u32::MAX` where it is in `huge`.
    file_size: Array<u32>,
    /// Post and bytes, the lower half first; ascending.
    huge: Vec<[u32; 3]>,
    score: Array<i32>,
    fav_count: Array<u32>,
    created: Array<i64>,
    /// Seconds since 1970, until 2106.
    imported: Array<u32>,
    /// At most 65,535.
    num_tags: Array<u16>,
    /// By [`CountedCategory`].
    num_tags_of: [Array<u16>; 5],
    /// Post and parent, ascending.
    parents: Vec<[u32; 2]>,
}

fn put<T>(list: &mut Vec<T>, found: Result<usize, usize>, value: Option<T>) {
    match (found, value) {
        (Ok(at), Some(value)) => {
            if let Some(slot) = list.get_mut(at) {
                *slot = value;
            }
        }
        (Ok(at), None) => {
            list.remove(at);
        }
        (Err(at), Some(value)) => list.insert(at, value),
        (Err(_), None) => {}
    }
}

impl PostTable {
    /// Adds a post or replaces what is known of it.
    pub fn put(&mut self, post: &PostColumns) {
        let id = post.id.0;
        let at = post.id.index();
        if !self.contains(id) {
            self.num_posts += 1;
        }
        let word = self.exists.get(at / 64).unwrap_or(0);
        self.exists.set(at / 64, word | 1 << (id % 64));
        let mut facts = post.format.map_or(0, |it| u16::from(it.number()));
        facts |= post.rating.map_or(0, |it| u16::from(it.number())) << RATING_SHIFT;
        for (flag, holds) in [
            (Flag::Missing, post.is_missing),
            (Flag::Animated, post.is_animated),
            (Flag::Alpha, post.has_alpha),
            (Flag::Favorite, post.is_favorite),
            (Flag::HasSource, post.has_source),
            (Flag::HasText, post.has_text),
            (Flag::HasFile, post.num_files > 0),
            (Flag::HasCopies, post.num_files > 1),
        ] {
            facts |= if holds { flag as u16 } else { 0 };
        }
        self.facts.set(at, facts);

        let narrow = |it: u32| u16::try_from(it).unwrap_or(u16::MAX);
        let (width, height) = (narrow(post.width), narrow(post.height));
        self.width.set(at, width);
        self.height.set(at, height);
        let is_large = width == u16::MAX || height == u16::MAX;
        let found = self.large.binary_search_by_key(&id, |it| it[0]);
        let large = is_large.then_some([id, post.width, post.height]);
        put(&mut self.large, found, large);

        let size = u32::try_from(post.file_size).unwrap_or(u32::MAX);
        self.file_size.set(at, size);
        let found = self.huge.binary_search_by_key(&id, |it| it[0]);
        let (low, high) = (post.file_size as u32, (post.file_size >> 32) as u32);
        let huge = (size == u32::MAX).then_some([id, low, high]);
        put(&mut self.huge, found, huge);

        let fav_count = post.fav_count.unwrap_or(NO_FAV_COUNT);
        self.score.set(at, post.score.unwrap_or(NO_SCORE));
        self.fav_count.set(at, fav_count);
        self.created.set(at, post.created_at.unwrap_or(NO_DATE));
        let imported = post.imported_at.clamp(0, i64::from(u32::MAX)) as u32;
        self.imported.set(at, imported);
        let num_tags = u16::try_from(post.num_tags).unwrap_or(u16::MAX);
        self.num_tags.set(at, num_tags);
        for counts in &mut self.num_tags_of {
            counts.grow(at + 1, 0);
        }
        let found = self.parents.binary_search_by_key(&id, |it| it[0]);
        let parent = post.parent.map(|it| [id, it.0]);
        put(&mut self.parents, found, parent);
    }

    /// Counts a tag that the post got (or, with `false`, lost) by its category;
    /// how many it has in all is a column.
    pub fn count_tag(&mut self, id: u32, category: Category, is_added: bool) {
        let Some(category) = CountedCategory::of(category) else {
            return;
        };
        if let Some(count) = self.num_tags_of[category as usize].get_mut(id as usize) {
            *count = if is_added {
                count.saturating_add(1)
            } else {
                count.saturating_sub(1)
            };
        }
    }

    /// One tag less in all.
    pub fn lose_tag(&mut self, id: u32) {
        if let Some(count) = self.num_tags.get_mut(id as usize) {
            *count = count.saturating_sub(1);
        }
    }

    pub fn remove(&mut self, post: PostId) {
        let at = post.index();
        if self.contains(post.0) {
            self.num_posts -= 1;
            let word = self.exists.get(at / 64).unwrap_or(0);
            self.exists.set(at / 64, word & !(1 << (at % 64)));
            let id = post.0;
            let found = self.large.binary_search_by_key(&id, |it| it[0]);
            put(&mut self.large, found, None);
            let found = self.huge.binary_search_by_key(&id, |it| it[0]);
            put(&mut self.huge, found, None);
            let found = self.parents.binary_search_by_key(&id, |it| it[0]);
            put(&mut self.parents, found, None);
            for counts in &mut self.num_tags_of {
                counts.set(at, 0);
            }
        }
    }

    pub fn contains(&self, id: u32) -> bool {
        self.exists
            .get(id as usize / 64)
            .is_some_and(|word| word >> (id % 64) & 1 == 1)
    }

    pub fn len(&self) -> u32 {
        self.num_posts
    }

    /// One more than the largest id that was ever seen.
    pub fn universe(&self) -> u32 {
        self.facts.len() as u32
    }

    pub fn all(&self) -> PostSet {
        PostSet::Dense(self.exists.to_vec())
    }

    fn facts(&self, id: u32) -> u16 {
        self.facts.get(id as usize).unwrap_or(0)
    }

    pub fn format(&self, id: u32) -> Option<FileFormat> {
        FileFormat::from_number((self.facts(id) & FORMAT_BITS) as u8)
    }

    pub fn rating(&self, id: u32) -> Option<Rating> {
        Rating::from_number(((self.facts(id) & RATING_BITS) >> RATING_SHIFT) as u8)
    }

    pub fn has(&self, flag: Flag, id: u32) -> bool {
        self.facts(id) & flag as u16 != 0
    }

    pub fn parent(&self, id: u32) -> Option<PostId> {
        let found = self.parents.binary_search_by_key(&id, |it| it[0]).ok()?;
        self.parents.get(found).map(|it| PostId(it[1]))
    }

    /// Post and parent, ascending.
    pub fn parents(&self) -> &[[u32; 2]] {
        &self.parents
    }

    fn size(&self, id: u32) -> (u32, u32) {
        let at = id as usize;
        let width = self.width.get(at).unwrap_or(0);
        let height = self.height.get(at).unwrap_or(0);
        if width == u16::MAX || height == u16::MAX {
            let found = self.large.binary_search_by_key(&id, |it| it[0]);
            if let Some(&[_, width, height]) = found.ok().and_then(|it| self.large.get(it)) {
                return (width, height);
            }
        }
        (u32::from(width), u32::from(height))
    }

    fn file_size(&self, id: u32) -> u64 {
        let size = self.file_size.get(id as usize).unwrap_or(0);
        if size == u32::MAX {
            let found = self.huge.binary_search_by_key(&id, |it| it[0]);
            if let Some(&[_, low, high]) = found.ok().and_then(|it| self.huge.get(it)) {
                return u64::from(high) << 32 | u64::from(low);
            }
        }
        u64::from(size)
    }

    fn date(&self, id: u32) -> i64 {
        match self.created.get(id as usize) {
            Some(created) if created != NO_DATE => created,
            _ => i64::from(self.imported.get(id as usize).unwrap_or(0)),
        }
    }

    /// Gives `with` a function from a post to its value in a column, so that a
    /// loop over posts decides once which column that is.
    ///
    /// Sizes of a post without a picture are unknown, so that `width:<100` does
    /// not find it.
    pub fn values<W: WithValues>(&self, column: Column, with: W) -> W::Out {
        let known = |it: u64| (it > 0).then_some(it as f64);
        let area = |id: u32| {
            let (width, height) = self.size(id);
            u64::from(width) * u64::from(height)
        };
        match column {
            Column::Id => with.with(|id| Some(f64::from(id))),
            Column::Score => with.with(|id| {
                let score = self.score.get(id as usize)?;
                (score != NO_SCORE).then_some(f64::from(score))
            }),
            Column::FavCount => with.with(|id| {
                let count = self.fav_count.get(id as usize)?;
                (count != NO_FAV_COUNT).then_some(f64::from(count))
            }),
            Column::Width => with.with(|id| known(u64::from(self.size(id).0))),
            Column::Height => with.with(|id| known(u64::from(self.size(id).1))),
            Column::Megapixels => with.with(|id| known(area(id)).map(|it| it / 1e6)),
            Column::Ratio => with.with(|id| {
                let (width, height) = self.size(id);
                (width > 0 && height > 0)
                    .then(|| (f64::from(width) / f64::from(height) * 100.0).round() / 100.0)
            }),
            Column::FileSize => with.with(|id| known(self.file_size(id))),
            Column::TagCount => with.with(|id| self.num_tags.get(id as usize).map(f64::from)),
            Column::TagCountOf(category) => {
                let counts = &self.num_tags_of[category as usize];
                with.with(|id| counts.get(id as usize).map(f64::from))
            }
            Column::Date => with.with(|id| Some(self.date(id) as f64)),
        }
    }

    /// The value of a column.
    pub fn value(&self, column: Column, id: u32) -> Option<f64> {
        struct One(u32);
        impl WithValues for One {
            type Out = Option<f64>;

            fn with(self, value: impl Fn(u32) -> Option<f64>) -> Option<f64> {
                value(self.0)
            }
        }
        self.values(column, One(id))
    }

    /// What a snapshot holds of it.
    pub fn parts(&self) -> Vec<&dyn Part> {
        let Self {
            exists,
            num_posts: _,
            facts,
            width,
            height,
            large,
            file_size,
            huge,
            score,
            fav_count,
            created,
            imported,
            num_tags,
            num_tags_of,
            parents,
        } = self;
        let mut parts: Vec<&dyn Part> = vec![
            exists, facts, width, height, large, file_size, huge, score, fav_count, created,
            imported, num_tags, parents,
        ];
        parts.extend(num_tags_of.iter().map(|it| it as &dyn Part));
        parts
    }

    /// In the same order.
    pub fn parts_mut(&mut self) -> Vec<&mut dyn Part> {
        let Self {
            exists,
            num_posts: _,
            facts,
            width,
            height,
            large,
            file_size,
            huge,
            score,
            fav_count,
            created,
            imported,
            num_tags,
            num_tags_of,
            parents,
        } = self;
        let mut parts: Vec<&mut dyn Part> = vec![
            exists, facts, width, height, large, file_size, huge, score, fav_count, created,
            imported, num_tags, parents,
        ];
        parts.extend(num_tags_of.iter_mut().map(|it| it as &mut dyn Part));
        parts
    }

    /// To be called when the parts were loaded; `false` where they do not fit
    /// together.
    pub fn is_sound(&mut self) -> bool {
        self.num_posts = self.exists.iter().map(u64::count_ones).sum();
        let len = self.facts.len();
        let lengths = [
            self.width.len(),
            self.height.len(),
            self.file_size.len(),
            self.score.len(),
            self.fav_count.len(),
            self.created.len(),
            self.imported.len(),
            self.num_tags.len(),
        ];
        lengths
            .into_iter()
            .chain(self.num_tags_of.iter().map(Array::len))
            .all(|it| it == len)
            && self.exists.len() == len.div_ceil(64)
    }

    pub fn shrink(&mut self) {
        self.parts_mut().into_iter().for_each(Part::shrink);
    }

    /// Bytes of heap.
    pub fn held_bytes(&self) -> usize {
        self.parts().iter().map(|it| it.held_bytes()).sum()
    }

    /// How [`Self::held_bytes`] comes about.
    pub fn formula(&self) -> String {
        let num_rows = self.facts.len();
        let in_lists = self.large.held_bytes() + self.huge.held_bytes() + self.parents.held_bytes();
        let in_columns = self.held_bytes() - in_lists;
        format!(
            "{} B in {} columns for {} post ids ({:.1} B each, room to grow included) + {} B for \
             large pictures and parents",
            count(in_columns),
            self.parts().len() - 3,
            count(num_rows),
            in_columns as f64 / num_rows.max(1) as f64,
            count(in_lists),
        )
    }
}
