//! What the user changes: tags of posts, posts, tags themselves, aliases and
//! implications. Each is one transaction and returns what it changed.
//!
//! Names come normalised. What would leave the library other than it must be
//! (two tags of one name, an alias of an alias) is refused by a named error,
//! and nothing of that edit is written then.

mod aliases;
mod duplicates;
mod places;
mod posts;
mod removed;
mod tagging;
mod tags;

pub use posts::UserMark;
pub use tagging::FormerTag;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::Connection;

use super::change_log::ChangeLog;
use super::error::EditError;
use super::tag_names::TagNames;
use super::{
    Changes, FormerPost, LibraryError, TrashFile, Writer, former_post, leaving_post, post, retag,
};
use crate::model::{Category, Md5, PostId, Rating, TagDraft, TagId};

/// One edit being made.
struct Edit<'c> {
    conn: &'c Connection,
    names: TagNames<'c>,
    log: ChangeLog,
    /// Tags that are gone, and what their posts get instead.
    retagged: BTreeMap<TagId, Option<TagId>>,
}

impl<'c> Edit<'c> {
    fn new(conn: &'c Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            conn,
            names: TagNames::new(conn)?,
            log: ChangeLog::default(),
            retagged: BTreeMap::new(),
        })
    }

    fn finish(mut self) -> rusqlite::Result<Changes> {
        let mut moves = Vec::with_capacity(self.retagged.len());
        for &tag in self.retagged.keys() {
            let mut into = Some(tag);
            while let Some(next) = into.and_then(|it| self.retagged.get(&it)) {
                into = *next;
            }
            moves.push((tag, into));
            match into {
                Some(into) => self.log.merge_tags(tag, into),
                None => self.log.remove_tag(tag),
            }
        }
        retag::run(self.conn, moves)?;
        self.log.into_changes(self.conn)
    }
}

impl Writer {
    /// Adds tags, with all that they imply, and takes others away, of each post.
    ///
    /// Both are the user's word: no import takes the ones away or brings the
    /// others back. A tag that is added and removed is removed. What an added
    /// tag implies is not added where the user took that away before.
    pub fn edit_tags(
        &mut self,
        posts: &[PostId],
        add: &[TagDraft],
        remove: &[String],
    ) -> Result<Changes, LibraryError> {
        self.edit("changing tags", |edit| edit.edit_tags(posts, add, remove))
    }

    pub fn set_favorite(
        &mut self,
        posts: &[PostId],
        is_favorite: bool,
    ) -> Result<Changes, LibraryError> {
        self.edit("marking favourites", |edit| {
            edit.change_rows(posts, |row| row.is_favorite = is_favorite)
        })
    }

    /// The user's rating, which no import changes; `None` leaves rating to
    /// imports again, and the posts without one until then.
    pub fn set_rating(
        &mut self,
        posts: &[PostId],
        rating: Option<Rating>,
    ) -> Result<Changes, LibraryError> {
        self.edit("rating posts", |edit| {
            edit.change_rows(posts, |row| {
                row.rating = rating;
                row.has_user_rating = rating.is_some();
            })
        })
    }

    /// Marks posts, all in one transaction; posts that are gone are passed over.
    /// Returns how those were marked before that are marked otherwise now: given to
    /// this, it takes the change back.
    pub fn set_marks(
        &mut self,
        marks: &[(PostId, UserMark)],
    ) -> Result<(Vec<(PostId, UserMark)>, Changes), LibraryError> {
        self.change("marking posts", |conn| {
            let mut edit = Edit::new(conn)?;
            let before = edit.set_marks(marks)?;
            Ok((before, edit.finish()?))
        })
    }

    /// Takes posts out of the library. Their files stay where they are, and are
    /// not imported again unless [`Self::allow_again`] says so; what has no md5
    /// (a record without a picture) can't be told again and comes back.
    pub fn delete_posts(&mut self, posts: &[PostId]) -> Result<Changes, LibraryError> {
        let changes = self.edit("deleting posts", |edit| edit.delete_posts(posts))?;
        self.delete_thumbnails(posts);
        self.delete_embeddings(posts);
        Ok(changes)
    }

    /// Files of these posts are about to go to the trash; what became of them follows
    /// with [`Self::remove_posts`] or [`Self::note_trashed`]. Where nothing follows,
    /// [`super::Reader::leaving_posts`] has them until it does. Those that are gone are
    /// passed over.
    pub fn note_leaving(&mut self, posts: &[PostId]) -> Result<(), LibraryError> {
        self.transaction("remembering what goes to the trash", |conn| {
            for &post in posts {
                if post::by_id(conn, post)?.is_some() {
                    leaving_post::insert(conn, post)?;
                }
            }
            Ok(())
        })
    }

