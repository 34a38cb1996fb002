//! A library of ChibiBooru: its `booru.db`, and the pictures that it speaks of
//! where they are found.
//!
//! Pictures are not decoded: what the database knows of them is taken, and the
//! stamp of each file that is there, so that a later import of their folder
//! passes them over. A picture that was read before, here or by a walk, keeps
//! what that found.
//!
//! Tags keep who gave them. What the user added by hand is theirs even where
//! ChibiBooru has not put it back yet (it does when it rebuilds), and what they
//! took away stays away. The tags `rating:…` become the post's rating: the
//! user's own before the source's before one that was guessed.

mod embeddings;
mod file;
mod metadata;
pub(super) mod place;
mod tags;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::Ordering;

use super::pump::Feed;
use crate::import::normalise;
use crate::import::sidecar::{dates, json};
use crate::library::foreign::ForeignError;
use crate::library::foreign::chibibooru::{ChibiBooru, ChibiImage};
use crate::library::{LibraryError, Reader};
use crate::model::{FileFormat, Md5, ParentDraft, PoolDraft, PostDraft, SourcePost};
use file::{Looked, facts, image_extension, look, without_time};
use metadata::{Lean, Metadata, is_site, said_by};
use place::Place;
use tags::{Meaning, meaning};

pub(super) use embeddings::{Taken, take as take_embeddings};

/// Bytes that an image of the database stands for in a batch.
const BYTES_PER_IMAGE: usize = 2 << 10;

/// Feeds all images of the library at `place`; the error is why it ended early.
pub(super) fn read(place: &Place, known: &Reader, feed: &mut Feed) -> Result<(), String> {
    let library = ChibiBooru::open(&place.database).map_err(|err| err.to_string())?;
    let context = Context::load(&library, place).map_err(|err| err.to_string())?;
    feed.position.total.store(
        library.num_images().map_err(|err| err.to_string())?,
        Ordering::Relaxed,
    );
    let mut counts = Counts::default();
    let mut failed = None;
    let outcome = library.for_each_image(&mut |image| {
        feed.position.done.fetch_add(1, Ordering::Relaxed);
        let flow = context.image(image, known, feed, &mut counts);
        flow.unwrap_or_else(|err| {
            failed = Some(err.to_string());
            ControlFlow::Break(())
        })
    });
    if let Some(reason) = failed {
        return Err(reason);
    }
    outcome.map_err(|err| err.to_string())?;
    if !feed.is_stopped() {
        left_out(&library, place, &counts, feed).map_err(|err| err.to_string())?;
    }
    Ok(())
}

/// What could not be counted among the posts.
#[derive(Debug, Default)]
struct Counts {
    num_videos: u64,
    num_without_hash: u64,
}

/// Says what is not taken over, and why.
fn left_out(
    library: &ChibiBooru,
    place: &Place,
    counts: &Counts,
    feed: &mut Feed,
) -> Result<(), ForeignError> {
    let Counts {
        num_videos,
        num_without_hash,
    } = counts;
    let mut note = |number: u64, text: &str| {
        if number > 0 {
            feed.note(text.replace("{}", &number.to_string()));
        }
    };
    note(
        *num_videos,
        "{} videos and archives of frames are posts without their size in pixels, as only \
         pictures have one here",
    );
    note(
        *num_without_hash,
        "{} pictures have no hash of how they look there; they are read when their folder is \
         imported",
    );
    note(
        library.num_predictions()?,
        "{} predictions of its tagger were left out: they are no tags of a post, only guesses \
         with a confidence",
    );
    note(
        library.num_unused_tags()?,
        "{} tags that no image has were left out",
    );
    let num_inactive = library
        .implications()?
        .iter()
        .filter(|it| !it.is_active)
        .count();
    note(
        num_inactive as u64,
        "{} implications that nobody has approved there were left out",
    );
    for (file, reason) in [
        (
            "rating_model.db",
            "its weights are learned again from the posts",
        ),
        (
            "character_model.db",
            "its weights are learned again from the posts",
        ),
    ] {
        if place.database.with_file_name(file).is_file() {
            feed.note(format!("{file} was left out: {reason}"));
        }
    }
    Ok(())
}

/// The active implications of a library, normalised.
pub(super) fn implications(place: &Place) -> Result<Vec<(String, String)>, String> {
    let implications = ChibiBooru::open(&place.database)
        .and_then(|it| it.implications())
        .map_err(|err| err.to_string())?;
    Ok(implications
        .into_iter()
        .filter(|it| it.is_active)
        .filter_map(|it| {
            let name = normalise::tag_name(&it.name).ok()?;
            let implied = normalise::tag_name(&it.implied).ok()?;
            (name != implied).then_some((name, implied))
        })
        .collect())
}

/// What is held while the images go through: tags, and what few images have.
struct Context<'a> {
    place: &'a Place,
    tags: HashMap<i64, Meaning>,
    pools: HashMap<i64, (String, Option<String>)>,
    /// Pool and place in it, by image.
    pool_images: HashMap<i64, Vec<(i64, i64)>>,
    favourites: HashSet<i64>,
    /// By the `post_id` that others name.
    parents: HashMap<i64, Md5>,
}

