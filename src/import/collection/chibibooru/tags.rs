//! From its tags to ours, with who gave them.

use std::collections::{HashMap, HashSet};

use crate::import::normalise;
use crate::import::sidecar::json::rating_named;
use crate::library::foreign::chibibooru::{ChibiImage, ChibiTag};
use crate::model::{Category, PostDraft, Rating, TagDraft, TagOrigin};

/// What a tag of theirs means here.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    Tag(TagDraft),
    Rating(Rating),
}

/// Adds the tags and the rating that the tables give an image; `meanings` are by
/// the ids of theirs.
pub(super) fn add_tags(
    draft: &mut PostDraft,
    image: &ChibiImage,
    meanings: &HashMap<i64, Meaning>,
) {
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
        match meanings.get(id) {
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

/// `None` for what is no tag here.
pub(super) fn meaning(tag: ChibiTag) -> Option<Meaning> {
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
