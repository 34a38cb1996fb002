//! Who follows changes alone has what the tables have: after any batches and
//! edits, applied as they were returned, and replayed from the journal.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kobako::engine::tag_cache::TagCache;
use kobako::library::{Changes, JournalRead, LibraryError, PostColumns, PostTexts, Reader, Writer};
use kobako::model::{
    Category, ParentDraft, PoolDraft, PostDraft, PostId, Rating, SourcePost, TagDraft, TagId,
    TagOrigin,
};
use proptest::prelude::*;

use super::{dump, md5, open_writer, picture, touch};

/// What an engine keeps, following changes alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cache {
    pub tags: BTreeMap<TagId, (String, Category, Option<String>)>,
    pub aliases: BTreeMap<String, TagId>,
    pub posts: BTreeMap<PostId, PostColumns>,
    pub post_tags: BTreeSet<(PostId, TagId)>,
    pub texts: BTreeMap<PostId, PostTexts>,
}

impl Cache {
    pub fn apply(&mut self, changes: Changes) {
        let Changes {
            commit,
            tags,
            merged_tags,
            removed_tags,
            aliases,
            posts,
            removed_posts,
            other_pictures: _,
        } = changes.clone();
        assert_eq!(commit > 0, changes != Changes::default());
        assert!(tags.is_sorted_by_key(|it| it.id));
        assert!(posts.is_sorted_by_key(|it| it.columns.id));
        for tag in tags {
            let row = (tag.name, tag.category, tag.extended_category);
            self.tags.insert(tag.id, row);
        }
        for (from, into) in merged_tags {
            for post in self.lose(from) {
                self.post_tags.insert((post, into));
            }
            for target in self.aliases.values_mut().filter(|it| **it == from) {
                *target = into;
            }
        }
        for tag in removed_tags {
            self.lose(tag);
            self.tags.remove(&tag);
        }
        for (&id, columns) in &mut self.posts {
            let own = (id, TagId(0))..=(id, TagId(u32::MAX));
            columns.num_tags = self.post_tags.range(own).count() as u32;
        }
        for (alias, tag) in aliases {
            match tag {
                Some(tag) => self.aliases.insert(alias, tag),
                None => self.aliases.remove(&alias),
            };
        }
        for change in posts {
            let id = change.columns.id;
            assert_eq!(self.posts.contains_key(&id), !change.is_new);
            for tag in change.added_tags {
                assert!(self.post_tags.insert((id, tag)), "{id} has {tag:?}");
            }
            for tag in change.removed_tags {
                assert!(self.post_tags.remove(&(id, tag)), "{id} lacks {tag:?}");
            }
            self.posts.insert(id, change.columns);
            assert!(change.texts.is_some() || !change.is_new);
            if let Some(texts) = change.texts {
                self.texts.insert(id, texts);
            }
        }
        for removed in removed_posts {
            for tag in removed.tags {
                assert!(self.post_tags.remove(&(removed.id, tag)));
            }
            assert!(self.posts.remove(&removed.id).is_some());
            self.texts.remove(&removed.id);
        }
        self.texts.retain(|_, it| *it != PostTexts::default());
    }

    /// The posts that had it.
    fn lose(&mut self, tag: TagId) -> Vec<PostId> {
        let lost = self.post_tags.extract_if(.., |it| it.1 == tag);
        lost.map(|it| it.0).collect()
    }

    pub fn load(reader: &Reader) -> Self {
        let mut cache = Self::default();
        let read = || -> Result<(), LibraryError> {
            reader.for_each_tag(&mut |row| {
                let extended = row.extended_category.map(str::to_owned);
                let tag = (row.name.to_owned(), row.category, extended);
                cache.tags.insert(row.id, tag);
            })?;
            reader.for_each_alias(&mut |alias, tag| {
                cache.aliases.insert(alias.to_owned(), tag);
            })?;
            reader.for_each_post(&mut |columns| {
                cache.posts.insert(columns.id, columns.clone());
            })?;
            reader.for_each_post_tag(&mut |post, tag| {
                cache.post_tags.insert((post, tag));
            })?;
            reader.for_each_texts(&mut |post, texts| {
                cache.texts.insert(post, texts.clone());
            })
        };
        let mut read = read;
        read().unwrap();
        cache
    }
}

