//! Random batches against a naive model of what a library is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use kobako::library::{Outcome, Reader};
use kobako::model::{Category, FileDraft, FileStamp, Md5, PostDraft, Rating, TagDraft};
use proptest::prelude::*;

use super::follow::Cache;
use super::{md5, open_writer, touch};

/// A file of the random world: which bytes, which sidecar, when.
#[derive(Clone, Debug)]
struct Draw {
    path: u8,
    bytes: u8,
    tags: Vec<(u8, Option<Category>)>,
    has_sidecar: bool,
    is_partial: bool,
    rating: Option<Rating>,
}

#[derive(Clone, Debug)]
enum Step {
    /// Files are written (those of one path: the last counts), then imported.
    Batch(Vec<Draw>),
    /// A file is deleted, and the import notices or does not.
    Delete { path: u8, is_noticed: bool },
}

#[derive(Clone, Debug, Default, PartialEq)]
struct ModelPost {
    tags: BTreeSet<String>,
    rating: Option<Rating>,
    /// With whether each is marked missing, and its row.
    files: Vec<(u8, bool, u32)>,
    had_files: bool,
}

impl ModelPost {
    fn is_missing(&self) -> bool {
        self.had_files && self.files.iter().all(|it| it.1)
    }
}

#[derive(Default)]
struct Model {
    posts: BTreeMap<u8, ModelPost>,
    categories: BTreeMap<String, Category>,
    on_disk: BTreeSet<u8>,
    num_rows: u32,
}

impl Model {
    fn import(&mut self, draw: &Draw) {
        for (tag, category) in &draw.tags {
            let said = category.unwrap_or_default();
            let known = self.categories.entry(tag_name(*tag)).or_insert(said);
            if *known == Category::General {
                *known = said;
            }
        }
        let is_new = !self.posts.contains_key(&draw.bytes);
        let owner = self
            .posts
            .iter()
            .find(|(_, it)| it.files.iter().any(|it| it.0 == draw.path))
            .map(|it| *it.0);
        // A path that goes to another post takes its row along.
        let row = self
            .posts
            .values()
            .flat_map(|it| &it.files)
            .find(|it| it.0 == draw.path)
            .map(|it| it.2);
        let post = self.posts.entry(draw.bytes).or_default();
        let is_own_path = owner == Some(draw.bytes);
        let has_other = post.files.iter().any(|it| !it.1 && it.0 != draw.path);
        let replaces = is_new || is_own_path && !has_other && !draw.is_partial;
        let adds_only = !is_new && !is_own_path;

        if is_own_path {
            for file in &mut post.files {
                if file.0 == draw.path {
                    file.1 = false;
                }
            }
        } else {
            // In the order in which the library looks: those not marked come first,
            // then by row.
            let gone = post
                .files
                .iter()
                .filter(|it| !self.on_disk.contains(&it.0))
                .min_by_key(|it| (it.1, it.2))
                .copied();
            if let Some(gone) = gone {
                post.files.retain(|it| it.0 != gone.0);
            }
            let row = row.or(gone.map(|it| it.2)).unwrap_or_else(|| {
                self.num_rows += 1;
                self.num_rows
            });
            post.files.push((draw.path, false, row));
        }
        post.had_files = true;
        if draw.rating.is_some() && (post.rating.is_none() || !adds_only) {
            post.rating = draw.rating;
        }
        let tags: BTreeSet<String> = draw.tags.iter().map(|it| tag_name(it.0)).collect();
        if !tags.is_empty() || draw.has_sidecar {
            if replaces {
                post.tags = tags;
            } else {
                post.tags.extend(tags);
            }
        }
        if let Some(owner) = owner
            && owner != draw.bytes
            && let Some(old) = self.posts.get_mut(&owner)
        {
            old.files.retain(|it| it.0 != draw.path);
        }
    }
}

fn tag_name(tag: u8) -> String {
    format!("tag_{tag}")
}

fn category() -> impl Strategy<Value = Option<Category>> {
    prop_oneof![
        3 => Just(None),
        1 => Just(Some(Category::General)),
        1 => Just(Some(Category::Artist)),
        1 => Just(Some(Category::Character)),
    ]
}

