use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{
    CacheSource, Column, CountedCategory, Flag, Glob, Residence, Snapshot, SnapshotId, TagCache,
    TextField, TextQuery,
};
use crate::library::{
    Changes, LibraryError, PostChange, PostColumns, PostTexts, RemovedPost, TagChange, TagRow,
};
use crate::memory::Accounted;
use crate::model::{Category, FileFormat, PostId, Rating, TagId};

/// The tables, as plainly as can be.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    tags: BTreeMap<u32, (String, Category)>,
    /// Finer categories by tag.
    extended: BTreeMap<u32, String>,
    aliases: BTreeMap<String, u32>,
    posts: BTreeMap<u32, (PostColumns, BTreeSet<u32>)>,
    last_post: u32,
    last_tag: u32,
}

impl CacheSource for Tables {
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        for (&id, (name, category)) in &self.tags {
            f(TagRow {
                id: TagId(id),
                name,
                category: *category,
                extended_category: self.extended.get(&id).map(String::as_str),
            });
        }
        Ok(())
    }

    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        self.posts.values().for_each(|it| f(&it.0));
        Ok(())
    }

    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        for (&post, (_, tags)) in &self.posts {
            tags.iter().for_each(|tag| f(PostId(post), TagId(*tag)));
        }
        Ok(())
    }

    fn for_each_alias(&self, f: &mut dyn FnMut(&str, TagId)) -> Result<(), LibraryError> {
        self.aliases.iter().for_each(|it| f(it.0, TagId(*it.1)));
        Ok(())
    }

    fn for_each_texts(&self, f: &mut dyn FnMut(PostId, &PostTexts)) -> Result<(), LibraryError> {
        for (&post, (columns, _)) in &self.posts {
            f(PostId(post), &texts(columns));
        }
        Ok(())
    }
}

/// One of few words, by a column that every edit draws anew.
fn texts(columns: &PostColumns) -> PostTexts {
    let word = |at: i64| ["one", "two", "three"][at.rem_euclid(3) as usize];
    PostTexts {
        paths: vec![format!("/root/{}/x", word(columns.imported_at)).into_bytes()],
        text: columns.has_text.then(|| "title".to_owned()),
        sources: Vec::new(),
    }
}

fn columns(id: u32, seed: u32, num_tags: usize) -> PostColumns {
    PostColumns {
        id: PostId(id),
        md5: None,
        format: FileFormat::from_number((seed % 8) as u8),
        width: if seed.is_multiple_of(5) {
            70_000
        } else {
            seed % 3000
        },
        height: seed % 65_537,
        file_size: if seed.is_multiple_of(7) {
            u64::from(u32::MAX) + u64::from(seed % 3)
        } else {
            u64::from(seed)
        },
        is_animated: seed.is_multiple_of(2),
        has_alpha: seed.is_multiple_of(11),
        is_missing: seed.is_multiple_of(3),
        is_favorite: seed.is_multiple_of(13),
        has_source: seed.is_multiple_of(17),
        has_text: seed.is_multiple_of(19),
        num_files: seed % 4,
        parent: seed.is_multiple_of(3).then_some(PostId(seed % 10 + 1)),
        rating: Rating::from_number((seed % 5) as u8),
        score: (!seed.is_multiple_of(6)).then_some(seed as i32),
        fav_count: (!seed.is_multiple_of(10)).then_some(seed / 3),
        created_at: (!seed.is_multiple_of(4)).then_some(i64::from(seed) - 9_000_000_000),
        imported_at: i64::from(seed),
        phash: None,
        num_tags: num_tags as u32,
    }
}

#[derive(Clone, Debug)]
pub(super) enum Edit {
    AddPost { tags: Vec<u8>, seed: u32 },
    Retag { post: u8, tags: Vec<u8>, seed: u32 },
    RemovePost { post: u8 },
    AddTag,
    Recategorize { tag: u8 },
    Rename { tag: u8 },
    Merge { from: u8, into: u8 },
    RemoveTag { tag: u8 },
    Alias { alias: u8, tag: u8 },
    Unalias { alias: u8 },
    Compact,
    Reopen,
    Remap,
}

