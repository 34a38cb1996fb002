//! Files that hold another picture than before: same path, other bytes.
//!
//! **A new picture** is the post's own, edited: the post goes on, with all that the user
//! and others said of it. Where the old bytes are still in another of its files, both
//! stay, and the new post starts with what the old one has.
//!
//! **A known picture**, of which another file is where it was, is a copy over the old
//! one: what the user set by hand of the old post goes to that of the picture. Where
//! there is no such file, the picture was moved here, and the posts have nothing to do
//! with each other.
//!
//! What was missing before is no edit: another picture has its place.

use std::fs;

use super::Batch;
use crate::library::file::{self, FileRow};
use crate::library::hand_marks::{self, HandMarks};
use crate::library::post::{self, PostRow};
use crate::library::post_tags::{self, Origin};
use crate::library::{pool, post_parent, removal, source};
use crate::model::{PostDraft, PostId};
use crate::picture;

/// What a picture that nobody knew is to the post whose path it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edited {
    /// It is that post's picture now.
    InPlace(PostId),
    /// A post of its own beside that one, which has its picture elsewhere.
    Beside(PostId),
}

impl Batch<'_> {
    /// `None` where the picture has nothing to do with what was at its path.
    pub(super) fn edited(
        &self,
        draft: &PostDraft,
        at_path: Option<&FileRow>,
    ) -> rusqlite::Result<Option<Edited>> {
        let (Some(row), Some(md5), Some(_)) = (at_path, draft.md5, &draft.picture) else {
            return Ok(None);
        };
        let id = row.known.post;
        if row.known.is_missing || post::md5_by_id(self.conn, id)?.is_none() {
            return Ok(None);
        }
        let files = file::of_post(self.conn, id)?;
        if !files.iter().any(|it| it.id != row.id && is_as_it_was(it)) {
            return Ok(Some(Edited::InPlace(id)));
        }
        // Its own word counts for more: it was here before.
        let is_known = self.has_marks && hand_marks::get(self.conn, md5)?.is_some();
        Ok((!is_known).then_some(Edited::Beside(id)))
    }

    /// The post has another picture from now on; `own_file` is where that is.
    pub(super) fn takes_other_picture(
        &mut self,
        id: PostId,
        before: &PostRow,
        own_file: &FileRow,
    ) -> rusqlite::Result<()> {
        // The old one may turn up at another place.
        hand_marks::keep(self.conn, id, before)?;
        self.has_marks = true;
        // Whatever is in the post's other files, it has to be read to be known.
        for other in file::of_post(self.conn, id)? {
            if other.id != own_file.id {
                file::distrust(self.conn, other.id)?;
            }
        }
        self.log.post(id).has_other_picture = true;
        Ok(())
    }

    /// A new post that starts with what `from` has, besides its picture and its files.
    pub(super) fn insert_beside(
        &mut self,
        from: PostId,
        draft: &PostDraft,
    ) -> rusqlite::Result<(PostId, PostRow)> {
        let conn = self.conn;
        let before = post::by_id(conn, from)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let mut row = PostRow {
            md5: None,
            imported_at: self.now,
            is_missing: false,
            ..before
        };
        super::set_fields(&mut row, draft, super::Say::Replaces);
        let id = post::insert(conn, &row)?;
        let tags = post_tags::of_post(conn, from)?;
        post_tags::insert(conn, id, tags.iter().copied())?;
        for (tag, origin) in tags {
            if origin != Origin::RemovedByUser {
                self.log.post(id).add_tag(tag);
            }
        }
        for (position, source) in source::of_post(conn, from)?.iter().enumerate() {
            source::insert(conn, id, position, source)?;
        }
        if let Some(text) = post::text(conn, from)? {
            post::set_text(conn, id, &text)?;
        }
        if let Some(parent) = post_parent::get(conn, from)? {
            post_parent::put(conn, id, parent)?;
        }
        pool::copy_post(conn, from, id)?;
        Ok((id, row))
    }

    /// After a known picture took the path of another post, whose row there was `was`;
    /// `files` are those that the picture's post had before.
    pub(super) fn copied_over(
        &mut self,
        id: PostId,
        row: &mut PostRow,
        was: &FileRow,
        files: &[FileRow],
    ) -> rusqlite::Result<()> {
        let old = was.known.post;
        let is_elsewhere = files.iter().any(is_as_it_was);
        if was.known.is_missing || !is_elsewhere || !file::of_post(self.conn, old)?.is_empty() {
            return Ok(());
        }
        let Some(old_row) = post::by_id(self.conn, old)? else {
            return Ok(());
        };
        let marks = HandMarks::of(self.conn, old, &old_row)?;
        marks.put_on(self.conn, &mut self.log, id, row)?;
        pool::copy_post(self.conn, old, id)?;
        for child in post_parent::children(self.conn, old)? {
            if child != id
                && let Some(parent) = post_parent::get(self.conn, child)?
            {
                let parent = post_parent::ParentRow {
                    parent: Some(id),
                    ..parent
                };
                post_parent::put(self.conn, child, parent)?;
                self.log.post(child);
            }
        }
        // What came from a site or with a text is worth keeping without a picture too.
        if !old_row.elsewhere.has_source && !old_row.elsewhere.has_text {
            removal::remove_post(self.conn, &mut self.log, old, &old_row)?;
            self.has_marks = true;
        }
        Ok(())
    }
}

/// It is there, in the version that was imported.
fn is_as_it_was(row: &FileRow) -> bool {
    !row.known.is_missing
        && fs::metadata(&row.known.path).is_ok_and(|it| picture::file_stamp(&it) == row.known.stamp)
}