impl<'a> Context<'a> {
    fn load(library: &ChibiBooru, place: &'a Place) -> Result<Self, ForeignError> {
        let mut tags = HashMap::new();
        library.for_each_tag(&mut |tag| {
            let id = tag.id;
            if let Some(meaning) = meaning(tag) {
                tags.insert(id, meaning);
            }
        })?;
        let mut pool_images: HashMap<i64, Vec<(i64, i64)>> = HashMap::new();
        library.for_each_pool_image(&mut |image, pool, position| {
            pool_images.entry(image).or_default().push((pool, position));
        })?;
        let mut parents = HashMap::new();
        library.for_each_parent(&mut |post, md5| {
            if let Ok(md5) = md5.parse() {
                parents.entry(post).or_insert(md5);
            }
        })?;
        Ok(Self {
            place,
            tags,
            pools: library
                .pools()?
                .into_iter()
                .map(|it| (it.id, (it.name, it.description)))
                .collect(),
            pool_images,
            favourites: library.favourites()?.into_iter().collect(),
            parents,
        })
    }

    /// Feeds one image; the error is the library's own.
    fn image(
        &self,
        image: ChibiImage,
        known: &Reader,
        feed: &mut Feed,
        counts: &mut Counts,
    ) -> Result<ControlFlow<()>, LibraryError> {
        let id = image.id;
        let Some(md5) = image.md5.as_deref().and_then(|it| it.parse::<Md5>().ok()) else {
            return Ok(feed.failed(|| format!("image {id} has no md5 by which it could be known")));
        };
        let path = image.filepath.as_deref().and_then(|it| self.path(it));
        let Some(path) = path else {
            return Ok(feed.failed(|| {
                format!("image {id} has a path that leads nowhere; correct it in ChibiBooru")
            }));
        };
        let mut draft = self.described(&image, md5, feed);
        let facts = facts(&image, &path, counts);
        let Looked {
            file,
            is_gone,
            has_facts,
        } = look(path, md5, known)?;
        let gone = file.as_ref().filter(|_| is_gone).map(|it| it.path.clone());
        // Read by a folder's import that finds it changed.
        let is_unread =
            facts.is_none() && FileFormat::from_extension(&image_extension(&image)).is_some();
        draft.file = file.map(|file| {
            if is_unread && !has_facts {
                without_time(file)
            } else {
                file
            }
        });
        draft.picture = facts.filter(|_| !has_facts);
        let flow = match gone {
            Some(path) => {
                feed.gone(path);
                feed.draft(draft, BYTES_PER_IMAGE)
            }
            None => feed.draft(draft, BYTES_PER_IMAGE),
        };
        Ok(flow)
    }

    /// Below the folder of pictures, or as it stands where it is absolute.
    fn path(&self, filepath: &str) -> Option<PathBuf> {
        let path = Path::new(filepath);
        let is_plain = path.components().all(|it| {
            matches!(
                it,
                Component::Normal(_) | Component::RootDir | Component::Prefix(_)
            )
        });
        let leads_somewhere = is_plain && path.file_name().is_some() && !filepath.contains('\0');
        leads_somewhere.then(|| self.place.pictures.join(path))
    }

    /// All that is known but for the file and what it looks like.
    fn described(&self, image: &ChibiImage, md5: Md5, feed: &mut Feed) -> PostDraft {
        let sources = image.metadata.as_deref().map(Metadata::parse);
        let sources = match sources {
            Some(Ok(metadata)) => metadata.sources,
            Some(Err(reason)) => {
                // Whether it is stopped is seen with the draft.
                let _ = feed.failed(|| {
                    format!(
                        "image {}: what its sources said can't be read ({reason}); the rest was \
                         imported",
                        image.id
                    )
                });
                BTreeMap::new()
            }
            None => BTreeMap::new(),
        };
        let mut facts = said_by(&sources, image.active_source.as_deref());
        // The columns are what ChibiBooru shows, its user's changes included.
        let draft = &mut facts.draft;
        draft.md5 = Some(md5);
        draft.score = image.score.and_then(|it| i32::try_from(it).ok());
        draft.fav_count = image.fav_count.and_then(|it| u32::try_from(it).ok());
        draft.imported_at = image.ingested_at.as_deref().and_then(dates::parse);
        draft.is_favorite = self.favourites.contains(&image.id).then_some(true);
        draft.parent = self.parent(image, md5, &sources);
        draft.pools = self
            .pool_images
            .get(&image.id)
            .into_iter()
            .flatten()
            .filter_map(|(pool, position)| {
                let (title, description) = self.pools.get(pool)?.clone();
                Some(PoolDraft {
                    name: normalise::tag_name(&title).ok()?,
                    title,
                    description,
                    position: *position,
                })
            })
            .collect();
        tags::add_tags(draft, image, &self.tags);
        facts.draft
    }

    /// As ChibiBooru shows it: the image whose `post_id` is named. Where it has
    /// none, the post of the site, which may come one day.
    fn parent(
        &self,
        image: &ChibiImage,
        md5: Md5,
        sources: &BTreeMap<String, Lean>,
    ) -> Option<ParentDraft> {
        let id = image.parent_id.filter(|it| *it > 0)?;
        if let Some(parent) = self.parents.get(&id) {
            return (*parent != md5).then_some(ParentDraft::Md5(*parent));
        }
        let id = u64::try_from(id).ok()?;
        let names_it = |it: &&String| {
            sources
                .get(*it)
                .is_some_and(|it| json::parent_id(&it.0) == Some(id))
        };
        let site = image
            .active_source
            .iter()
            .filter(|it| sources.contains_key(*it))
            .find(names_it)
            .or_else(|| sources.keys().find(names_it))
            .cloned()
            .or_else(|| image.active_source.clone().filter(|it| is_site(it)))?;
        Some(ParentDraft::Source(SourcePost { site, id }))
    }
}