fn edit() -> impl Strategy<Value = Edit> {
    let tags = || prop::collection::vec(any::<u8>(), 0..12);
    prop_oneof![
        6 => (tags(), any::<u32>()).prop_map(|(tags, seed)| Edit::AddPost { tags, seed }),
        6 => (any::<u8>(), tags(), any::<u32>())
            .prop_map(|(post, tags, seed)| Edit::Retag { post, tags, seed }),
        1 => any::<u8>().prop_map(|post| Edit::RemovePost { post }),
        3 => Just(Edit::AddTag),
        1 => any::<u8>().prop_map(|tag| Edit::Recategorize { tag }),
        1 => any::<u8>().prop_map(|tag| Edit::Rename { tag }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(from, into)| Edit::Merge { from, into }),
        1 => any::<u8>().prop_map(|tag| Edit::RemoveTag { tag }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(alias, tag)| Edit::Alias { alias, tag }),
        1 => any::<u8>().prop_map(|alias| Edit::Unalias { alias }),
        1 => Just(Edit::Compact),
        1 => Just(Edit::Reopen),
        1 => Just(Edit::Remap),
    ]
}

impl Tables {
    fn pick(&self, tags: &[u8]) -> BTreeSet<u32> {
        // Half of the choices fall on the first two, which become bitmaps.
        let pick = |it: u8| if it.is_multiple_of(2) { it / 2 % 2 } else { it };
        tags.iter().map(|it| self.nth_tag(pick(*it))).collect()
    }

    fn nth_tag(&self, nth: u8) -> u32 {
        let nth = usize::from(nth) % self.tags.len();
        *self.tags.keys().nth(nth).unwrap()
    }

    fn nth_post(&self, nth: u8) -> Option<u32> {
        let num = self.posts.len().max(1);
        self.posts.keys().nth(usize::from(nth) % num).copied()
    }

    pub(super) fn add_tag(&mut self) -> TagChange {
        self.last_tag += 1;
        let id = self.last_tag;
        let name = format!("tag_{:x}", id.wrapping_mul(2_654_435_761));
        self.tags.insert(id, (name, Category::General));
        self.tag_change(id)
    }

    fn tag_change(&self, id: u32) -> TagChange {
        let (name, category) = self.tags[&id].clone();
        TagChange {
            id: TagId(id),
            name,
            category,
            extended_category: self.extended.get(&id).cloned(),
        }
    }

    /// Makes an edit; returns what a writer would say of it.
    pub(super) fn make(&mut self, edit: &Edit) -> Changes {
        let mut changes = Changes::default();
        match edit {
            Edit::AddPost { tags, seed } => {
                self.last_post += 1;
                let id = self.last_post;
                let tags = self.pick(tags);
                let columns = columns(id, *seed, tags.len());
                changes.posts.push(PostChange {
                    is_new: true,
                    texts: Some(texts(&columns)),
                    columns: columns.clone(),
                    added_tags: tags.iter().copied().map(TagId).collect(),
                    removed_tags: Vec::new(),
                });
                self.posts.insert(id, (columns, tags));
            }
            Edit::Retag { post, tags, seed } => {
                let tags = self.pick(tags);
                if let Some(id) = self.nth_post(*post) {
                    let columns = columns(id, *seed, tags.len());
                    let entry = self.posts.get_mut(&id).unwrap();
                    changes.posts.push(PostChange {
                        is_new: false,
                        texts: Some(texts(&columns)),
                        columns: columns.clone(),
                        added_tags: tags.difference(&entry.1).copied().map(TagId).collect(),
                        removed_tags: entry.1.difference(&tags).copied().map(TagId).collect(),
                    });
                    *entry = (columns, tags);
                }
            }
            Edit::RemovePost { post } => {
                if let Some(id) = self.nth_post(*post) {
                    let (_, tags) = self.posts.remove(&id).unwrap();
                    changes.removed_posts.push(RemovedPost {
                        id: PostId(id),
                        tags: tags.into_iter().map(TagId).collect(),
                    });
                }
            }
            Edit::AddTag => changes.tags.push(self.add_tag()),
            Edit::Recategorize { tag } | Edit::Rename { tag } => {
                let id = self.nth_tag(*tag);
                let entry = self.tags.get_mut(&id).unwrap();
                if matches!(edit, Edit::Rename { .. }) {
                    entry.0 = format!("{}x", entry.0);
                } else {
                    entry.1 = Category::ALL[usize::from(*tag) % 7];
                    self.extended.insert(id, format!("scheme_{}", tag % 3));
                }
                changes.tags.push(self.tag_change(id));
            }
            Edit::Merge { from, into } => {
                let (from, into) = (self.nth_tag(*from), self.nth_tag(*into));
                if from != into {
                    for (columns, tags) in self.posts.values_mut() {
                        if tags.remove(&from) {
                            tags.insert(into);
                        }
                        columns.num_tags = tags.len() as u32;
                    }
                    for target in self.aliases.values_mut().filter(|it| **it == from) {
                        *target = into;
                    }
                    changes.merged_tags.push((TagId(from), TagId(into)));
                }
            }
            Edit::RemoveTag { tag } => {
                let tag = self.nth_tag(*tag);
                if self.tags.len() > 2 {
                    self.tags.remove(&tag);
                    self.extended.remove(&tag);
                    for (columns, tags) in self.posts.values_mut() {
                        tags.remove(&tag);
                        columns.num_tags = tags.len() as u32;
                    }
                    let aliases = self.aliases.extract_if(.., |_, target| *target == tag);
                    changes.aliases = aliases.map(|it| (it.0, None)).collect();
                    changes.removed_tags.push(TagId(tag));
                }
            }
            Edit::Alias { alias, tag } => {
                let (alias, tag) = (format!("alias_{}", alias % 8), self.nth_tag(*tag));
                self.aliases.insert(alias.clone(), tag);
                changes.aliases.push((alias, Some(TagId(tag))));
            }
            Edit::Unalias { alias } => {
                let alias = format!("alias_{}", alias % 8);
                self.aliases.remove(&alias);
                changes.aliases.push((alias, None));
            }
            Edit::Compact | Edit::Reopen | Edit::Remap => {}
        }
        changes
    }
}

