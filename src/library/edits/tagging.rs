//! Tags that posts get and lose by hand, so that it can be taken back.

use std::collections::{BTreeMap, BTreeSet};

use super::Edit;
use crate::library::error::EditError;
use crate::library::post_tags::{self, Origin};
use crate::library::{Changes, LibraryError, Writer, post, tag};
use crate::model::{PostId, TagDraft, TagId};

/// How a post was tagged: whether it had a tag, and who gave it or took it away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormerTag {
    post: PostId,
    tag: TagId,
    /// `None` where nobody had said anything.
    origin: Option<Origin>,
}

impl FormerTag {
    pub(super) fn new(post: PostId, tag: TagId, origin: Option<Origin>) -> Self {
        Self { post, tag, origin }
    }
}

impl Writer {
    /// Like [`Self::edit_tags`]; posts that are gone are passed over. Returns how posts
    /// were tagged before that are tagged otherwise now: given to [`Self::retag`], it
    /// takes the change back.
    pub fn tag_posts(
        &mut self,
        posts: &[PostId],
        add: &[TagDraft],
        remove: &[String],
    ) -> Result<(Vec<FormerTag>, Changes), LibraryError> {
        self.change("changing tags", |conn| {
            let mut edit = Edit::new(conn)?;
            let before = edit.tag_posts(posts, add, remove)?;
            Ok((before, edit.finish()?))
        })
    }

    /// Tags posts as they were; posts and tags that are gone are passed over. Returns
    /// what takes that back.
    pub fn retag(
        &mut self,
        former: &[FormerTag],
    ) -> Result<(Vec<FormerTag>, Changes), LibraryError> {
        self.change("changing tags", |conn| {
            let mut edit = Edit::new(conn)?;
            let before = edit.retag(former)?;
            Ok((before, edit.finish()?))
        })
    }
}

impl Edit<'_> {
    fn tag_posts(
        &mut self,
        posts: &[PostId],
        add: &[TagDraft],
        remove: &[String],
    ) -> Result<Vec<FormerTag>, EditError> {
        let wanted = self.wanted_tags(add, remove)?;
        let mut before = Vec::new();
        for &post in &posts.iter().copied().collect::<BTreeSet<_>>() {
            // Gone meanwhile, it needs no tags.
            if post::by_id(self.conn, post)?.is_some() {
                before.extend(self.edit_tags_of(post, &wanted)?);
            }
        }
        Ok(before)
    }

    fn retag(&mut self, former: &[FormerTag]) -> Result<Vec<FormerTag>, EditError> {
        let mut before = Vec::new();
        let mut are_there: BTreeMap<TagId, bool> = BTreeMap::new();
        // Those of a post stand together.
        for of_post in former.chunk_by(|one, other| one.post == other.post) {
            let Some(post) = of_post.first().map(|it| it.post) else {
                continue;
            };
            if post::by_id(self.conn, post)?.is_none() {
                continue;
            }
            let known: BTreeMap<TagId, Origin> =
                post_tags::of_post(self.conn, post)?.into_iter().collect();
            let num_before = before.len();
            for it in of_post {
                let is_there = match are_there.get(&it.tag) {
                    Some(is_there) => *is_there,
                    None => {
                        let is_there = tag::by_id(self.conn, it.tag)?.is_some();
                        are_there.insert(it.tag, is_there);
                        is_there
                    }
                };
                let origin = known.get(&it.tag).copied();
                if is_there && origin != it.origin {
                    self.put_origin(post, it.tag, origin, it.origin)?;
                    before.push(FormerTag { origin, ..*it });
                }
            }
            if before.len() > num_before {
                post::recount_tags(self.conn, post)?;
            }
        }
        Ok(before)
    }

    /// Says who gave a post a tag, or took it away.
    fn put_origin(
        &mut self,
        post: PostId,
        tag: TagId,
        from: Option<Origin>,
        to: Option<Origin>,
    ) -> rusqlite::Result<()> {
        match (from, to) {
            (None, None) => return Ok(()),
            (None, Some(to)) => post_tags::insert(self.conn, post, [(tag, to)])?,
            (Some(_), None) => post_tags::delete(self.conn, post, [tag])?,
            (Some(_), Some(to)) => post_tags::set_origin(self.conn, post, tag, to)?,
        }
        let has = |it: Option<Origin>| it.is_some_and(|it| it != Origin::RemovedByUser);
        match (has(from), has(to)) {
            (false, true) => self.log.post(post).add_tag(tag),
            (true, false) => self.log.post(post).remove_tag(tag),
            _ => {}
        }
        Ok(())
    }
}
