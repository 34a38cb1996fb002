//! Finds groups of posts that are the same picture, from the library alone: by
//! hashes read anew, or by embeddings.
//!
//! What was decided already is left out, and so are posts without a file that is
//! there: nothing could be looked at, or kept. Each group begins with the post to
//! keep, by what the library says of the pictures.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::library::{EmbeddingModel, Library, PictureThere, Reader, SimilarityStore};
use crate::memory::figures::count;
use crate::memory::{self, Component};
use crate::message::{DuplicateGroup, DuplicateGroups, DuplicateMeasure, DuplicatePost};
use crate::model::{FileFormat, PostId};

use super::dot::dot;
use super::groups::MAX_PAIRS;
use super::{
    Embed, Groups, HashTable, MAX_DISTANCE, PictureHashes, SimilarityError, cosine_groups,
    preferred_model,
};

/// What is looked for.
#[derive(Clone)]
pub struct DuplicateQuestion {
    pub measure: DuplicateMeasure,
    /// Whose model is used where it has embeddings. Asking which may read all of the
    /// model's file.
    pub embed: Arc<dyn Embed>,
}

impl std::fmt::Debug for DuplicateQuestion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DuplicateQuestion")
            .field("measure", &self.measure)
            .finish_non_exhaustive()
    }
}

/// Two posts, the smaller id first.
type Pair = (PostId, PostId);

/// Two posts and the cosine of their embeddings.
type CosinePair = (PostId, PostId, f32);

/// How two posts of a group are alike.
type Likeness<'a> = &'a dyn Fn(PostId, PostId) -> Result<(Option<u32>, Option<f32>), String>;

/// All groups, `None` where `is_cancelled` said so. The error is for people.
pub fn find(
    library: &Library,
    question: &DuplicateQuestion,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(f32),
) -> Result<Option<DuplicateGroups>, String> {
    let reader = library
        .reader("duplicates")
        .map_err(|err| err.to_string())?;
    let decided = reader.decided_pairs().map_err(|err| err.to_string())?;
    let decided: HashSet<Pair> = decided.into_iter().collect();
    match question.measure {
        DuplicateMeasure::Distance(bits) => {
            by_hash(&reader, bits, &decided, is_cancelled, progress)
        }
        DuplicateMeasure::Cosine(cosine) => {
            let store = library
                .similarity("duplicates")
                .map_err(|err| err.to_string())?;
            let models = store.models().map_err(|err| err.to_string())?;
            let Some(model) = preferred_model(&models, question.embed.model_key().as_deref())
            else {
                return Err(
                    "No picture is embedded yet; embed them first, or look by distance".to_owned(),
                );
            };
            let pairs = cosine_pairs(&store, model, cosine, is_cancelled, progress)?;
            let Some(pairs) = pairs else {
                return Ok(None);
            };
            // One group after the other is compared with its first.
            let first: RefCell<Option<(PostId, Option<Vec<f32>>)>> = RefCell::new(None);
            let likeness: Likeness<'_> = &|a, b| {
                let mut first = first.borrow_mut();
                let vector = match first.take() {
                    Some((post, vector)) if post == a => vector,
                    _ => vector_of(&store, model, a)?,
                };
                let (_, vector) = first.insert((a, vector));
                let other = vector_of(&store, model, b)?;
                let cosine = vector.as_ref().zip(other.as_ref());
                Ok((None, cosine.map(|(a, b)| dot(a, b))))
            };
            let groups = by_pairs(&reader, &pairs, &decided, likeness, is_cancelled)?;
            Ok(groups.map(|mut groups| {
                if pairs.len() >= MAX_PAIRS {
                    groups.notes.push(format!(
                        "Only the {} pairs that are most alike were taken; a higher cosine finds \
                         fewer",
                        count(MAX_PAIRS as u64)
                    ));
                }
                groups
            }))
        }
    }
}

fn by_hash(
    reader: &Reader,
    bits: u32,
    decided: &HashSet<Pair>,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(f32),
) -> Result<Option<DuplicateGroups>, String> {
    let mut notes = Vec::new();
    let max_distance = bits.min(MAX_DISTANCE);
    if max_distance < bits {
        notes.push(format!(
            "Pictures whose hashes differ in more than {MAX_DISTANCE} bits have nothing in \
             common, so {MAX_DISTANCE} was used"
        ));
    }
    let mut table = HashTable::default();
    reader
        .for_each_hash_there(&mut |post, phash, color_hash| {
            table.push(post, PictureHashes { phash, color_hash });
        })
        .map_err(|err| err.to_string())?;
    table.shrink();
    let groups = table.groups(max_distance, &|_| true, decided, is_cancelled, progress);
    let Some(groups) = groups else {
        return Ok(None);
    };
    let distance = |a, b| Some(table.get(a)?.distance(table.get(b)?));
    let num_dismissed = decided
        .iter()
        .filter(|(a, b)| distance(*a, *b).is_some_and(|it| it <= max_distance));
    let num_dismissed = num_dismissed.count() as u64;
    let likeness: Likeness<'_> = &|a, b| Ok((distance(a, b), None));
    let groups = ordered(reader, groups, likeness, is_cancelled)?;
    Ok(groups.map(|groups| DuplicateGroups {
        groups,
        num_dismissed,
        notes,
        ..DuplicateGroups::default()
    }))
}