fn assert_same(cache: &TagCache, tables: &Tables) {
    let rebuilt = TagCache::build(tables).unwrap();
    assert_eq!(cache.num_posts(), tables.posts.len() as u64);
    assert_eq!(cache.num_tags(), tables.tags.len() as u64);
    assert_eq!(cache.num_references(), rebuilt.num_references());
    for (&id, (name, category)) in &tables.tags {
        let tag = TagId(id);
        let extended = tables.extended.get(&id).map(String::as_str);
        assert_eq!(cache.extended_category(tag), extended);
        assert_eq!(cache.name(tag), Some(name.as_str()));
        assert_eq!(cache.tag_id(name), Some(tag));
        assert_eq!(cache.category(tag), Some(*category));
        let having = tables.posts.iter().filter(|it| it.1.1.contains(&id));
        let having: Vec<u32> = having.map(|it| *it.0).collect();
        assert_eq!(cache.count(tag) as usize, having.len(), "count of {name}");
        assert_eq!(cache.count_by_name(name) as usize, having.len());
        assert_eq!(cache.posting(tag).iter().collect::<Vec<_>>(), having);
        assert_eq!(cache.posting(tag), rebuilt.posting(tag));
        let all = cache.intersect(tag, cache.all());
        let mut through_all = Vec::new();
        all.for_each(|it| through_all.push(it));
        assert_eq!(through_all, having);
    }
    let listed: Vec<(&str, u32)> = cache.counts().collect();
    let names = tables.tags.values().map(|it| it.0.as_str());
    assert!(listed.iter().map(|it| it.0).eq(names));
    assert!(listed.iter().all(|it| cache.count_by_name(it.0) == it.1));
    for alias in (0..8).map(|it| format!("alias_{it}")) {
        let expected = tables.aliases.get(&alias).copied().map(TagId);
        assert_eq!(cache.resolve(&alias), expected, "{alias}");
    }
    let ids = |set: &super::PostSet| {
        let mut ids = Vec::new();
        set.for_each(|it| ids.push(it));
        ids
    };
    assert_eq!(ids(&cache.children()), ids(&rebuilt.children()));
    assert_eq!(ids(&cache.parents()), ids(&rebuilt.parents()));
    for pattern in ["one", "two", "three"] {
        let query = TextQuery {
            field: TextField::Folder,
            pattern: pattern.to_owned(),
        };
        let found = cache.posts_with_text(&query, &[], &|| false).unwrap();
        let has = |it: &&PostColumns| {
            texts(it).paths[0].starts_with(format!("/root/{pattern}/").as_bytes())
        };
        let having = tables.posts.values().map(|it| &it.0).filter(has);
        let expected: Vec<PostId> = having.map(|it| it.id).collect();
        assert_eq!(found.unwrap(), expected, "{pattern}");
    }
    let having = |parent| {
        let has = move |it: &&PostColumns| it.parent == Some(PostId(parent));
        tables.posts.values().map(|it| &it.0).filter(has)
    };
    for parent in 1..=10 {
        let expected: Vec<u32> = having(parent).map(|it| it.id.0).collect();
        assert_eq!(ids(&cache.children_of(PostId(parent))), expected);
    }
    assert_eq!(cache.all_posts(), rebuilt.all_posts());
    for post in rebuilt.all_posts() {
        assert_eq!(cache.format(post), rebuilt.format(post));
        assert_eq!(cache.rating(post), rebuilt.rating(post));
        let (columns, tags) = &tables.posts[&post.0];
        for (flag, expected) in [
            (Flag::Missing, columns.is_missing),
            (Flag::Animated, columns.is_animated),
            (Flag::Alpha, columns.has_alpha),
            (Flag::Favorite, columns.is_favorite),
            (Flag::HasSource, columns.has_source),
            (Flag::HasText, columns.has_text),
            (Flag::HasFile, columns.num_files > 0),
            (Flag::HasCopies, columns.num_files > 1),
        ] {
            assert_eq!(cache.has(flag, post), expected, "{flag:?}");
        }
        assert_eq!(cache.parent(post), columns.parent);
        for (counted, category) in CountedCategory::ALL.into_iter().zip([
            Category::General,
            Category::Artist,
            Category::Copyright,
            Category::Character,
            Category::Meta,
        ]) {
            let of_category = tags.iter().filter(|it| tables.tags[*it].1 == category);
            let expected = Some(of_category.count() as f64);
            assert_eq!(cache.value(Column::TagCountOf(counted), post), expected);
        }
        assert_eq!(cache.rating(post), columns.rating);
        assert_eq!(cache.format(post), columns.format);
        let known = |it: u64| (it > 0).then_some(it as f64);
        let expected = [
            (Column::Width, known(u64::from(columns.width))),
            (Column::Height, known(u64::from(columns.height))),
            (Column::FileSize, known(columns.file_size)),
            (Column::Score, columns.score.map(f64::from)),
            (Column::FavCount, columns.fav_count.map(f64::from)),
            (Column::TagCount, Some(f64::from(columns.num_tags))),
            (
                Column::Date,
                Some(columns.created_at.unwrap_or(columns.imported_at) as f64),
            ),
        ];
        for (column, expected) in expected {
            assert_eq!(cache.value(column, post), expected, "{column:?}");
        }
    }
}

