//! Decisions about duplicates: what they change, and back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::Edit;
use crate::library::batch;
use crate::library::duplicate::{self, record};
use crate::library::error::EditError;
use crate::library::path_bytes::{self, SplitPath};
use crate::library::post_tags::{self, Origin};
use crate::library::{
    Changes, DuplicateRecord, LastDecision, LibraryError, MergeRecord, TrashFile, TrashState,
    Writer, leaving_post, post, source, tag, tag_implication,
};
use crate::model::{PostId, Rating, SourcePost, TagDraft, TagId};

/// Posts that can be decided about at once: their pairs are written, each with
/// each.
const MAX_POSTS: usize = 500;

/// Decisions that can be taken back, the last first.
const NUM_KEPT: u32 = 1_000;

impl Writer {
    /// Remembers that none of these is a duplicate of another, so that they are not
    /// shown as such again.
    pub fn mark_not_duplicates(&mut self, posts: &[PostId]) -> Result<(), LibraryError> {
        let posts: BTreeSet<PostId> = posts.iter().copied().collect();
        self.edit("deciding about duplicates", |edit| {
            let posts: Vec<PostId> = posts.into_iter().collect();
            edit.check_posts(&posts)?;
            let record = DuplicateRecord::NotDuplicates {
                posts: posts.clone(),
            };
            edit.decide(&record, Some(&posts)).map(|_| ())
        })?;
        Ok(())
    }

    /// Remembers that `post` is a duplicate of none of `others`, whatever those are of
    /// each other.
    pub fn mark_not_duplicate_of(
        &mut self,
        post: PostId,
        others: &[PostId],
    ) -> Result<(), LibraryError> {
        self.edit("deciding about duplicates", |edit| {
            let posts: BTreeSet<PostId> = others.iter().copied().chain([post]).collect();
            let posts: Vec<PostId> = posts.into_iter().collect();
            edit.check_posts(&posts)?;
            let record = DuplicateRecord::NotDuplicates { posts: vec![post] };
            let number = edit.decide(&record, None)?;
            Ok(duplicate::insert_pairs_with(
                edit.conn, post, others, number,
            )?)
        })?;
        Ok(())
    }

    /// Gives `keep` what it lacks of `others`: tags, as the user's word and with
    /// what they imply, sources, their posts on sites, the mark of a favourite; and
    /// a rating or a text where it has none. Tags that the user took away from it
    /// stay away. The others stay as they are.
    ///
    /// `files` are what is to go to the trash after this; without any, the posts
    /// are not shown as duplicates again. Returns the number of the decision.
    pub fn merge_duplicates(
        &mut self,
        keep: PostId,
        others: &[PostId],
        files: Option<Vec<TrashFile>>,
    ) -> Result<(i64, Changes), LibraryError> {
        let mut others: Vec<PostId> = others.iter().copied().filter(|it| *it != keep).collect();
        others.sort_unstable();
        others.dedup();
        self.change("merging duplicates", |conn| {
            let mut edit = Edit::new(conn)?;
            let mut posts = vec![keep];
            posts.extend(&others);
            edit.check_posts(&posts)?;
            let stay = files.is_none().then_some(posts.as_slice());
            let mut merge = edit.merge_posts(keep, &others)?;
            merge.files = files.unwrap_or_default();
            let number = edit.decide(&DuplicateRecord::Merged(merge), stay)?;
            Ok((number, edit.finish()?))
        })
    }

    /// Remembers what became of the files of the last decision; those in the trash
    /// are missing now.
    pub fn note_trashed(
        &mut self,
        number: i64,
        files: &[TrashFile],
    ) -> Result<Changes, LibraryError> {
        let paths = in_trash(files)?;
        self.edit("remembering what went to the trash", |edit| {
            let mut last = edit.last(number)?;
            if let DuplicateRecord::Merged(merge) = &mut last.record {
                merge.files = files.to_vec();
            }
            record::update(edit.conn, number, &last.record)?;
            leaving_post::clear(edit.conn)?;
            edit.mark_missing(&paths, true)
        })
    }

    /// Remembers of the last decision that these of its files came back from the
    /// trash; it is not taken back otherwise.
    pub fn note_restored(
        &mut self,
        number: i64,
        found: &[PathBuf],
    ) -> Result<Changes, LibraryError> {
        let paths = found
            .iter()
            .map(|it| path_bytes::split(it))
            .collect::<Result<Vec<_>, _>>()?;
        self.edit("remembering what came back from the trash", |edit| {
            let mut last = edit.last(number)?;
            if let DuplicateRecord::Merged(merge) = &mut last.record {
                merge.files.retain(|it| !found.contains(&it.path));
            }
            record::update(edit.conn, number, &last.record)?;
            edit.mark_missing(&paths, false)
        })
    }

