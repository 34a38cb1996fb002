//! Which cells are selected: places in the list, as ranges, so that a million of
//! them take no more than a few.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use roaring::RoaringBitmap;

use crate::app::text;
use crate::memory::{self, Component, Leaf};
use crate::model::PostId;

use super::Cells;

/// Ids up to this one are held as bits while a result changes: 64 MB at most, and
/// only for that moment.
const MAX_BIT: u32 = 1 << 29;

/// Selected places of a list.
#[derive(Debug, Default)]
pub struct Selection {
    places: RoaringBitmap,
    /// How often it changed, and how often when it was last published.
    version: u64,
    published: u64,
}

impl Selection {
    pub fn len(&self) -> u64 {
        self.places.len()
    }

    /// Another one with each change.
    pub fn version(&self) -> u64 {
        self.version
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub fn contains(&self, index: usize) -> bool {
        u32::try_from(index).is_ok_and(|it| self.places.contains(it))
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.places.iter().map(|it| it as usize)
    }

    pub fn clear(&mut self) {
        if !self.places.is_empty() {
            self.version += 1;
            self.places = RoaringBitmap::new();
        }
    }

    /// Only this one.
    pub fn set(&mut self, index: usize) {
        self.clear();
        self.toggle(index);
    }

    pub fn toggle(&mut self, index: usize) {
        if let Ok(index) = u32::try_from(index) {
            self.version += 1;
            if !self.places.remove(index) {
                self.places.insert(index);
            }
        }
    }

    /// Adds all between two, both included, in either order.
    pub fn add_range(&mut self, from: usize, to: usize) {
        self.version += 1;
        self.places.insert_range(range(from, to));
    }

    /// Takes as little memory as it can from now on.
    pub fn tidy(&mut self) {
        self.places.optimize();
    }

    /// Exactly what is not selected of so many.
    pub fn invert(&mut self, len: usize) {
        self.version += 1;
        let mut rest = RoaringBitmap::new();
        if let Some(last) = len.checked_sub(1) {
            rest.insert_range(range(0, last));
        }
        rest -= &self.places;
        rest.optimize();
        self.places = rest;
    }

    pub fn copy_from(&mut self, other: &Self) {
        if self.places != other.places {
            self.version += 1;
            self.places.clone_from(&other.places);
        }
    }

    pub fn snapshot(&self) -> Self {
        Self {
            places: self.places.clone(),
            ..Self::default()
        }
    }

    /// The posts at these places, as far as they have come.
    pub fn posts(&self, cells: &dyn Cells) -> Vec<PostId> {
        self.iter().filter_map(|index| cells.get(index)).collect()
    }

    /// Takes down which posts are selected, before another list comes.
    pub fn posts_set(&self, cells: &dyn Cells) -> PostsSet {
        let posts = || self.iter().filter_map(|index| cells.get(index));
        match posts().map(|it| it.0).max() {
            Some(max) if max <= MAX_BIT => {
                let mut bits = vec![0_u64; max as usize / 64 + 1];
                for post in posts() {
                    if let Some(word) = bits.get_mut(post.0 as usize / 64) {
                        *word |= 1 << (post.0 % 64);
                    }
                }
                PostsSet::Bits(bits)
            }
            Some(_) => PostsSet::Ids(posts().collect()),
            None => PostsSet::Bits(Vec::new()),
        }
    }

    /// Selects those posts in another list.
    pub fn follow(&mut self, posts: &PostsSet, cells: &dyn Cells) {
        self.version += 1;
        let places = (0..cells.len())
            .take_while(|index| u32::try_from(*index).is_ok())
            .filter(|index| cells.get(*index).is_some_and(|post| posts.contains(post)))
            .map(|index| index as u32);
        // Ascending, so this cannot fail.
        self.places = RoaringBitmap::from_sorted_iter(places).unwrap_or_default();
        self.places.optimize();
    }

    /// Bytes that it takes.
    pub fn bytes(&self) -> usize {
        let it = self.places.statistics();
        let bytes =
            it.n_bytes_array_containers + it.n_bytes_run_containers + it.n_bytes_bitset_containers;
        // Each container also has a key and a place in the list of them.
        bytes as usize + it.n_containers as usize * 32
    }

    /// Tells the accounting what it takes, if it changed.
    pub fn publish(&mut self) {
        if self.published == self.version {
            return;
        }
        self.published = self.version;
        let leaf = Leaf::exact("selection", self.bytes(), self.len() as usize);
        let leaf = leaf.with_formula(text::grid::selection_is(self.len()));
        memory::publish(Component::Window, "selection", vec![leaf]);
    }
}

fn range(from: usize, to: usize) -> RangeInclusive<u32> {
    let place = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    place(from.min(to))..=place(from.max(to))
}

/// Posts, for the moment in which one list takes another's place.
#[derive(Debug)]
pub enum PostsSet {
    /// Bit `id % 64` of word `id / 64`.
    Bits(Vec<u64>),
    Ids(HashSet<PostId>),
}

impl PostsSet {
    fn contains(&self, post: PostId) -> bool {
        match self {
            Self::Bits(bits) => bits
                .get(post.0 as usize / 64)
                .is_some_and(|word| word >> (post.0 % 64) & 1 == 1),
            Self::Ids(ids) => ids.contains(&post),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::command::Command;

    /// Posts in any order.
    struct List(Vec<u32>);

    impl Cells for List {
        fn len(&self) -> usize {
            self.0.len()
        }

        fn get(&self, index: usize) -> Option<PostId> {
            self.0.get(index).map(|it| PostId(*it))
        }

        fn position(&self, post: PostId, _hint: usize) -> Option<usize> {
            self.0.iter().position(|it| *it == post.0)
        }

        fn title(&self) -> String {
            String::new()
        }

        fn open(&self, index: usize) -> Command {
            Command::Open(index)
        }
    }

    fn places(selection: &Selection) -> Vec<usize> {
        selection.iter().collect()
    }

    #[test]
    fn a_million_take_no_more_than_a_few() {
        let mut selection = Selection::default();
        selection.add_range(999_999, 0);
        selection.tidy();
        assert_eq!(selection.len(), 1_000_000);
        assert!(selection.bytes() < 2_000, "{}", selection.bytes());
        selection.toggle(500_000);
        assert_eq!(selection.len(), 999_999);
        selection.invert(1_000_000);
        assert_eq!(places(&selection), [500_000]);
        selection.invert(0);
        assert!(selection.is_empty());
    }

    #[test]
    fn it_stays_on_its_posts_when_the_list_changes() {
        let before = List(vec![5, 9, 2, 700_000_000, 4]);
        let mut selection = Selection::default();
        for index in [1, 2, 4] {
            selection.toggle(index);
        }
        let posts = selection.posts_set(&before);
        assert!(matches!(posts, PostsSet::Bits(_)));
        selection.follow(&posts, &List(vec![2, 3, 4, 5, 7]));
        assert_eq!(places(&selection), [0, 2], "post 9 is gone");

        selection.set(3);
        let posts = selection.posts_set(&before);
        assert!(matches!(posts, PostsSet::Ids(_)));
        selection.follow(&posts, &List(vec![1, 700_000_000]));
        assert_eq!(places(&selection), [1]);
    }
}