#[derive(Clone, Debug)]
enum Step {
    Batch(Vec<Draw>),
    Missing {
        path: u8,
        is_missing: bool,
    },
    Delete {
        path: u8,
    },
    EditTags {
        posts: Vec<u8>,
        add: Vec<u8>,
        remove: Vec<u8>,
    },
    Favorite {
        posts: Vec<u8>,
        is_favorite: bool,
    },
    Rate {
        posts: Vec<u8>,
        rating: Option<Rating>,
    },
    DeletePosts {
        posts: Vec<u8>,
    },
    Allow {
        bytes: u8,
    },
    Rename {
        from: u8,
        to: u8,
    },
    Merge {
        from: u8,
        into: u8,
    },
    RemoveTag {
        tag: u8,
    },
    Categorize {
        tag: u8,
        category: Category,
    },
    Aliases(Vec<(u8, u8)>),
    Unalias {
        alias: u8,
    },
    Implications(Vec<(u8, u8)>),
    MergePosts {
        posts: Vec<u8>,
    },
    NotDuplicates {
        posts: Vec<u8>,
    },
    UndoDecision,
    Trim,
}

#[derive(Clone, Debug)]
struct Draw {
    /// `None` for a record.
    path: Option<u8>,
    bytes: u8,
    tags: Vec<(u8, TagOrigin)>,
    removed_tags: Vec<u8>,
    has_extended: bool,
    parent: Option<(bool, u8)>,
    source: Option<u8>,
    has_text: bool,
    is_favorite: Option<bool>,
    in_pool: bool,
}

fn origin() -> impl Strategy<Value = TagOrigin> {
    prop_oneof![
        3 => Just(TagOrigin::Source),
        1 => Just(TagOrigin::User),
        1 => Just(TagOrigin::Inferred),
        1 => Just(TagOrigin::Implied),
    ]
}

