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
//! the others only add theirs. What the user added or took away is never touched.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;

use rusqlite::Connection;

use super::file::{FileRow, NewFile};
use super::path_bytes::SplitPath;
use super::post::PostRow;
use super::post_tags::Origin;
use super::{Changes, Outcome, PostChange, TagChange, file, post, post_tags, source, tag, texts};
use crate::model::{Category, FileDraft, PostDraft, PostId, TagDraft, TagId};

/// One transaction being written.
pub(super) struct Batch<'c> {
    conn: &'c Connection,
    /// Seconds since 1970 UTC.
    now: i64,
    /// Tags looked up so far: a batch names the same ones again and again.
    known_tags: HashMap<String, (TagId, Category)>,
    changed_tags: BTreeMap<TagId, (String, Category)>,
    changed_posts: BTreeMap<PostId, Changed>,
}

#[derive(Default)]
struct Changed {
    is_new: bool,
    added_tags: BTreeSet<TagId>,
    removed_tags: BTreeSet<TagId>,
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
    pub fn new(conn: &'c Connection, now: i64) -> Self {
        Self {
            conn,
            now,
            known_tags: HashMap::new(),
            changed_tags: BTreeMap::new(),
            changed_posts: BTreeMap::new(),
        }
    }

    /// Writes one draft; `path` is its file's path, split.
    pub fn write(
        &mut self,
        draft: &PostDraft,
        path: Option<&SplitPath>,
    ) -> rusqlite::Result<Outcome> {
        let at_path = match path {
            Some(path) => file::by_path(self.conn, path)?,
            None => None,
        };
        let target = self.target(draft, at_path.as_ref())?;
        let (id, before, files) = match target {
            Some(id) => (
                id,
                post::by_id(self.conn, id)?,
                file::of_post(self.conn, id)?,
            ),
            None => self.insert(draft)?,
        };
        let before = before.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        let own_file = at_path.as_ref().filter(|it| it.known.post == id);
        let say = say(target.is_none(), draft, own_file, &files);

        let mut has_news = false;
        let mut after = before.clone();
        set_fields(&mut after, draft, say);
        if let (Some(path), Some(file)) = (path, &draft.file) {
            has_news |= self.put_file(id, path, file, at_path, &files)?;
            after.is_missing = false;
        }
        let (added, removed) = self.put_tags(id, draft, say)?;
        after.num_tags = after.num_tags.saturating_add(added).saturating_sub(removed);
        has_news |= added + removed > 0;
        has_news |= self.put_sources(id, draft)?;
        has_news |= self.put_text(id, draft, say)?;
        if after != before {
            post::update(self.conn, id, &after)?;
            has_news = true;
        }

        Ok(if target.is_none() {
            self.changed_posts.entry(id).or_default().is_new = true;
            Outcome::Added(id)
        } else if has_news {
            self.changed_posts.entry(id).or_default();
            Outcome::Updated(id)
        } else {
            Outcome::Unchanged(id)
        })
    }

    /// Sets whether the file at `path` is missing; a path that is not known is
    /// passed over.
    pub fn mark_missing(&mut self, path: &SplitPath, is_missing: bool) -> rusqlite::Result<()> {
        if let Some(row) = file::by_path(self.conn, path)?
            && row.known.is_missing != is_missing
        {
            file::set_missing(self.conn, row.id, is_missing)?;
            self.update_missing(row.known.post)?;
        }
        Ok(())
    }

    /// What was changed, with posts as they are now.
    pub fn into_changes(self) -> rusqlite::Result<Changes> {
        let mut changes = Changes::default();
        for (id, (name, category)) in self.changed_tags {
            changes.tags.push(TagChange {
                id,
                name,
                category,
                extended_category: None,
            });
        }
        for (id, changed) in self.changed_posts {
            let Changed {
                is_new,
                added_tags,
                removed_tags,
            } = changed;
            let Some(row) = post::by_id(self.conn, id)? else {
                continue;
            };
            changes.posts.push(PostChange {
                is_new,
                columns: row.into_columns(id),
                added_tags: added_tags.into_iter().collect(),
                removed_tags: removed_tags.into_iter().collect(),
                texts: Some(texts::of_post(self.conn, id)?),
            });
        }
        Ok(changes)
    }

