//! What a transaction changes, gathered while it runs.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::{Changes, PostChange, RemovedPost, TagChange, post, texts};
use crate::model::{PostId, TagId};

/// Becomes the [`Changes`] of the transaction, with everything as it is then.
#[derive(Debug, Default)]
pub(super) struct ChangeLog {
    tags: BTreeMap<TagId, TagChange>,
    merged_tags: Vec<(TagId, TagId)>,
    removed_tags: BTreeSet<TagId>,
    aliases: BTreeMap<String, Option<TagId>>,
    posts: BTreeMap<PostId, PostLog>,
    removed_posts: BTreeMap<PostId, RemovedPost>,
}

/// What happened to one post.
#[derive(Debug, Default)]
pub(super) struct PostLog {
    pub is_new: bool,
    /// Its paths, its text or its sources are others now.
    pub has_new_texts: bool,
    /// Its picture is another one, and it is not new.
    pub has_other_picture: bool,
    added_tags: BTreeSet<TagId>,
    removed_tags: BTreeSet<TagId>,
}

impl PostLog {
    pub fn add_tag(&mut self, tag: TagId) {
        if !self.removed_tags.remove(&tag) {
            self.added_tags.insert(tag);
        }
    }

    pub fn remove_tag(&mut self, tag: TagId) {
        if !self.added_tags.remove(&tag) {
            self.removed_tags.insert(tag);
        }
    }
}

impl ChangeLog {
    /// A tag is new, or its name or category is another.
    pub fn put_tag(&mut self, tag: TagChange) {
        self.tags.insert(tag.id, tag);
    }

    /// `from` is no tag any more, and its posts have `into`.
    pub fn merge_tags(&mut self, from: TagId, into: TagId) {
        self.merged_tags.push((from, into));
        self.removed_tags.insert(from);
    }

    pub fn remove_tag(&mut self, tag: TagId) {
        self.removed_tags.insert(tag);
    }

    /// `alias` stands for `tag` now, or for nothing.
    pub fn put_alias(&mut self, alias: String, tag: Option<TagId>) {
        self.aliases.insert(alias, tag);
    }

    /// A column of the post is another, or what is done to the answer.
    pub fn post(&mut self, id: PostId) -> &mut PostLog {
        self.posts.entry(id).or_default()
    }

    pub fn remove_post(&mut self, id: PostId, tags: Vec<TagId>) {
        self.removed_posts.insert(id, RemovedPost { id, tags });
    }

    /// With posts as they are now.
    pub fn into_changes(self, conn: &Connection) -> rusqlite::Result<Changes> {
        let Self {
            mut tags,
            merged_tags,
            removed_tags,
            aliases,
            posts,
            removed_posts,
        } = self;
        tags.retain(|id, _| !removed_tags.contains(id));
        let mut changes = Changes {
            commit: 0,
            tags: tags.into_values().collect(),
            merged_tags,
            removed_tags: removed_tags.into_iter().collect(),
            aliases: aliases.into_iter().collect(),
            posts: Vec::with_capacity(posts.len()),
            removed_posts: removed_posts.into_values().collect(),
            other_pictures: Vec::new(),
        };
        for (id, log) in posts {
            let PostLog {
                is_new,
                has_new_texts,
                has_other_picture,
                added_tags,
                removed_tags,
            } = log;
            let Some(row) = post::by_id(conn, id)? else {
                continue;
            };
            let texts = if is_new || has_new_texts {
                Some(texts::of_post(conn, id)?)
            } else {
                None
            };
            if has_other_picture {
                changes.other_pictures.push(id);
            }
            changes.posts.push(PostChange {
                is_new,
                columns: row.into_columns(id),
                added_tags: added_tags.into_iter().collect(),
                removed_tags: removed_tags.into_iter().collect(),
                texts,
            });
        }
        Ok(changes)
    }
}