fn draw() -> impl Strategy<Value = Draw> {
    (
        0..6_u8,
        0..4_u8,
        prop::collection::vec((0..8_u8, category()), 0..6),
        any::<bool>(),
        prop::bool::weighted(0.2),
        prop_oneof![
            Just(None),
            Just(Some(Rating::General)),
            Just(Some(Rating::Explicit))
        ],
    )
        .prop_map(
            |(path, bytes, tags, has_sidecar, is_partial, rating)| Draw {
                path,
                bytes,
                tags,
                has_sidecar,
                is_partial,
                rating,
            },
        )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec(draw(), 1..6).prop_map(Step::Batch),
        1 => (0..6_u8, any::<bool>())
            .prop_map(|(path, is_noticed)| Step::Delete { path, is_noticed }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_library_is_what_its_imports_said(steps in prop::collection::vec(step(), 1..12)) {
        let dir = tempfile::tempdir().unwrap();
        let (library, mut writer) = open_writer(&dir.path().join("lib"));
        let reader = library.reader("model").unwrap();
        let path = |number: u8| -> PathBuf { dir.path().join(format!("pictures/{number}.png")) };
        let mut model = Model::default();
        let mut cache = Cache::default();
        let mut clock = 0;
        for step in steps {
            match step {
                Step::Batch(draws) => {
                    let mut drafts = Vec::new();
                    for draw in &draws {
                        clock += 1;
                        touch(&path(draw.path));
                        model.on_disk.insert(draw.path);
                        drafts.push(draft(draw, path(draw.path), clock));
                    }
                    let known: BTreeSet<Md5> =
                        cache.posts.values().filter_map(|it| it.md5).collect();
                    let (outcomes, changes) = writer.write_batch(&drafts).unwrap();
                    cache.apply(changes);
                    for (draw, outcome) in draws.iter().zip(outcomes) {
                        prop_assert_eq!(
                            cache.posts[&outcome.post().unwrap()].md5, Some(md5(draw.bytes)));
                        if matches!(outcome, Outcome::Added(_)) {
                            prop_assert!(!known.contains(&md5(draw.bytes)));
                        }
                        model.import(draw);
                    }
                    // The same again changes nothing, if each path came once.
                    let paths: BTreeSet<u8> = draws.iter().map(|it| it.path).collect();
                    let pictures: BTreeSet<u8> = draws.iter().map(|it| it.bytes).collect();
                    if paths.len() == draws.len() && pictures.len() == draws.len() {
                        let before = Cache::load(&reader);
                        for draw in &draws {
                            model.import(draw);
                        }
                        let (_, changes) = writer.write_batch(&drafts).unwrap();
                        prop_assert!(changes.posts.iter().all(|it| !it.is_new));
                        cache.apply(changes);
                        prop_assert_eq!(before.posts.len(), cache.posts.len());
                    }
                }
                Step::Delete { path: number, is_noticed } => {
                    if model.on_disk.remove(&number) {
                        std::fs::remove_file(path(number)).unwrap();
                    }
                    if is_noticed {
                        let changes = writer.mark_missing(&[path(number)], true).unwrap();
                        cache.apply(changes);
                        for post in model.posts.values_mut() {
                            for file in &mut post.files {
                                if file.0 == number {
                                    file.1 = true;
                                }
                            }
                        }
                    }
                }
            }
            prop_assert_eq!(&Cache::load(&reader), &cache);
            check(&model, &cache, &reader, &path)?;
        }
        prop_assert_eq!(library.quick_check().unwrap(), Vec::<String>::new());
    }
}

fn draft(draw: &Draw, path: PathBuf, clock: i64) -> PostDraft {
    PostDraft {
        file: Some(FileDraft {
            path,
            stamp: FileStamp {
                size: 100,
                modified_ns: clock,
            },
            sidecar_stamp: if draw.has_sidecar { clock } else { 0 },
        }),
        md5: Some(md5(draw.bytes)),
        tags: draw
            .tags
            .iter()
            .map(|&(tag, category)| TagDraft {
                name: tag_name(tag),
                category,
                ..Default::default()
            })
            .collect(),
        rating: draw.rating,
        is_partial: draw.is_partial,
        ..PostDraft::default()
    }
}

fn check(
    model: &Model,
    cache: &Cache,
    reader: &Reader,
    path: &dyn Fn(u8) -> PathBuf,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(model.posts.len(), cache.posts.len());
    let categories: BTreeMap<String, Category> =
        cache.tags.values().map(|it| (it.0.clone(), it.1)).collect();
    prop_assert_eq!(&model.categories, &categories);
    for (&bytes, wanted) in &model.posts {
        let id = reader.post_by_md5(md5(bytes)).unwrap().unwrap();
        let record = reader.post(id).unwrap().unwrap();
        let tags: BTreeSet<String> = record.tags.iter().map(|it| it.1.clone()).collect();
        prop_assert_eq!(&tags, &wanted.tags);
        prop_assert_eq!(record.columns.num_tags as usize, tags.len());
        prop_assert_eq!(record.columns.rating, wanted.rating);
        prop_assert_eq!(record.columns.is_missing, wanted.is_missing());
        let files: BTreeSet<_> = record.files.iter().cloned().collect();
        let wanted: BTreeSet<_> = wanted
            .files
            .iter()
            .map(|&(number, is_missing, _)| (path(number), is_missing))
            .collect();
        prop_assert_eq!(files, wanted);
    }
    Ok(())
}