pub(super) const ID: SnapshotId = SnapshotId {
    library: [7; 16],
    commit: 5,
    token: 9,
};

/// Written to a file, and loaded from it.
fn reopened(cache: &mut TagCache, residence: Residence) -> TagCache {
    let file = tempfile::tempfile().unwrap();
    cache.write_merged(ID, &file).unwrap();
    let snapshot = Snapshot::new(file).unwrap();
    assert_eq!(snapshot.id(), ID);
    snapshot.load(residence).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn edits_equal_a_rebuild(
        first in prop::collection::vec(edit(), 0..60),
        then in prop::collection::vec(edit(), 1..60),
    ) {
        let mut tables = Tables::default();
        for _ in 0..5 {
            tables.add_tag();
        }
        for edit in &first {
            tables.make(edit);
        }
        let mut cache = TagCache::build(&tables).unwrap();
        for edit in &then {
            cache.apply(&tables.make(edit));
            match edit {
                Edit::Compact => {
                    cache.purge();
                }
                Edit::Reopen => cache = reopened(&mut cache, Residence::Held),
                Edit::Remap => cache = reopened(&mut cache, Residence::Mapped),
                _ => {}
            }
        }
        assert_same(&cache, &tables);
        cache.purge();
        assert_same(&cache, &tables);
    }
}

/// Enough edits for the overlay to be merged by itself.
#[test]
fn a_long_import_equals_a_rebuild() {
    let mut tables = Tables::default();
    for _ in 0..300 {
        tables.add_tag();
    }
    let mut cache = TagCache::build(&tables).unwrap();
    let mut state = 1_u32;
    for _ in 0..3000 {
        let mut tags = Vec::new();
        for _ in 0..40 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            tags.push((state >> 24) as u8);
        }
        let seed = state;
        let edit = if state.is_multiple_of(5) {
            let post = (state >> 8) as u8;
            Edit::Retag { post, tags, seed }
        } else {
            Edit::AddPost { tags, seed }
        };
        cache.apply(&tables.make(&edit));
    }
    assert_same(&cache, &tables);
}

