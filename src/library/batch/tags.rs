use std::collections::{BTreeMap, BTreeSet};

use super::{Batch, Say};
use crate::library::post_tags::{self, Origin};
use crate::model::{PostDraft, PostId, TagId};

/// What writing a post's tags came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TagNews {
    pub added: u32,
    pub removed: u32,
    /// Also where only who gave a tag is known better.
    pub is_any: bool,
}

/// Which of a post's tags a draft may take away because it does not have them.
struct Replaced {
    source: bool,
    inferred: bool,
    implied: bool,
}

impl Replaced {
    fn contains(&self, origin: Origin) -> bool {
        match origin {
            Origin::Source => self.source,
            Origin::Inferred => self.inferred,
            Origin::Implied => self.implied,
            Origin::User | Origin::RemovedByUser => false,
        }
    }
}

impl Batch<'_> {
    pub(super) fn put_tags(
        &mut self,
        id: PostId,
        draft: &PostDraft,
        say: Say,
    ) -> rusqlite::Result<TagNews> {
        let mut barred = BTreeSet::new();
        for tag in draft.removed_tags.iter().filter(|it| !it.name.is_empty()) {
            barred.insert(self.names.get_or_make(tag, &mut self.log)?);
        }
        let mut wanted: BTreeMap<TagId, Origin> = BTreeMap::new();
        for tag in draft.tags.iter().filter(|it| !it.name.is_empty()) {
            let id = self.names.get_or_make(tag, &mut self.log)?;
            let said = Origin::from(tag.origin);
            if !barred.contains(&id) {
                wanted
                    .entry(id)
                    .and_modify(|it| *it = it.stronger(said))
                    .or_insert(said);
            }
        }
        let has_no_say =
            wanted.is_empty() && draft.file.as_ref().is_some_and(|it| it.sidecar_stamp == 0);
        let replaces = say == Say::Replaces && !has_no_say;
        let gives = |origin| replaces && wanted.values().any(|it| *it == origin);
        let replaced = Replaced {
            source: replaces,
            inferred: gives(Origin::Inferred),
            implied: gives(Origin::Implied),
        };

        let mut news = TagNews::default();
        let known = post_tags::of_post(self.conn, id)?;
        let mut removed = Vec::new();
        for (tag, origin) in known {
            let is_users = matches!(origin, Origin::User | Origin::RemovedByUser);
            if barred.remove(&tag) {
                if !is_users {
                    post_tags::set_origin(self.conn, id, tag, Origin::RemovedByUser)?;
                    self.log.post(id).remove_tag(tag);
                    news.removed += 1;
                }
            } else if let Some(said) = wanted.remove(&tag) {
                if !is_users && origin.stronger(said) != origin {
                    post_tags::set_origin(self.conn, id, tag, said)?;
                    news.is_any = true;
                }
            } else if replaced.contains(origin) {
                removed.push(tag);
            }
        }
        post_tags::insert(self.conn, id, wanted.iter().map(|it| (*it.0, *it.1)))?;
        if !removed.is_empty() {
            post_tags::delete(self.conn, id, removed.iter().copied())?;
        }
        news.added += count(wanted.len());
        news.removed += count(removed.len());
        news.is_any |= news.added + news.removed > 0 || !barred.is_empty();
        if !barred.is_empty() {
            let barred = barred.into_iter().map(|it| (it, Origin::RemovedByUser));
            post_tags::insert(self.conn, id, barred)?;
        }
        if news.added + news.removed > 0 {
            let log = self.log.post(id);
            wanted.into_keys().for_each(|tag| log.add_tag(tag));
            removed.into_iter().for_each(|tag| log.remove_tag(tag));
        }
        Ok(news)
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
