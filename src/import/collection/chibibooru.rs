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

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::Ordering;

use serde::Deserialize;
use serde::de::{self, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::chibi_place::Place;
use super::pump::Feed;
use crate::import::normalise;
use crate::import::sidecar::json::{self, Object, rating_named};
use crate::import::sidecar::{Facts, dates, find, stamp_of};
use crate::library::foreign::chibibooru::{ChibiBooru, ChibiImage, ChibiTag};
use crate::library::{LibraryError, Reader};
use crate::model::{
    Category, FileDraft, FileFormat, FileStamp, Md5, ParentDraft, PictureFacts, PoolDraft,
    PostDraft, Rating, SourcePost, TagDraft, TagOrigin,
};
use crate::picture::file_stamp;

/// Its own tagger, which it lists among the sites.
const TAGGER: &str = "local_tagger";

/// Where an image's date comes from first, after the source that is active.
const SITES: [&str; 5] = ["danbooru", "e621", "gelbooru", "yandere", "pixiv"];

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
) -> Result<(), crate::library::foreign::ForeignError> {
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
            "similarity.db",
            "its embeddings are of another model than the one used here",
        ),
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

/// What a tag of theirs means here.
#[derive(Clone, Debug)]
enum Meaning {
    Tag(TagDraft),
    Rating(Rating),
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
    fn load(
        library: &ChibiBooru,
        place: &'a Place,
    ) -> Result<Self, crate::library::foreign::ForeignError> {
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
        self.add_tags(draft, image);
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

    fn add_tags(&self, draft: &mut PostDraft, image: &ChibiImage) {
        let mut rating: Option<(u8, Rating)> = None;
        let mut rate = |origin: TagOrigin, said: Rating| {
            let rank = match origin {
                TagOrigin::User => 3,
                TagOrigin::Source => 2,
                TagOrigin::Implied => 1,
                TagOrigin::Inferred => 0,
            };
            if rating.is_none_or(|(best, _)| rank >= best) {
                rating = Some((rank, said));
            }
        };
        let mut indices: HashMap<String, usize> = HashMap::new();
        draft.tags = Vec::with_capacity(image.tags.len());
        let (mut taken, mut unrated) = (Vec::new(), HashSet::new());
        for delta in &image.deltas {
            let tag = ChibiTag {
                id: 0,
                name: delta.tag.clone(),
                category: delta.category.clone(),
                extended_category: None,
            };
            match (meaning(tag), delta.is_added) {
                (Some(Meaning::Rating(said)), true) => rate(TagOrigin::User, said),
                (Some(Meaning::Rating(said)), false) => {
                    unrated.insert(said.number());
                }
                (Some(Meaning::Tag(tag)), is_added) => taken.push((tag, is_added)),
                (None, _) => {}
            }
        }
        for (id, source) in &image.tags {
            let origin = match source.as_str() {
                "user" => TagOrigin::User,
                "ai_inference" => TagOrigin::Inferred,
                "implication" => TagOrigin::Implied,
                _ => TagOrigin::Source,
            };
            match self.tags.get(id) {
                Some(Meaning::Rating(said)) if !unrated.contains(&said.number()) => {
                    rate(origin, *said);
                }
                Some(Meaning::Tag(tag)) if !indices.contains_key(&tag.name) => {
                    indices.insert(tag.name.clone(), draft.tags.len());
                    let tag = tag.clone();
                    draft.tags.push(TagDraft { origin, ..tag });
                }
                _ => {}
            }
        }
        draft.rating = rating.map(|it| it.1);
        // The last word counts, where there are two about one tag.
        for (tag, is_added) in taken {
            draft.removed_tags.retain(|it| it.name != tag.name);
            match (indices.get(&tag.name).copied(), is_added) {
                (Some(index), true) => draft.tags[index].origin = TagOrigin::User,
                (None, true) => {
                    indices.insert(tag.name.clone(), draft.tags.len());
                    let origin = TagOrigin::User;
                    draft.tags.push(TagDraft { origin, ..tag });
                }
                (_, false) => draft.removed_tags.push(tag),
            }
        }
        let removed: HashSet<&str> = draft
            .removed_tags
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        draft.tags.retain(|it| !removed.contains(it.name.as_str()));
    }
}

/// `None` for what is no tag here.
fn meaning(tag: ChibiTag) -> Option<Meaning> {
    let ChibiTag {
        id: _,
        name,
        category,
        extended_category,
    } = tag;
    if let Some(rating) = name.strip_prefix("rating:").and_then(rating_named) {
        return Some(Meaning::Rating(rating));
    }
    let category = category.map(|it| match it.as_str() {
        "general" => Category::General,
        "artist" => Category::Artist,
        "copyright" => Category::Copyright,
        "character" => Category::Character,
        "species" => Category::Species,
        "meta" => Category::Meta,
        _ => Category::Other,
    });
    let tag = normalise::tag(&name, category).ok()?;
    Some(Meaning::Tag(TagDraft {
        extended_category: extended_category.filter(|it| !it.trim().is_empty()),
        ..tag
    }))
}

fn is_site(source: &str) -> bool {
    source != TAGGER && source != "merged"
}

/// What the sites said of an image, the active one first.
fn said_by(sources: &BTreeMap<String, Lean>, active: Option<&str>) -> Facts {
    let mut order: Vec<&str> = active.into_iter().chain(SITES).collect();
    order.extend(sources.keys().map(String::as_str));
    let mut facts = Facts::default();
    for site in order {
        // What is said twice is kept once.
        if let Some(Lean(object)) = sources.get(site)
            && is_site(site)
        {
            json::add_facts(&mut facts, object, Some(site));
        }
    }
    facts
}

/// `None` where it is no picture, or its hash is not known.
fn facts(image: &ChibiImage, path: &Path, counts: &mut Counts) -> Option<PictureFacts> {
    let extension = path
        .extension()
        .and_then(|it| it.to_str())
        .unwrap_or_default();
    let Some(format) = FileFormat::from_extension(extension) else {
        counts.num_videos += 1;
        return None;
    };
    let size = |it: Option<i64>| it.and_then(|it| u32::try_from(it).ok()).unwrap_or_default();
    let Some(phash) = image.phash.as_deref().and_then(phash) else {
        counts.num_without_hash += 1;
        return None;
    };
    Some(PictureFacts {
        format,
        width: size(image.width),
        height: size(image.height),
        is_animated: false,
        has_alpha: false,
        phash,
        color_hash: image.colorhash.as_deref().and_then(hex).unwrap_or_default(),
        thumbnail: Vec::new(),
    })
}

fn image_extension(image: &ChibiImage) -> String {
    let path = Path::new(image.filepath.as_deref().unwrap_or_default());
    path.extension()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// ImageHash writes the coefficients in the same order, but the first as the
/// highest bit.
fn phash(text: &str) -> Option<u64> {
    (text.len() == 16)
        .then(|| hex(text))?
        .map(u64::reverse_bits)
}

/// The colour hash has the same order in both: the first in the highest bits.
fn hex(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

/// What was found of an image's file.
struct Looked {
    /// `None` where the library knows better than the other program.
    file: Option<FileDraft>,
    is_gone: bool,
    /// The library knows what the picture looks like.
    has_facts: bool,
}

fn look(path: PathBuf, md5: Md5, known: &Reader) -> Result<Looked, LibraryError> {
    let stamp = std::fs::metadata(&path)
        .ok()
        .filter(std::fs::Metadata::is_file)
        .map(|it| file_stamp(&it));
    let known_file = known.known_file(&path)?;
    let post = known.post_by_md5(md5)?;
    let has_facts = match post {
        Some(post) => known
            .post(post)?
            .is_some_and(|it| it.columns.format.is_some()),
        None => false,
    };
    let file = match (known_file, stamp) {
        // Found again, or as it was. Else other bytes lie there by now: an
        // import of the folder will tell whose.
        (Some(file), Some(stamp)) => {
            (Some(file.post) == post && file.stamp == stamp).then_some((stamp, file.sidecar_stamp))
        }
        (Some(_), None) => None,
        (None, Some(stamp)) => {
            let sidecars = find(&path);
            Some((
                stamp,
                if sidecars.is_empty() {
                    0
                } else {
                    stamp_of(&sidecars)
                },
            ))
        }
        // A copy of it is known, so that this path says nothing.
        (None, None) if post.is_some() => None,
        (None, None) => {
            let file = FileDraft {
                path,
                stamp: FileStamp::default(),
                sidecar_stamp: 0,
            };
            return Ok(Looked {
                file: Some(file),
                is_gone: true,
                has_facts,
            });
        }
    };
    Ok(Looked {
        file: file.map(|(stamp, sidecar_stamp)| FileDraft {
            path,
            stamp,
            sidecar_stamp,
        }),
        is_gone: false,
        has_facts,
    })
}

/// So that the import of its folder takes it for changed, and reads it.
fn without_time(mut file: FileDraft) -> FileDraft {
    file.stamp.modified_ns = 0;
    file
}

/// What ChibiBooru keeps of each site's reply.
#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    sources: BTreeMap<String, Lean>,
}

impl Metadata {
    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("it is too long".to_owned());
        }
        serde_json::from_str(text).map_err(|err| err.to_string())
    }
}