/// What a fresh cache holds is what its arrays need, to the byte.
#[test]
fn leaves_are_exact_and_purging_gives_back_the_overlay() {
    let mut tables = Tables::default();
    for _ in 0..500 {
        tables.add_tag();
    }
    for seed in 0..2000_u32 {
        let tags = (0..20).map(|it| (seed.wrapping_mul(31 + it) >> 3) as u8);
        // No side lists: a multiple of neither 5, nor 7, nor 3.
        let seed = seed * 105 + 1;
        tables.make(&Edit::AddPost {
            tags: tags.collect(),
            seed,
        });
    }
    let mut cache = TagCache::build(&tables).unwrap();
    let leaf = |cache: &TagCache, name: &str| {
        let leaves = cache.leaves();
        leaves.iter().find(|it| it.name == name).unwrap().bytes
    };
    let name_bytes: usize = tables.tags.values().map(|it| it.0.len()).sum();
    assert_eq!(leaf(&cache, "names"), name_bytes as u64 + 501 * 4 + 500 * 4);
    assert_eq!(leaf(&cache, "categories"), 501);
    assert!(leaf(&cache, "counts") <= 501 * 4);
    assert_eq!(leaf(&cache, "post columns"), 2001 * 42 + 32 * 8);
    assert!(leaf(&cache, "postings") < cache.num_references() * 2);
    assert_eq!(
        leaf(&cache, "aliases") + leaf(&cache, "extended categories"),
        0
    );
    assert!(leaf(&cache, "texts") > 0);
    assert_eq!(cache.leaves().len(), 8);

    // Texts that changed stay until the next snapshot.
    let total = |cache: &TagCache| {
        let all: u64 = cache.leaves().iter().map(|it| it.bytes).sum();
        all - leaf(cache, "texts")
    };
    for seed in 0..200_u32 {
        let edit = Edit::AddPost {
            tags: vec![1, 3, 5, 7, 9, 11],
            seed: seed * 105 + 1,
        };
        cache.apply(&tables.make(&edit));
    }
    let grown = total(&cache);
    let given_back = cache.purge();
    assert!(given_back > 0);
    assert_eq!(total(&cache), grown - given_back);
    // A bitmap that did not change keeps its length, a rebuilt one grows with the library.
    let rebuilt = total(&TagCache::build(&tables).unwrap());
    assert!(total(&cache).abs_diff(rebuilt) < rebuilt / 100);
    assert_eq!(cache.purge(), 0);
}

fn named(names: &[&str]) -> TagCache {
    let mut tables = Tables::default();
    for (id, name) in (1..).zip(names) {
        tables
            .tags
            .insert(id, ((*name).to_owned(), Category::General));
    }
    let all = (1..=names.len() as u32).collect();
    tables.posts.insert(1, (columns(1, 1, names.len()), all));
    TagCache::build(&tables).unwrap()
}

fn names_of(cache: &TagCache, tags: impl IntoIterator<Item = TagId>) -> Vec<String> {
    let mut names: Vec<String> = tags
        .into_iter()
        .map(|it| cache.name(it).unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn tags_are_found_by_pattern_word_and_spelling() {
    let cache = named(&[
        "long_hair",
        "hair",
        "hairband",
        "short_hair",
        "chair",
        "blue_eyes",
        "hair_ribbon",
        "x",
        "a_hairpin_a",
    ]);
    let matching = |glob: &str| names_of(&cache, cache.matching_tags(&Glob::new(glob)));
    assert_eq!(matching("*_hair"), ["long_hair", "short_hair"]);
    assert_eq!(matching("hair*"), ["hair", "hair_ribbon", "hairband"]);
    assert_eq!(
        matching("*hair"),
        ["chair", "hair", "long_hair", "short_hair"]
    );
    assert_eq!(matching("b*e*s"), ["blue_eyes"]);
    assert_eq!(matching("*").len(), 9);
    assert!(matching("*hairx*").is_empty());

    let mut words = Vec::new();
    cache.for_each_word_prefix("hair", &mut |it| words.push(it));
    assert_eq!(
        names_of(&cache, words),
        ["a_hairpin_a", "long_hair", "short_hair"]
    );

    let nearest = cache.nearest_tags("lnog_hair", 1);
    assert_eq!(names_of(&cache, nearest), ["long_hair"]);
    assert!(cache.nearest_tags("qqqqqqqq", 5).is_empty());
}

proptest! {
    /// Against looking at every name.
    #[test]
    fn patterns_find_what_a_scan_finds(
        names in prop::collection::btree_set("[ab_]{1,6}", 1..40),
        pattern in "[ab_*]{1,5}",
    ) {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let cache = named(&names);
        let glob = Glob::new(pattern.clone());
        let found = names_of(&cache, cache.matching_tags(&glob));
        let scan = names.iter().filter(|it| glob.matches(it.as_bytes()));
        let scan: Vec<String> = scan.map(|it| (*it).to_owned()).collect();
        if pattern.contains('*') {
            prop_assert_eq!(found, scan);
        }
    }
}