/// Pairs of posts whose embeddings have at least this cosine.
fn cosine_pairs(
    store: &SimilarityStore,
    model: &EmbeddingModel,
    least: f32,
    is_cancelled: &dyn Fn() -> bool,
    progress: &mut dyn FnMut(f32),
) -> Result<Option<Vec<CosinePair>>, String> {
    let pairs = cosine_groups(store, model.id, least, is_cancelled, &mut |done, all| {
        progress(done as f32 / all.max(1) as f32);
    });
    match pairs {
        Ok(pairs) => Ok(Some(pairs)),
        Err(SimilarityError::Cancelled) => Ok(None),
        Err(err) => Err(err.to_string()),
    }
}

fn vector_of(
    store: &SimilarityStore,
    model: &EmbeddingModel,
    post: PostId,
) -> Result<Option<Vec<f32>>, String> {
    store
        .vector_of(model.id, post)
        .map_err(|err| err.to_string())
}

/// Groups of what the pairs connect.
fn by_pairs(
    reader: &Reader,
    pairs: &[CosinePair],
    decided: &HashSet<Pair>,
    likeness: Likeness<'_>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<DuplicateGroups>, String> {
    let _scope = memory::scope(Component::Engine);
    let mut posts = BTreeSet::new();
    posts.extend(pairs.iter().flat_map(|(a, b, _)| [*a, *b]));
    let mut gone = Vec::new();
    for &post in &posts {
        let picture = reader.picture_there(post).map_err(|err| err.to_string())?;
        gone.extend(picture.is_none().then_some(post));
    }
    gone.iter().for_each(|it| {
        posts.remove(it);
    });
    let places: HashMap<PostId, usize> = posts.iter().copied().zip(0..).collect();
    let mut groups = Groups::new(posts);
    let mut num_dismissed = 0;
    for &(a, b, _) in pairs {
        if let (Some(&at_a), Some(&at_b)) = (places.get(&a), places.get(&b)) {
            num_dismissed += u64::from(decided.contains(&super::pair(a, b)));
            groups.connect(at_a, at_b, decided);
        }
    }
    let groups = groups.into_groups(|_, _| None);
    let groups = ordered(reader, groups, likeness, is_cancelled)?;
    Ok(groups.map(|groups| DuplicateGroups {
        groups,
        num_dismissed,
        ..DuplicateGroups::default()
    }))
}

/// Puts the post to keep first in each group, the others by how like it they are,
/// and the largest groups first.
fn ordered(
    reader: &Reader,
    groups: Vec<DuplicateGroup>,
    likeness: Likeness<'_>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Vec<DuplicateGroup>>, String> {
    let mut found = Vec::with_capacity(groups.len());
    for group in groups {
        if is_cancelled() {
            return Ok(None);
        }
        let mut members = Vec::with_capacity(group.posts.len());
        for DuplicatePost { post, .. } in group.posts {
            let picture = reader.picture_there(post).map_err(|err| err.to_string())?;
            // What went since the pairs were found is left out.
            members.extend(picture.map(|it| (worth(post, it), post)));
        }
        members.sort_unstable();
        let Some(&(_, first)) = members.first() else {
            continue;
        };
        let mut posts = Vec::with_capacity(members.len());
        for &(_, post) in &members {
            let (distance, cosine) = likeness(first, post)?;
            posts.push(DuplicatePost {
                post,
                distance,
                cosine,
            });
        }
        // Stable: those as like it as others stay in order of worth.
        if let Some(others) = posts.get_mut(1..) {
            others.sort_by(|a, b| {
                let cosine = |it: &DuplicatePost| it.cosine.unwrap_or(f32::NEG_INFINITY);
                (a.distance.cmp(&b.distance)).then(cosine(b).total_cmp(&cosine(a)))
            });
        }
        if posts.len() > 1 {
            found.push(DuplicateGroup { posts });
        }
    }
    found.sort_by_key(|it| {
        let first = it.posts.first().map(|it| it.post);
        (Reverse(it.posts.len()), first)
    });
    Ok(Some(found))
}