/// A site's object without its tags, which are most of it: those of the tables
/// count. Empty where it is none.
#[derive(Debug, Default)]
struct Lean(Object);

impl<'de> Deserialize<'de> for Lean {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(LeanVisitor)
    }
}

struct LeanVisitor;

impl<'de> Visitor<'de> for LeanVisitor {
    type Value = Lean;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reply of a site")
    }

    fn visit_none<E>(self) -> Result<Lean, E> {
        Ok(Lean::default())
    }

    fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Lean, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Lean, A::Error> {
        let mut object = Object::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key.starts_with("tag") {
                entries.next_value::<IgnoredAny>()?;
            } else {
                object.insert(key, entries.next_value::<Value>()?);
            }
        }
        Ok(Lean(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_turned_into_our_order() {
        // Its first bit is the coefficient of the mean.
        assert_eq!(phash("8000000000000000"), Some(1));
        assert_eq!(phash("0000000000000001"), Some(1 << 63));
        assert_eq!(phash("c000000000000000"), Some(3));
        assert_eq!(phash("123"), None);
        assert_eq!(phash("zzzzzzzzzzzzzzzz"), None);
        assert_eq!(hex("353a0383a7a"), Some(0x353_a038_3a7a));
    }

    #[test]
    fn a_reply_is_kept_without_its_tags() {
        let metadata = Metadata::parse(
            r#"{"md5": "a", "sources": {"danbooru": {"id": 5, "tag_string": "a b",
                "tags": {"general": []}, "source": "http://a"}, "pixiv": null}}"#,
        )
        .unwrap();
        let Lean(danbooru) = &metadata.sources["danbooru"];
        assert_eq!(danbooru.len(), 2);
        assert!(metadata.sources["pixiv"].0.is_empty());
        let draft = said_by(&metadata.sources, Some("pixiv")).draft;
        assert_eq!(draft.sources, ["http://a"]);
        assert!(Metadata::parse("").is_err());
        assert!(Metadata::parse("{").is_err());
    }
}