    /// Takes posts out of the library, so that [`Self::restore_posts`] can bring them
    /// back; posts that are gone are passed over. With `is_barred` no import brings
    /// them back either. `files` of them are in the trash. `missing` are files of other
    /// posts that are not there any more. [`super::Reader::former_posts`] has them until
    /// they are back, or [`Self::forget_former_posts`] comes.
    pub fn remove_posts(
        &mut self,
        posts: &[PostId],
        is_barred: bool,
        files: &[(PostId, Vec<TrashFile>)],
        missing: &[PathBuf],
    ) -> Result<(Vec<FormerPost>, Changes), LibraryError> {
        let (removed, changes) = self.change("removing posts", |conn| {
            let mut edit = Edit::new(conn)?;
            let removed = edit.remove_posts(posts, is_barred, files)?;
            edit.mark_files(missing, true)?;
            leaving_post::clear(conn)?;
            Ok((removed, edit.finish()?))
        })?;
        self.delete_thumbnails(posts);
        self.delete_embeddings(posts);
        Ok((removed, changes))
    }

    /// Brings removed posts back, under the ids that they had. A picture that was
    /// imported again meanwhile stays as it is. `found` are files that are there again,
    /// `missing` are not. Returns the posts that are back.
    ///
    /// In several steps those that were removed last come back first: what ties a post
    /// to another is with the one of the two that was removed first.
    pub fn restore_posts(
        &mut self,
        removed: &[&FormerPost],
        found: &[PathBuf],
        missing: &[PathBuf],
    ) -> Result<(Vec<PostId>, Changes), LibraryError> {
        self.change("bringing posts back", |conn| {
            let mut edit = Edit::new(conn)?;
            let back = edit.restore_posts(removed)?;
            edit.mark_files(found, false)?;
            edit.mark_files(missing, true)?;
            Ok((back, edit.finish()?))
        })
    }

    /// What was taken out can't be brought back any more.
    pub fn forget_former_posts(&mut self) -> Result<(), LibraryError> {
        self.transaction("forgetting what was taken out", |conn| {
            Ok(former_post::clear(conn)?)
        })
    }

    /// Lets the next import bring back pictures that were deleted.
    pub fn allow_again(&mut self, pictures: &[Md5]) -> Result<(), LibraryError> {
        self.edit("allowing deleted pictures again", |edit| {
            edit.allow_again(pictures)
        })?;
        Ok(())
    }

    /// Gives a tag another name; the old one stays as an alias.
    pub fn rename_tag(&mut self, from: &str, to: &str) -> Result<Changes, LibraryError> {
        self.edit("renaming a tag", |edit| edit.rename_tag(from, to))
    }

    /// Posts of `from` get `into` instead, of which `from` becomes an alias.
    pub fn merge_tags(&mut self, from: &str, into: &str) -> Result<Changes, LibraryError> {
        self.edit("merging tags", |edit| edit.merge_tags(from, into))
    }

    /// Takes a tag away from all posts and forgets it; an import that gives it
    /// makes it anew. Its aliases wait for that.
    pub fn remove_tag(&mut self, name: &str) -> Result<Changes, LibraryError> {
        self.edit("removing a tag", |edit| edit.remove_tag(name))
    }

    pub fn set_category(
        &mut self,
        name: &str,
        category: Category,
    ) -> Result<Changes, LibraryError> {
        self.edit("changing a category", |edit| {
            edit.set_category(name, category)
        })
    }

    /// The categories of several tags; names that no tag has are passed over.
    pub fn set_categories(
        &mut self,
        categories: &[(String, Category)],
    ) -> Result<Changes, LibraryError> {
        self.edit("changing categories", |edit| {
            categories
                .iter()
                .try_for_each(|(name, category)| edit.set_known_category(name, *category))
        })
    }

    /// Makes each first name another one for the second, which need not be a
    /// tag yet. A tag that has the first is merged into the second, or renamed
    /// where there is no such tag. What is an alias of something else already
    /// stands for the second from now on.
    pub fn put_aliases(&mut self, aliases: &[(String, String)]) -> Result<Changes, LibraryError> {
        self.edit("writing aliases", |edit| {
            aliases
                .iter()
                .try_for_each(|(alias, name)| edit.put_alias(alias, name))
        })
    }

    pub fn remove_alias(&mut self, alias: &str) -> Result<Changes, LibraryError> {
        self.edit("removing an alias", |edit| edit.remove_alias(alias))
    }

    /// From now on a post that the user gives each first tag gets the second too.
    /// Posts as they are don't change.
    pub fn put_implications(
        &mut self,
        implications: &[(String, String)],
    ) -> Result<Changes, LibraryError> {
        self.edit("writing implications", |edit| {
            implications
                .iter()
                .try_for_each(|(name, implied)| edit.put_implication(name, implied))
        })
    }

    pub fn remove_implication(
        &mut self,
        name: &str,
        implied: &str,
    ) -> Result<Changes, LibraryError> {
        self.edit("removing an implication", |edit| {
            edit.remove_implication(name, implied)
        })
    }

    fn edit(
        &mut self,
        doing: &'static str,
        make: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
    ) -> Result<Changes, LibraryError> {
        let ((), changes) = self.change(doing, |conn| {
            let mut edit = Edit::new(conn)?;
            make(&mut edit)?;
            Ok(((), edit.finish()?))
        })?;
        Ok(changes)
    }
}

/// Refuses what is no name, whoever normalised it.
fn check_name(name: &str) -> Result<(), LibraryError> {
    let is_barred = |it: char| it.is_whitespace() || it.is_control();
    if name.is_empty() || name.chars().any(is_barred) {
        return Err(LibraryError::NotATagName {
            name: name.to_owned(),
        });
    }
    Ok(())
}