/// The smallest is the one to keep: the largest picture, and of those as large the
/// lossless, then the largest file, the one with most tags, the oldest.
fn worth(post: PostId, picture: PictureThere) -> impl Ord + Copy {
    let PictureThere {
        width,
        height,
        format,
        file_size,
        num_tags,
    } = picture;
    let area = u64::from(width) * u64::from(height);
    let is_lossless = format.is_some_and(FileFormat::is_lossless);
    (
        Reverse(area),
        Reverse(is_lossless),
        Reverse(file_size),
        Reverse(num_tags),
        post,
    )
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::NoEmbed;
    use super::*;
    use crate::library::OpenOptions;
    use crate::model::{FileDraft, FileStamp, Md5, PictureFacts, PostDraft, TagDraft};

    struct Picture(u32, FileFormat, u64, usize);

    /// Posts from 1 on, all with one hash.
    fn library(pictures: &[Picture]) -> (tempfile::TempDir, Library, Reader) {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
        let drafts: Vec<PostDraft> = (1..)
            .zip(pictures)
            .map(
                |(number, Picture(width, format, size, num_tags))| PostDraft {
                    file: Some(FileDraft {
                        path: PathBuf::from(format!("/p/{number}")),
                        stamp: FileStamp {
                            size: *size,
                            modified_ns: 0,
                        },
                        sidecar_stamp: 0,
                    }),
                    md5: Some(Md5([number; 16])),
                    picture: Some(PictureFacts {
                        format: *format,
                        width: *width,
                        height: 10,
                        is_animated: false,
                        has_alpha: false,
                        phash: 7,
                        color_hash: 0,
                        thumbnail: Vec::new(),
                    }),
                    tags: (0..*num_tags)
                        .map(|it| TagDraft {
                            name: format!("t{it}"),
                            ..TagDraft::default()
                        })
                        .collect(),
                    ..PostDraft::default()
                },
            )
            .collect();
        library.writer().unwrap().write_batch(&drafts).unwrap();
        let reader = library.reader("test").unwrap();
        (dir, library, reader)
    }

    fn ids(groups: &[DuplicateGroup]) -> Vec<Vec<u32>> {
        let ids = |it: &DuplicateGroup| it.posts.iter().map(|it| it.post.0).collect();
        groups.iter().map(ids).collect()
    }

    #[test]
    fn the_one_to_keep_comes_first() {
        let (_dir, library, _) = library(&[
            Picture(10, FileFormat::Jpeg, 50, 0),
            Picture(10, FileFormat::Jpeg, 50, 2),
            Picture(10, FileFormat::Jpeg, 60, 0),
            Picture(10, FileFormat::Png, 40, 0),
            Picture(20, FileFormat::Gif, 1, 0),
            Picture(10, FileFormat::Jpeg, 50, 0),
        ]);
        let question = DuplicateQuestion {
            measure: DuplicateMeasure::Distance(40),
            embed: Arc::new(NoEmbed),
        };
        let found = find(&library, &question, &|| false, &mut |_| {});
        let found = found.unwrap().unwrap();
        assert_eq!(ids(&found.groups), [[5, 4, 3, 2, 1, 6]]);
        assert!(found.notes[0].contains("16"), "{:?}", found.notes);
        assert_eq!(find(&library, &question, &|| true, &mut |_| {}), Ok(None));
    }

    #[test]
    fn pairs_connect_what_is_there_and_not_decided() {
        let pictures: Vec<Picture> = (0..7).map(|_| Picture(9, FileFormat::Png, 1, 0)).collect();
        let (_dir, library, reader) = library(&pictures);
        let gone = [PathBuf::from("/p/4")];
        library.writer().unwrap().mark_missing(&gone, true).unwrap();
        let pair = |a, b| (PostId(a), PostId(b), 0.9);
        let pairs = [pair(2, 1), pair(2, 3), pair(3, 4), pair(4, 5), pair(6, 7)];
        let decided = HashSet::from([(PostId(6), PostId(7)), (PostId(1), PostId(5))]);
        let cosine = |a: PostId, b: PostId| {
            let cosine = 1.0 - a.0.abs_diff(b.0) as f32 / 10.0;
            Ok((None, Some(if b == PostId(3) { 0.95 } else { cosine })))
        };
        let found = by_pairs(&reader, &pairs, &decided, &cosine, &|| false);
        let found = found.unwrap().unwrap();
        assert_eq!(ids(&found.groups), [[1, 3, 2]]);
        assert_eq!(found.num_dismissed, 1);
        assert_eq!(found.groups[0].posts[2].cosine, Some(0.9));
        let cancelled = by_pairs(&reader, &pairs, &decided, &cosine, &|| true);
        assert_eq!(cancelled, Ok(None));
    }
}
