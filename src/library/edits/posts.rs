use std::collections::{BTreeMap, BTreeSet};

use super::tagging::FormerTag;
use super::{Edit, check_name};
use crate::library::error::EditError;
use crate::library::post::PostRow;
use crate::library::post_tags::{self, Origin};
use crate::library::{LibraryError, deleted_post, post, removal, tag_alias, tag_implication};
use crate::model::{Md5, PostId, Rating, TagDraft, TagId};

/// What an edit says about tags.
pub(super) struct WantedTags {
    added: BTreeSet<TagId>,
    implied: BTreeSet<TagId>,
    removed: BTreeSet<TagId>,
}

/// What a user says of a post with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserMark {
    Rating {
        rating: Option<Rating>,
        /// Imports leave it as it is.
        is_users: bool,
    },
    Favorite(bool),
}

impl UserMark {
    /// The user's rating; `None` leaves rating to imports again.
    pub fn rating(rating: Option<Rating>) -> Self {
        Self::Rating {
            rating,
            is_users: rating.is_some(),
        }
    }

    /// How `row` is marked in this regard.
    fn of(self, row: &PostRow) -> Self {
        match self {
            Self::Rating { .. } => Self::Rating {
                rating: row.rating,
                is_users: row.has_user_rating,
            },
            Self::Favorite(_) => Self::Favorite(row.is_favorite),
        }
    }

    fn put_on(self, row: &mut PostRow) {
        match self {
            Self::Rating { rating, is_users } => {
                row.rating = rating;
                row.has_user_rating = is_users;
            }
            Self::Favorite(is_favorite) => row.is_favorite = is_favorite,
        }
    }
}

impl Edit<'_> {
    pub(super) fn edit_tags(
        &mut self,
        posts: &[PostId],
        add: &[TagDraft],
        remove: &[String],
    ) -> Result<(), EditError> {
        let wanted = self.wanted_tags(add, remove)?;
        for &post in &posts.iter().copied().collect::<BTreeSet<_>>() {
            self.row(post)?;
            self.edit_tags_of(post, &wanted)?;
        }
        Ok(())
    }

    /// The tags that an edit names, with what they imply; those that are new are made.
    pub(super) fn wanted_tags(
        &mut self,
        add: &[TagDraft],
        remove: &[String],
    ) -> Result<WantedTags, EditError> {
        let mut removed = BTreeSet::new();
        for name in remove {
            let tag = tag_alias::find(self.conn, name)?;
            removed.insert(tag.ok_or_else(|| LibraryError::NoSuchTag { name: name.clone() })?);
        }
        let mut added = BTreeSet::new();
        let mut names = BTreeSet::new();
        for draft in add {
            check_name(&draft.name)?;
            added.insert(self.names.get_or_make(draft, &mut self.log)?);
            names.insert(tag_alias::canonical(self.conn, &draft.name)?);
        }
        let mut implied = BTreeSet::new();
        for name in tag_implication::closure(self.conn, &names)? {
            let draft = TagDraft {
                name,
                ..TagDraft::default()
            };
            implied.insert(self.names.get_or_make(&draft, &mut self.log)?);
        }
        added.retain(|it| !removed.contains(it));
        implied.retain(|it| !removed.contains(it) && !added.contains(it));
        Ok(WantedTags {
            added,
            implied,
            removed,
        })
    }

    /// Returns how the post was tagged before.
    pub(super) fn edit_tags_of(
        &mut self,
        post: PostId,
        wanted: &WantedTags,
    ) -> rusqlite::Result<Vec<FormerTag>> {
        let WantedTags {
            added,
            implied,
            removed,
        } = wanted;
        let mut before = Vec::new();
        let known: BTreeMap<TagId, Origin> =
            post_tags::of_post(self.conn, post)?.into_iter().collect();
        let mut is_changed = false;
        for &tag in added {
            match known.get(&tag) {
                Some(Origin::User) => continue,
                Some(origin) => {
                    before.push(FormerTag::new(post, tag, Some(*origin)));
                    post_tags::set_origin(self.conn, post, tag, Origin::User)?;
                    if *origin != Origin::RemovedByUser {
                        continue;
                    }
                }
                None => {
                    before.push(FormerTag::new(post, tag, None));
                    post_tags::insert(self.conn, post, [(tag, Origin::User)])?;
                }
            }
            self.log.post(post).add_tag(tag);
            is_changed = true;
        }
        // What follows from the user's word is the user's too.
        for &tag in implied.iter().filter(|it| !known.contains_key(it)) {
            before.push(FormerTag::new(post, tag, None));
            post_tags::insert(self.conn, post, [(tag, Origin::User)])?;
            self.log.post(post).add_tag(tag);
            is_changed = true;
        }
        for &tag in removed {
            if let Some(origin) = known.get(&tag)
                && *origin != Origin::RemovedByUser
            {
                before.push(FormerTag::new(post, tag, Some(*origin)));
                post_tags::set_origin(self.conn, post, tag, Origin::RemovedByUser)?;
                self.log.post(post).remove_tag(tag);
                is_changed = true;
            }
        }
        if is_changed {
            post::recount_tags(self.conn, post)?;
        }
        Ok(before)
    }

    /// Marks posts, and returns how those were marked that are marked otherwise now.
    pub(super) fn set_marks(
        &mut self,
        marks: &[(PostId, UserMark)],
    ) -> Result<Vec<(PostId, UserMark)>, EditError> {
        let mut before = Vec::new();
        for (id, mark) in marks {
            // Gone meanwhile, it needs no mark.
            let Some(row) = post::by_id(self.conn, *id)? else {
                continue;
            };
            let was = mark.of(&row);
            if was != *mark {
                let mut after = row;
                mark.put_on(&mut after);
                post::update(self.conn, *id, &after)?;
                self.log.post(*id);
                before.push((*id, was));
            }
        }
        Ok(before)
    }

    /// Changes the rows of posts; those that stay as they are don't count.
    pub(super) fn change_rows(
        &mut self,
        posts: &[PostId],
        change: impl Fn(&mut PostRow),
    ) -> Result<(), EditError> {
        for &id in posts {
            let before = self.row(id)?;
            let mut after = before.clone();
            change(&mut after);
            if after != before {
                post::update(self.conn, id, &after)?;
                self.log.post(id);
            }
        }
        Ok(())
    }

    pub(super) fn delete_posts(&mut self, posts: &[PostId]) -> Result<(), EditError> {
        for &id in &posts.iter().copied().collect::<BTreeSet<_>>() {
            self.remove_post(id, true)?;
        }
        Ok(())
    }

    /// Takes a post out, and bars imports from bringing it back where that is wanted.
    /// Returns the posts whose parent it was.
    pub(super) fn remove_post(
        &mut self,
        id: PostId,
        is_barred: bool,
    ) -> Result<Vec<PostId>, EditError> {
        let row = self.row(id)?;
        if is_barred && let Some(md5) = row.md5 {
            deleted_post::insert(self.conn, md5)?;
        }
        Ok(removal::remove_post(self.conn, &mut self.log, id, &row)?)
    }

    pub(super) fn allow_again(&self, pictures: &[Md5]) -> Result<(), EditError> {
        for &md5 in pictures {
            deleted_post::delete(self.conn, md5)?;
        }
        Ok(())
    }

    pub(super) fn row(&self, id: PostId) -> Result<PostRow, EditError> {
        let row = post::by_id(self.conn, id)?;
        Ok(row.ok_or(LibraryError::NoSuchPost { id })?)
    }
}
