//! What a draft says of a post besides its file and its tags.

use super::{Batch, Say};
use crate::library::post_parent::{self, ParentRow, Reference};
use crate::library::{pool, post, source};
use crate::model::{ParentDraft, PostDraft, PostId};

impl Batch<'_> {
    /// Adds the sources that are not known yet; whether there were any.
    pub(super) fn put_sources(&mut self, id: PostId, draft: &PostDraft) -> rusqlite::Result<bool> {
        let mut has_news = false;
        for source in &draft.source_posts {
            let site = source::site_or_insert(self.conn, &source.site)?;
            if source::insert_post(self.conn, id, site, source.id)? {
                self.adopt(Reference::Source(site, source.id), id)?;
                has_news = true;
            }
        }
        if draft.sources.is_empty() {
            return Ok(has_news);
        }
        let mut known = source::of_post(self.conn, id)?;
        for source in &draft.sources {
            if !known.contains(source) {
                source::insert(self.conn, id, known.len(), source)?;
                known.push(source.clone());
                self.log.post(id).has_new_texts = true;
                has_news = true;
            }
        }
        Ok(has_news)
    }

    pub(super) fn put_text(
        &mut self,
        id: PostId,
        draft: &PostDraft,
        say: Say,
    ) -> rusqlite::Result<bool> {
        let Some(text) = &draft.text else {
            return Ok(false);
        };
        let known = post::text(self.conn, id)?;
        let is_kept = known.is_some() && say == Say::Adds;
        if is_kept || known.as_ref() == Some(text) {
            return Ok(false);
        }
        post::set_text(self.conn, id, text)?;
        self.log.post(id).has_new_texts = true;
        Ok(true)
    }

    /// A parent that is not known yet is waited for.
    pub(super) fn put_parent(
        &mut self,
        id: PostId,
        draft: &PostDraft,
        say: Say,
    ) -> rusqlite::Result<bool> {
        let (reference, candidates) = match &draft.parent {
            None => return Ok(false),
            Some(ParentDraft::Md5(md5)) => {
                let post = post::id_by_md5(self.conn, *md5)?;
                (Reference::Md5(*md5), Vec::from_iter(post))
            }
            Some(ParentDraft::Source(source)) => {
                let site = source::site_or_insert(self.conn, &source.site)?;
                let posts = source::posts_by_source(self.conn, source)?;
                (Reference::Source(site, source.id), posts)
            }
        };
        let known = post_parent::get(self.conn, id)?;
        if known.is_some_and(|it| it.reference == reference || say == Say::Adds) {
            return Ok(false);
        }
        // A picture is not under itself, even where an album's pages share its number.
        let parent = candidates.into_iter().find(|it| *it != id);
        post_parent::put(self.conn, id, ParentRow { parent, reference })?;
        self.has_waiting |= parent.is_none();
        self.log.post(id);
        Ok(true)
    }

    /// `id` is what `reference` names: posts that wait for it get their parent.
    pub(super) fn adopt(&mut self, reference: Reference, id: PostId) -> rusqlite::Result<()> {
        if !self.has_waiting {
            return Ok(());
        }
        for child in post_parent::resolve(self.conn, reference, id)? {
            self.log.post(child);
        }
        Ok(())
    }

    pub(super) fn put_pools(&mut self, id: PostId, draft: &PostDraft) -> rusqlite::Result<bool> {
        let mut has_news = false;
        for pool in draft.pools.iter().filter(|it| !it.name.is_empty()) {
            has_news |= pool::put_post(self.conn, id, pool)?;
        }
        Ok(has_news)
    }
}