fn draw() -> impl Strategy<Value = Draw> {
    let tags = (
        prop::collection::vec((0..10_u8, origin()), 0..6),
        prop::collection::vec(0..10_u8, 0..2),
        any::<bool>(),
    );
    let parent = prop::option::of((any::<bool>(), 0..4_u8));
    let facts = (
        parent,
        prop::option::of(0..4_u8),
        any::<bool>(),
        any::<Option<bool>>(),
        any::<bool>(),
    );
    (prop::option::weighted(0.8, 0..6_u8), 0..4_u8, tags, facts).prop_map(
        |(path, bytes, (tags, removed_tags, has_extended), facts)| {
            let (parent, source, has_text, is_favorite, in_pool) = facts;
            Draw {
                path,
                bytes,
                tags,
                removed_tags,
                has_extended,
                parent,
                source,
                has_text,
                is_favorite,
                in_pool,
            }
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    let tag = || 0..10_u8;
    let tags = || prop::collection::vec(0..10_u8, 0..4);
    let posts = || prop::collection::vec(any::<u8>(), 0..4);
    let pairs = || prop::collection::vec((0..10_u8, 0..10_u8), 1..4);
    prop_oneof![
        8 => prop::collection::vec(draw(), 1..6).prop_map(Step::Batch),
        1 => (0..6_u8, any::<bool>())
            .prop_map(|(path, is_missing)| Step::Missing { path, is_missing }),
        1 => (0..6_u8).prop_map(|path| Step::Delete { path }),
        4 => (posts(), tags(), tags())
            .prop_map(|(posts, add, remove)| Step::EditTags { posts, add, remove }),
        1 => (posts(), any::<bool>())
            .prop_map(|(posts, is_favorite)| Step::Favorite { posts, is_favorite }),
        1 => (posts(), prop_oneof![Just(None), Just(Some(Rating::Explicit))])
            .prop_map(|(posts, rating)| Step::Rate { posts, rating }),
        1 => posts().prop_map(|posts| Step::DeletePosts { posts }),
        1 => (0..4_u8).prop_map(|bytes| Step::Allow { bytes }),
        2 => (tag(), tag()).prop_map(|(from, to)| Step::Rename { from, to }),
        2 => (tag(), tag()).prop_map(|(from, into)| Step::Merge { from, into }),
        1 => tag().prop_map(|tag| Step::RemoveTag { tag }),
        1 => (tag(), prop_oneof![Just(Category::General), Just(Category::Artist)])
            .prop_map(|(tag, category)| Step::Categorize { tag, category }),
        3 => pairs().prop_map(Step::Aliases),
        1 => tag().prop_map(|alias| Step::Unalias { alias }),
        1 => pairs().prop_map(Step::Implications),
        2 => posts().prop_map(|posts| Step::MergePosts { posts }),
        1 => posts().prop_map(|posts| Step::NotDuplicates { posts }),
        1 => Just(Step::UndoDecision),
        1 => Just(Step::Trim),
    ]
}

fn name(number: u8) -> String {
    format!("tag_{number}")
}

fn named(numbers: &[u8]) -> Vec<TagDraft> {
    let drafts = numbers.iter().map(|it| TagDraft {
        name: name(*it),
        ..TagDraft::default()
    });
    drafts.collect()
}

fn pairs(numbers: &[(u8, u8)]) -> Vec<(String, String)> {
    numbers.iter().map(|it| (name(it.0), name(it.1))).collect()
}

fn source(id: u8) -> SourcePost {
    SourcePost {
        site: "site".to_owned(),
        id: id.into(),
    }
}

fn draft(draw: &Draw, path: &dyn Fn(u8) -> PathBuf) -> PostDraft {
    let mut draft = match draw.path {
        Some(number) => {
            touch(&path(number));
            picture(path(number), draw.bytes, &[])
        }
        None => PostDraft {
            source_posts: vec![source(draw.bytes)],
            ..PostDraft::default()
        },
    };
    draft.tags = named(&draw.tags.iter().map(|it| it.0).collect::<Vec<_>>());
    for (tag, (number, origin)) in draft.tags.iter_mut().zip(&draw.tags) {
        tag.origin = *origin;
        if draw.has_extended {
            tag.category = Some(Category::Character);
            tag.extended_category = Some(format!("scheme_{}", number % 2));
        }
    }
    draft.removed_tags = named(&draw.removed_tags);
    draft.parent = draw.parent.map(|(is_md5, it)| {
        if is_md5 {
            ParentDraft::Md5(md5(it))
        } else {
            ParentDraft::Source(source(it))
        }
    });
    draft.source_posts.extend(draw.source.map(source));
    draft.sources.extend(draw.source.map(|it| it.to_string()));
    draft.text = draw.has_text.then(|| format!("text {}", draw.bytes));
    draft.is_favorite = draw.is_favorite;
    if draw.in_pool {
        draft.pools.push(PoolDraft {
            name: "pool".to_owned(),
            title: "Pool".to_owned(),
            description: None,
            position: draw.bytes.into(),
        });
    }
    draft
}

fn make(
    writer: &mut Writer,
    reader: &Reader,
    step: &Step,
    cache: &Cache,
    path: &dyn Fn(u8) -> PathBuf,
) -> Result<Changes, LibraryError> {
    let ids = |posts: &[u8]| -> Vec<PostId> {
        // Sometimes one more than there are.
        let pick = |it: &u8| usize::from(*it) % (cache.posts.len() + 1);
        let nth = |it| cache.posts.keys().nth(it).copied().unwrap_or(PostId(999));
        posts.iter().map(pick).map(nth).collect()
    };
    match step {
        Step::Batch(draws) => {
            let drafts: Vec<PostDraft> = draws.iter().map(|it| draft(it, path)).collect();
            writer.write_batch(&drafts).map(|it| it.1)
        }
        Step::Missing {
            path: number,
            is_missing,
        } => writer.mark_missing(&[path(*number)], *is_missing),
        Step::Delete { path: number } => {
            let _ = std::fs::remove_file(path(*number));
            Ok(Changes::default())
        }
        Step::EditTags { posts, add, remove } => {
            let remove: Vec<String> = remove.iter().copied().map(name).collect();
            writer.edit_tags(&ids(posts), &named(add), &remove)
        }
        Step::Favorite { posts, is_favorite } => writer.set_favorite(&ids(posts), *is_favorite),
        Step::Rate { posts, rating } => writer.set_rating(&ids(posts), *rating),
        Step::DeletePosts { posts } => writer.delete_posts(&ids(posts)),
        Step::Allow { bytes } => {
            writer.allow_again(&[md5(*bytes)])?;
            Ok(Changes::default())
        }
        Step::Rename { from, to } => writer.rename_tag(&name(*from), &name(*to)),
        Step::Merge { from, into } => writer.merge_tags(&name(*from), &name(*into)),
        Step::RemoveTag { tag } => writer.remove_tag(&name(*tag)),
        Step::Categorize { tag, category } => writer.set_category(&name(*tag), *category),
        Step::Aliases(aliases) => writer.put_aliases(&pairs(aliases)),
        Step::Unalias { alias } => writer.remove_alias(&name(*alias)),
        Step::Implications(implications) => writer.put_implications(&pairs(implications)),
        Step::MergePosts { posts } => {
            let posts = ids(posts);
            let keep = posts.first().copied().unwrap_or(PostId(1));
            let merged = writer.merge_duplicates(keep, &posts, None);
            merged.map(|it| it.1)
        }
        Step::NotDuplicates { posts } => {
            writer.mark_not_duplicates(&ids(posts))?;
            Ok(Changes::default())
        }
        Step::UndoDecision => match reader.last_decision()? {
            Some(last) => writer.undo_duplicates(last.number, &[]),
            None => Ok(Changes::default()),
        },
        Step::Trim => unreachable!("done by the caller"),
    }
}

/// The engine's own cache, following, against one built from the tables.
fn assert_same_search(followed: &TagCache, reader: &Reader, cache: &Cache) {
    let built = TagCache::build(reader).unwrap();
    assert_eq!(followed.num_tags(), built.num_tags());
    assert_eq!(followed.num_references(), built.num_references());
    assert_eq!(followed.all_posts(), built.all_posts());
    for (&tag, (name, category, extended)) in &cache.tags {
        assert_eq!(followed.resolve(name), Some(tag));
        assert_eq!(followed.category(tag), Some(*category));
        assert_eq!(followed.extended_category(tag), extended.as_deref());
        assert_eq!(followed.count(tag), built.count(tag));
        assert_eq!(followed.posting(tag), built.posting(tag));
    }
    for number in 0..10 {
        assert_eq!(
            followed.resolve(&name(number)),
            built.resolve(&name(number))
        );
    }
    for (&post, columns) in &cache.posts {
        assert_eq!(followed.parent(post), columns.parent);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn changes_and_journal_lead_where_the_tables_are(
        steps in prop::collection::vec(step(), 1..24),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let (library, mut writer) = open_writer(&dir.path().join("lib"));
        let reader = library.reader("follow").unwrap();
        let path = |number: u8| -> PathBuf { dir.path().join(format!("pictures/{number}.png")) };
        let mut cache = Cache::default();
        let mut search = TagCache::build(&reader).unwrap();
        let mut snapshots = vec![(0, cache.clone())];
        for step in steps {
            let number = reader.journal_state().unwrap().number;
            if matches!(step, Step::Trim) {
                writer.trim_journal(number).unwrap();
                snapshots.retain(|it| it.0 >= number);
                continue;
            }
            match make(&mut writer, &reader, &step, &cache, &path) {
                Ok(changes) => {
                    let expected = if changes.commit == 0 { number } else { number + 1 };
                    prop_assert!(changes.commit == 0 || changes.commit == expected);
                    prop_assert_eq!(reader.journal_state().unwrap().number, expected);
                    search.apply(&changes);
                    cache.apply(changes);
                    snapshots.push((expected, cache.clone()));
                }
                Err(err) => {
                    prop_assert!(!matches!(err, LibraryError::Sqlite { .. }), "{err}");
                    prop_assert_eq!(reader.journal_state().unwrap().number, number);
                }
            }
            prop_assert_eq!(&Cache::load(&reader), &cache, "after {:?}", step);
            assert_same_search(&search, &reader, &cache);
        }
        // All posts into one, and back to the last byte.
        let before = dump(library.dir());
        let posts: Vec<PostId> = cache.posts.keys().copied().collect();
        if let Some(&keep) = posts.last()
            && posts.len() > 1
        {
            let (number, merged) = writer.merge_duplicates(keep, &posts, Some(Vec::new())).unwrap();
            let undone = writer.undo_duplicates(number, &[]).unwrap();
            prop_assert_eq!(dump(library.dir()), before);
            for changes in [merged, undone] {
                search.apply(&changes);
                cache.apply(changes);
            }
            prop_assert_eq!(&Cache::load(&reader), &cache);
            assert_same_search(&search, &reader, &cache);
        }
        for (number, mut snapshot) in snapshots {
            let read = reader
                .for_each_change_after(number, &mut |it| snapshot.apply(it))
                .unwrap();
            prop_assert_eq!(read, JournalRead::Complete);
            prop_assert_eq!(&snapshot, &cache, "from {}", number);
        }
        prop_assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
    }
}
