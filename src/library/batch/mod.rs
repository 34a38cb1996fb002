//! What a draft means for the library: one transaction's worth of them.
//!
//! **Which post.** The post of the draft's md5; without an md5, the post that
//! its path belongs to; for a record (no file, no md5), the post that came
//! from the same place. Else a new one.
//!
//! **What counts.** A sidecar that changed replaces what it said before:
//! fields, and those of the post's tags that an import gave it. But what is
//! said beside another *copy* of the picture only adds: it fills empty fields
//! and unites the tags, so that neither copy undoes the other. A file without
//! any sidecar says nothing about tags, and where a sidecar could not be read,
//! the others only add theirs. What the user added or took away is never
//! touched; what a program guessed or another tag implied is only replaced by a
//! draft that has tags of that kind.
//!
//! **What does not come in.** A new post of a picture that the user took out, unless it
//! is to come back.
//!
//! **What comes again** has what the user set by hand when it was here before.

mod edited;
mod facts;
mod tags;

use std::fs;
use std::io::ErrorKind;

use rusqlite::Connection;

use super::change_log::ChangeLog;
use super::file::{FileRow, NewFile};
use super::path_bytes::SplitPath;
use super::post::PostRow;
use super::post_parent::{self, Reference};
use super::tag_names::TagNames;
use super::{Changes, Outcome, deleted_post, file, hand_marks, post, source};
use crate::model::{FileDraft, PostDraft, PostId};
use edited::Edited;

/// One transaction being written.
pub(super) struct Batch<'c> {
    conn: &'c Connection,
    /// Seconds since 1970 UTC.
    now: i64,
    names: TagNames<'c>,
    log: ChangeLog,
    /// In most libraries neither is so, and posts need not be asked one by one.
    has_deleted: bool,
    has_marks: bool,
    has_waiting: bool,
    /// What the user took out comes back.
    brings_back: bool,
}

/// The post that a draft is about.
enum Target {
    Known(PostId),
    New,
    Edited(Edited),
    /// The user took it out of the library.
    Deleted,
}

/// What a draft may do to a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    /// It is the one voice about this post: what it says replaces.
    Replaces,
    /// One among others: fields replace, tags are added.
    AddsTags,
    /// It speaks of another copy: fills what is empty, adds tags.
    Adds,
}

impl<'c> Batch<'c> {
    /// With `brings_back`, what the user took out comes back.
    pub fn new(conn: &'c Connection, now: i64, brings_back: bool) -> rusqlite::Result<Self> {
        Ok(Self {
            conn,
            now,
            names: TagNames::new(conn)?,
            log: ChangeLog::default(),
            has_deleted: deleted_post::is_any(conn)?,
            has_marks: hand_marks::is_any(conn)?,
            has_waiting: post_parent::is_any_waiting(conn)?,
            brings_back,
        })
    }

    /// Writes drafts, each with its file's path, split; returns their outcomes in order.
    ///
    /// Pictures that nobody knows at paths that are known come last: where files changed
    /// places, whose old picture is where is known by then.
    pub fn write_all(
        &mut self,
        drafts: &[(&PostDraft, Option<&SplitPath>)],
    ) -> rusqlite::Result<Vec<Outcome>> {
        let mut outcomes = vec![Outcome::TakenOut; drafts.len()];
        let mut later = Vec::new();
        for ((draft, path), outcome) in drafts.iter().zip(&mut outcomes) {
            if self.may_be_edited(draft, *path)? {
                later.push((draft, path, outcome));
            } else {
                *outcome = self.write(draft, *path)?;
            }
        }
        for (draft, path, outcome) in later {
            *outcome = self.write(draft, *path)?;
        }
        Ok(outcomes)
    }

    fn may_be_edited(&self, draft: &PostDraft, path: Option<&SplitPath>) -> rusqlite::Result<bool> {
        let (Some(path), Some(md5), Some(_)) = (path, draft.md5, &draft.picture) else {
            return Ok(false);
        };
        Ok(file::by_path(self.conn, path)?.is_some() && post::id_by_md5(self.conn, md5)?.is_none())
    }