    /// Takes the last decision back; `found` are the files that came back from the
    /// trash. What was changed otherwise since then stays.
    pub fn undo_duplicates(
        &mut self,
        number: i64,
        found: &[PathBuf],
    ) -> Result<Changes, LibraryError> {
        let found = found
            .iter()
            .map(|it| path_bytes::split(it))
            .collect::<Result<Vec<_>, _>>()?;
        self.edit("taking a decision about duplicates back", |edit| {
            let last = edit.last(number)?;
            if let DuplicateRecord::Merged(merge) = &last.record
                && post::by_id(edit.conn, merge.keep)?.is_some()
            {
                edit.take_back(merge)?;
            }
            edit.mark_missing(&found, false)?;
            duplicate::delete_pairs(edit.conn, number)?;
            Ok(record::delete(edit.conn, number)?)
        })
    }
}

/// Paths of those that are in the trash.
fn in_trash(files: &[TrashFile]) -> Result<Vec<SplitPath>, LibraryError> {
    files
        .iter()
        .filter(|it| matches!(it.state, TrashState::InTrash { .. }))
        .map(|it| path_bytes::split(&it.path))
        .collect()
}

impl Edit<'_> {
    fn check_posts(&self, posts: &[PostId]) -> Result<(), EditError> {
        let (num, most) = (posts.len(), MAX_POSTS);
        if num < 2 {
            return Err(LibraryError::TooFewDuplicates.into());
        }
        if num > most {
            return Err(LibraryError::TooManyDuplicates { num, most }.into());
        }
        for &post in posts {
            self.row(post)?;
        }
        Ok(())
    }

    /// Writes a decision down; `stay` are posts that are not shown as duplicates of
    /// each other again.
    fn decide(&self, record: &DuplicateRecord, stay: Option<&[PostId]>) -> Result<i64, EditError> {
        let number = record::insert(self.conn, record, crate::library::writer::now())?;
        if let Some(posts) = stay {
            duplicate::insert_pairs(self.conn, posts, number)?;
        }
        record::trim(self.conn, NUM_KEPT)?;
        Ok(number)
    }

    /// The last decision, which must be this one.
    fn last(&self, number: i64) -> Result<LastDecision, EditError> {
        match record::last(self.conn)? {
            Some(Ok(last)) if last.number == number => Ok(last),
            Some(Err(_)) => Err(LibraryError::UnreadableDecision.into()),
            _ => Err(LibraryError::NothingDecided.into()),
        }
    }

    fn mark_missing(&mut self, paths: &[SplitPath], is_missing: bool) -> Result<(), EditError> {
        for path in paths {
            batch::mark_missing(self.conn, &mut self.log, path, is_missing)?;
        }
        Ok(())
    }

    fn merge_posts(&mut self, keep: PostId, others: &[PostId]) -> Result<MergeRecord, EditError> {
        let mut merge = MergeRecord {
            keep,
            others: others.to_vec(),
            tags: Vec::new(),
            new_tags: Vec::new(),
            sources: Vec::new(),
            source_posts: Vec::new(),
            is_favorite: false,
            rating: None,
            text: None,
            files: Vec::new(),
        };
        self.merge_tags_of(&mut merge)?;
        self.merge_sources(&mut merge)?;
        self.merge_fields(&mut merge)?;
        Ok(merge)
    }

    fn merge_tags_of(&mut self, merge: &mut MergeRecord) -> Result<(), EditError> {
        let keep = merge.keep;
        let known: BTreeMap<TagId, Origin> =
            post_tags::of_post(self.conn, keep)?.into_iter().collect();
        let mut given: BTreeMap<TagId, Origin> = BTreeMap::new();
        for &other in &merge.others {
            for (tag, origin) in post_tags::of_post(self.conn, other)? {
                if origin != Origin::RemovedByUser {
                    let strongest = given.entry(tag).or_insert(origin);
                    *strongest = strongest.stronger(origin);
                }
            }
        }
        let mut names = BTreeSet::new();
        for (tag, origin) in given {
            match known.get(&tag) {
                // The user's word about this very post counts.
                Some(Origin::RemovedByUser | Origin::User) => {}
                Some(before) if origin == Origin::User => {
                    post_tags::set_origin(self.conn, keep, tag, Origin::User)?;
                    merge.tags.push((tag, Some(*before as u8)));
                }
                Some(_) => {}
                None => {
                    if let Some(tag) = tag::by_id(self.conn, tag)? {
                        names.insert(tag.name);
                    }
                    self.give_tag(merge, tag)?;
                }
            }
        }
        for name in tag_implication::closure(self.conn, &names)? {
            let is_new = tag::by_name(self.conn, &name)?.is_none();
            let draft = TagDraft {
                name,
                ..TagDraft::default()
            };
            let tag = self.names.get_or_make(&draft, &mut self.log)?;
            if is_new {
                merge.new_tags.push(tag);
            }
            let is_given = merge.tags.iter().any(|it| it.0 == tag);
            if !is_given && !known.contains_key(&tag) {
                self.give_tag(merge, tag)?;
            }
        }
        if !merge.tags.is_empty() {
            post::recount_tags(self.conn, keep)?;
            self.log.post(keep);
        }
        Ok(())
    }

    fn give_tag(&mut self, merge: &mut MergeRecord, tag: TagId) -> rusqlite::Result<()> {
        post_tags::insert(self.conn, merge.keep, [(tag, Origin::User)])?;
        self.log.post(merge.keep).add_tag(tag);
        merge.tags.push((tag, None));
        Ok(())
    }

    fn merge_sources(&mut self, merge: &mut MergeRecord) -> Result<(), EditError> {
        let keep = merge.keep;
        let mut known = source::of_post(self.conn, keep)?;
        for &other in &merge.others {
            for source in source::of_post(self.conn, other)? {
                if !known.contains(&source) {
                    source::insert(self.conn, keep, known.len(), &source)?;
                    known.push(source.clone());
                    merge.sources.push(source);
                }
            }
            for source in source::source_posts_of_post(self.conn, other)? {
                let site = source::site_or_insert(self.conn, &source.site)?;
                if source::insert_post(self.conn, keep, site, source.id)? {
                    merge.source_posts.push((source.site, source.id));
                }
            }
        }
        if !merge.sources.is_empty() {
            self.log.post(keep).has_new_texts = true;
        }
        if !merge.source_posts.is_empty() {
            self.log.post(keep);
        }
        Ok(())
    }

    fn merge_fields(&mut self, merge: &mut MergeRecord) -> Result<(), EditError> {
        let keep = merge.keep;
        let before = self.row(keep)?;
        let mut after = before.clone();
        let mut has_text = post::text(self.conn, keep)?.is_some();
        for &other in &merge.others {
            let row = self.row(other)?;
            after.is_favorite |= row.is_favorite;
            // A rating that a user chose counts for more than one that was found.
            let is_better = row.has_user_rating && !after.has_user_rating;
            if before.rating.is_none()
                && row.rating.is_some()
                && (after.rating.is_none() || is_better)
            {
                after.rating = row.rating;
                after.has_user_rating = row.has_user_rating;
            }
            if !has_text && let Some(text) = post::text(self.conn, other)? {
                post::set_text(self.conn, keep, &text)?;
                self.log.post(keep).has_new_texts = true;
                merge.text = Some(text);
                has_text = true;
            }
        }
        if after != before {
            merge.is_favorite = after.is_favorite && !before.is_favorite;
            merge.rating = (after.rating != before.rating)
                .then_some(after.rating)
                .flatten()
                .map(|it| (Rating::number(it), after.has_user_rating));
            post::update(self.conn, keep, &after)?;
            self.log.post(keep);
        }
        Ok(())
    }

    /// Takes back what merging changed, where it is still as merging left it.
    fn take_back(&mut self, merge: &MergeRecord) -> Result<(), EditError> {
        self.take_tags_back(merge)?;
        let keep = merge.keep;
        if !merge.sources.is_empty() {
            let mut sources = source::of_post(self.conn, keep)?;
            sources.retain(|it| !merge.sources.contains(it));
            // Written anew, so that their positions have no gaps.
            source::delete_of_post(self.conn, keep)?;
            for (position, source) in sources.iter().enumerate() {
                source::insert(self.conn, keep, position, source)?;
            }
            self.log.post(keep).has_new_texts = true;
        }
        for (site, id) in &merge.source_posts {
            let (site, id) = (site.clone(), *id);
            source::delete_post(self.conn, keep, &SourcePost { site, id })?;
            self.log.post(keep);
        }
        if merge.text.is_some() && post::text(self.conn, keep)? == merge.text {
            post::delete_text(self.conn, keep)?;
            self.log.post(keep).has_new_texts = true;
        }
        self.change_rows(&[keep], |row| {
            row.is_favorite &= !merge.is_favorite;
            let rating = row.rating.map(|it| (it.number(), row.has_user_rating));
            if rating.is_some() && rating == merge.rating {
                row.rating = None;
                row.has_user_rating = false;
            }
        })
    }

    fn take_tags_back(&mut self, merge: &MergeRecord) -> Result<(), EditError> {
        let keep = merge.keep;
        let known: BTreeMap<TagId, Origin> =
            post_tags::of_post(self.conn, keep)?.into_iter().collect();
        let mut is_changed = false;
        for (tag, before) in &merge.tags {
            // The user changed it, or there is no such tag any more.
            if known.get(tag) != Some(&Origin::User) {
                continue;
            }
            is_changed = true;
            if let Some(before) = before {
                let before = Origin::from_number(*before);
                post_tags::set_origin(self.conn, keep, *tag, before)?;
                continue;
            }
            let made = if merge.new_tags.contains(tag) {
                tag::by_id(self.conn, *tag)?
            } else {
                None
            };
            match made {
                // Goes with its tag.
                Some(made) if !post_tags::is_on_another(self.conn, *tag, keep)? => {
                    self.remove_tag(&made.name)?;
                }
                _ => {
                    post_tags::delete(self.conn, keep, [*tag])?;
                    self.log.post(keep).remove_tag(*tag);
                }
            }
        }
        if is_changed {
            post::recount_tags(self.conn, keep)?;
            self.log.post(keep);
        }
        Ok(())
    }
}