    /// The known post that the draft is about.
    fn target(
        &self,
        draft: &PostDraft,
        at_path: Option<&FileRow>,
    ) -> rusqlite::Result<Option<PostId>> {
        let post_at_path = at_path.map(|it| it.known.post);
        let Some(md5) = draft.md5 else {
            if draft.file.is_some() {
                return Ok(post_at_path);
            }
            return self.target_of_record(draft);
        };
        if let Some(id) = post::id_by_md5(self.conn, md5)? {
            return Ok(Some(id));
        }
        // A post whose md5 was not known yet learns it.
        match post_at_path {
            Some(id) if post::md5_by_id(self.conn, id)?.is_none() => Ok(Some(id)),
            _ => Ok(None),
        }
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

    fn insert(
        &self,
        draft: &PostDraft,
    ) -> rusqlite::Result<(PostId, Option<PostRow>, Vec<FileRow>)> {
        let mut row = PostRow {
            imported_at: self.now,
            ..PostRow::default()
        };
        set_fields(&mut row, draft, Say::Replaces);
        let id = post::insert(self.conn, &row)?;
        Ok((id, Some(row), Vec::new()))
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
                Ok(known.is_missing)
            }
            // Other bytes at a known path: the post that was there loses it.
            Some(row) => {
                if let Some(moved) = files.iter().find(|it| is_gone(it)) {
                    file::delete(self.conn, moved.id)?;
                }
                file::update(self.conn, row.id, new)?;
                self.update_missing(row.known.post)?;
                Ok(true)
            }
            None => {
                match files.iter().find(|it| is_gone(it)) {
                    Some(moved) => file::update(self.conn, moved.id, new)?,
                    None => file::insert(self.conn, new)?,
                }
                Ok(true)
            }
        }
    }

    /// After `post` lost a file, or one changed: it is missing when it has none
    /// that can be found. Only called for posts that had files.
    fn update_missing(&mut self, id: PostId) -> rusqlite::Result<()> {
        let is_missing = file::of_post(self.conn, id)?
            .iter()
            .all(|it| it.known.is_missing);
        if let Some(mut row) = post::by_id(self.conn, id)?
            && row.is_missing != is_missing
        {
            row.is_missing = is_missing;
            post::update(self.conn, id, &row)?;
            self.changed_posts.entry(id).or_default();
        }
        Ok(())
    }

    /// How many tags the post got and lost.
    fn put_tags(
        &mut self,
        id: PostId,
        draft: &PostDraft,
        say: Say,
    ) -> rusqlite::Result<(u32, u32)> {
        let mut wanted = BTreeSet::new();
        for tag in &draft.tags {
            if !tag.name.is_empty() {
                wanted.insert(self.tag(tag)?);
            }
        }
        let has_no_say =
            wanted.is_empty() && draft.file.as_ref().is_some_and(|it| it.sidecar_stamp == 0);
        if has_no_say {
            return Ok((0, 0));
        }
        let mut removed = Vec::new();
        for (tag, origin) in post_tags::of_post(self.conn, id)? {
            let is_wanted = wanted.remove(&tag);
            if !is_wanted && origin == Origin::Imported && say == Say::Replaces {
                removed.push(tag);
            }
        }
        let added = wanted;
        if added.is_empty() && removed.is_empty() {
            return Ok((0, 0));
        }
        post_tags::insert(self.conn, id, added.iter().copied(), Origin::Imported)?;
        post_tags::delete(self.conn, id, removed.iter().copied())?;
        let counts = (count(added.len()), count(removed.len()));
        let changed = self.changed_posts.entry(id).or_default();
        for tag in added {
            if !changed.removed_tags.remove(&tag) {
                changed.added_tags.insert(tag);
            }
        }
        for tag in removed {
            if !changed.added_tags.remove(&tag) {
                changed.removed_tags.insert(tag);
            }
        }
        Ok(counts)
    }

    /// Finds or makes a tag. A category that says more than "general" is kept
    /// once known, so that two sources which disagree don't change it to and fro.
    fn tag(&mut self, draft: &TagDraft) -> rusqlite::Result<TagId> {
        let said = draft.category.unwrap_or_default();
        let (id, category) = match self.known_tags.get(&draft.name) {
            Some(known) => *known,
            None => {
                let known = match tag::by_name(self.conn, &draft.name)? {
                    Some(known) => known,
                    None => {
                        let id = tag::insert(self.conn, &draft.name, said)?;
                        self.changed_tags.insert(id, (draft.name.clone(), said));
                        (id, said)
                    }
                };
                self.known_tags.insert(draft.name.clone(), known);
                known
            }
        };
        if category == Category::General && said != Category::General {
            tag::set_category(self.conn, id, said)?;
            self.known_tags.insert(draft.name.clone(), (id, said));
            self.changed_tags.insert(id, (draft.name.clone(), said));
        }
        if let Some(spelling) = &draft.spelling
            && *spelling != draft.name
        {
            tag::add_spelling(self.conn, id, spelling)?;
        }
        Ok(id)
    }

    /// Adds the sources that are not known yet; whether there were any.
    fn put_sources(&self, id: PostId, draft: &PostDraft) -> rusqlite::Result<bool> {
        let mut has_news = false;
        for source in &draft.source_posts {
            has_news |= source::insert_post(self.conn, id, source)?;
        }
        if draft.sources.is_empty() {
            return Ok(has_news);
        }
        let mut known = source::of_post(self.conn, id)?;
        for source in &draft.sources {
            if !known.contains(source) {
                source::insert(self.conn, id, known.len(), source)?;
                known.push(source.clone());
                has_news = true;
            }
        }
        Ok(has_news)
    }

    fn put_text(&self, id: PostId, draft: &PostDraft, say: Say) -> rusqlite::Result<bool> {
        let Some(text) = &draft.text else {
            return Ok(false);
        };
        let known = post::text(self.conn, id)?;
        let is_kept = known.is_some() && say == Say::Adds;
        if is_kept || known.as_ref() == Some(text) {
            return Ok(false);
        }
        post::set_text(self.conn, id, text)?;
        Ok(true)
    }
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
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
    put(&mut row.rating, draft.rating, say);
    put(&mut row.score, draft.score, say);
    put(&mut row.fav_count, draft.fav_count, say);
    put(&mut row.created_at, draft.created_at, say);
}

/// The file is not where it was: what has its md5 elsewhere now is that file, moved.
fn is_gone(row: &FileRow) -> bool {
    match fs::symlink_metadata(&row.known.path) {
        Ok(_) => false,
        Err(err) => matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}