    /// Writes one draft; `path` is its file's path, split.
    fn write(&mut self, draft: &PostDraft, path: Option<&SplitPath>) -> rusqlite::Result<Outcome> {
        let at_path = match path {
            Some(path) => file::by_path(self.conn, path)?,
            None => None,
        };
        let target = self.target(draft, at_path.as_ref())?;
        let is_edited = matches!(target, Target::Edited(Edited::InPlace(_)));
        let (id, before, files, is_new) = match target {
            Target::Known(id) | Target::Edited(Edited::InPlace(id)) => {
                let row = post::by_id(self.conn, id)?;
                (id, row, file::of_post(self.conn, id)?, false)
            }
            Target::New => {
                let (id, row) = self.insert(draft)?;
                (id, Some(row), Vec::new(), true)
            }
            Target::Edited(Edited::Beside(other)) => {
                let (id, row) = self.insert_beside(other, draft)?;
                (id, Some(row), Vec::new(), true)
            }
            Target::Deleted => {
                if let Some(row) = at_path {
                    file::delete(self.conn, row.id)?;
                    self.lost_file(row.known.post)?;
                }
                return Ok(Outcome::TakenOut);
            }
        };
        let before = before.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let own_file = at_path.as_ref().filter(|it| it.known.post == id);
        let say = say(is_new, draft, own_file, &files);

        let mut after = before.clone();
        if is_edited && let Some(own_file) = own_file {
            self.takes_other_picture(id, &before, own_file)?;
            after.md5 = draft.md5;
        }
        set_fields(&mut after, draft, say);
        let mut has_news = false;
        if let (Some(path), Some(file)) = (path, &draft.file) {
            has_news |= self.put_file(id, path, file, at_path.clone(), &files)?;
            after.is_missing = false;
            if !is_new && let Some(was) = at_path.filter(|it| it.known.post != id) {
                self.copied_over(id, &mut after, &was, &files)?;
            }
        }
        if is_new || before.md5 != after.md5 {
            self.take_marks(id, &mut after, is_edited)?;
        }
        let tags = self.put_tags(id, draft, say)?;
        after.num_tags = (after.num_tags + tags.added).saturating_sub(tags.removed);
        has_news |= tags.is_any;
        has_news |= self.put_sources(id, draft)?;
        has_news |= self.put_text(id, draft, say)?;
        has_news |= self.put_parent(id, draft, say)?;
        has_news |= self.put_pools(id, draft)?;
        if after != before {
            post::update(self.conn, id, &after)?;
            has_news = true;
        }
        if let Some(md5) = after.md5
            && (is_new || before.md5 != after.md5)
        {
            self.adopt(Reference::Md5(md5), id)?;
        }

        Ok(if is_new {
            self.log.post(id).is_new = true;
            Outcome::Added(id)
        } else if has_news {
            self.log.post(id);
            Outcome::Updated(id)
        } else {
            Outcome::Unchanged(id)
        })
    }

    /// Sets whether the file at `path` is missing; a path that is not known is
    /// passed over.
    pub fn mark_missing(&mut self, path: &SplitPath, is_missing: bool) -> rusqlite::Result<()> {
        mark_missing(self.conn, &mut self.log, path, is_missing)
    }

    /// What was changed, with posts as they are now.
    pub fn into_changes(self) -> rusqlite::Result<Changes> {
        self.log.into_changes(self.conn)
    }

    fn target(&self, draft: &PostDraft, at_path: Option<&FileRow>) -> rusqlite::Result<Target> {
        let post_at_path = at_path.map(|it| it.known.post);
        let Some(md5) = draft.md5 else {
            let known = if draft.file.is_some() {
                post_at_path
            } else {
                self.target_of_record(draft)?
            };
            return Ok(known.map_or(Target::New, Target::Known));
        };
        if let Some(id) = post::id_by_md5(self.conn, md5)? {
            return Ok(Target::Known(id));
        }
        // A post whose md5 was not known yet learns it.
        if let Some(id) = post_at_path
            && post::md5_by_id(self.conn, id)?.is_none()
        {
            return Ok(Target::Known(id));
        }
        if self.has_deleted && deleted_post::contains(self.conn, md5)? {
            if !self.brings_back {
                return Ok(Target::Deleted);
            }
            deleted_post::delete(self.conn, md5)?;
        }
        let edited = self.edited(draft, at_path)?;
        Ok(edited.map_or(Target::New, Target::Edited))
    }

    /// A picture that was here before has what the user set by hand then; but what goes
    /// on as another one has more recent marks.
    fn take_marks(
        &mut self,
        id: PostId,
        row: &mut PostRow,
        is_edited: bool,
    ) -> rusqlite::Result<()> {
        let Some(md5) = row.md5.filter(|_| self.has_marks) else {
            return Ok(());
        };
        let Some(marks) = hand_marks::get(self.conn, md5)? else {
            return Ok(());
        };
        if !is_edited {
            marks.put_on(self.conn, &mut self.log, id, row)?;
        }
        hand_marks::forget(self.conn, md5)
    }

    fn target_of_record(&self, draft: &PostDraft) -> rusqlite::Result<Option<PostId>> {
        for source in &draft.source_posts {
            let posts = source::posts_by_source(self.conn, source)?;
            if let Some(&first) = posts.first() {
                return Ok(Some(first));
            }
        }
        Ok(None)
    }

    fn insert(&self, draft: &PostDraft) -> rusqlite::Result<(PostId, PostRow)> {
        let mut row = PostRow {
            imported_at: self.now,
            ..PostRow::default()
        };
        set_fields(&mut row, draft, Say::Replaces);
        let id = post::insert(self.conn, &row)?;
        Ok((id, row))
    }

    /// Whether this is more than another look at a known file.
    fn put_file(
        &mut self,
        id: PostId,
        path: &SplitPath,
        draft: &FileDraft,
        at_path: Option<FileRow>,
        files: &[FileRow],
    ) -> rusqlite::Result<bool> {
        let new = NewFile {
            path,
            post: id,
            stamp: draft.stamp,
            sidecar_stamp: draft.sidecar_stamp,
        };
        match at_path {
            Some(row) if row.known.post == id => {
                let known = &row.known;
                let is_same = (known.stamp, known.sidecar_stamp, known.is_missing)
                    == (draft.stamp, draft.sidecar_stamp, false);
                if !is_same {
                    file::update(self.conn, row.id, new)?;
                }
                return Ok(known.is_missing);
            }
            // Other bytes at a known path: the post that was there loses it.
            Some(row) => {
                if let Some(moved) = files.iter().find(|it| is_gone(it)) {
                    file::delete(self.conn, moved.id)?;
                }
                file::update(self.conn, row.id, new)?;
                self.lost_file(row.known.post)?;
            }
            None => match files.iter().find(|it| is_gone(it)) {
                Some(moved) => file::update(self.conn, moved.id, new)?,
                None => file::insert(self.conn, new)?,
            },
        }
        self.log.post(id).has_new_texts = true;
        Ok(true)
    }

    fn lost_file(&mut self, id: PostId) -> rusqlite::Result<()> {
        self.log.post(id).has_new_texts = true;
        update_missing(self.conn, &mut self.log, id)
    }
}

/// Sets whether the file at `path` is missing; a path that is not known is passed
/// over.
pub(super) fn mark_missing(
    conn: &Connection,
    log: &mut ChangeLog,
    path: &SplitPath,
    is_missing: bool,
) -> rusqlite::Result<()> {
    if let Some(row) = file::by_path(conn, path)?
        && row.known.is_missing != is_missing
    {
        file::set_missing(conn, row.id, is_missing)?;
        update_missing(conn, log, row.known.post)?;
    }
    Ok(())
}

/// After a post lost a file, or one changed: it is missing when it has none that
/// can be found. Only called for posts that had files.
pub(super) fn update_missing(
    conn: &Connection,
    log: &mut ChangeLog,
    id: PostId,
) -> rusqlite::Result<()> {
    let files = file::of_post(conn, id)?;
    let is_missing = files.iter().all(|it| it.known.is_missing);
    if let Some(mut row) = post::by_id(conn, id)?
        && row.is_missing != is_missing
    {
        row.is_missing = is_missing;
        post::update(conn, id, &row)?;
        log.post(id);
    }
    Ok(())
}

/// `own_file` is the post's file at the draft's path, `files` are all of the post's.
fn say(is_new: bool, draft: &PostDraft, own_file: Option<&FileRow>, files: &[FileRow]) -> Say {
    // Another copy has its say too; whether this one was missing does not matter.
    let has_other = files
        .iter()
        .any(|it| !it.known.is_missing && own_file.is_none_or(|own| own.id != it.id));
    let is_only_voice = if draft.file.is_some() {
        !has_other
    } else {
        files.is_empty()
    };
    if is_new {
        Say::Replaces
    } else if draft.file.is_some() && own_file.is_none() {
        Say::Adds
    } else if is_only_voice && !draft.is_partial {
        Say::Replaces
    } else {
        Say::AddsTags
    }
}

fn set_fields(row: &mut PostRow, draft: &PostDraft, say: Say) {
    fn put<T: Copy>(field: &mut Option<T>, value: Option<T>, say: Say) {
        if value.is_some() && (field.is_none() || say != Say::Adds) {
            *field = value;
        }
    }
    // What the bytes themselves say is the same for every copy.
    if let Some(facts) = &draft.picture {
        row.set_picture(facts);
    }
    if let Some(file) = &draft.file {
        row.file_size = file.stamp.size;
    }
    row.md5 = row.md5.or(draft.md5);
    if !row.has_user_rating {
        put(&mut row.rating, draft.rating, say);
    }
    put(&mut row.score, draft.score, say);
    put(&mut row.fav_count, draft.fav_count, say);
    put(&mut row.created_at, draft.created_at, say);
    // What the user marked here stays marked, whatever another program says.
    row.is_favorite |= draft.is_favorite == Some(true);
    if let Some(imported_at) = draft.imported_at {
        row.imported_at = row.imported_at.min(imported_at);
    }
}

/// The file is not where it was: what has its md5 elsewhere now is that file, moved.
fn is_gone(row: &FileRow) -> bool {
    match fs::symlink_metadata(&row.known.path) {
        Ok(_) => false,
        Err(err) => matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}
