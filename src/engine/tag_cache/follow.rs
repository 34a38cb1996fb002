//! Follows what was committed: posts, tags and references that come, change and go.

use crate::library::Changes;
use crate::memory::{self, Component};
use crate::model::{Category, TagId};

use super::postings::PostingEdit;
use super::{MAX_EXTENDED, TagCache, category_of, storage};

impl TagCache {
    /// Follows a committed transaction.
    ///
    /// `added_tags` must be tags that the post did not have and `removed_tags`
    /// ones that it had, as the writer knows them.
    pub fn apply(&mut self, changes: &Changes) {
        let _scope = memory::scope(Component::TagCache);
        let Changes {
            commit,
            tags,
            merged_tags,
            removed_tags,
            aliases,
            posts,
            removed_posts,
            other_pictures: _,
        } = changes;
        self.change_bytes += changes.about_bytes();
        let mut edit = PostingEdit::default();
        for tag in tags {
            self.names.insert(tag.id, &tag.name);
            self.recategorize(tag.id, tag.category);
            self.set_extended_category(tag.id, tag.extended_category.as_deref());
        }
        for &(from, into) in merged_tags {
            self.merge_tags(from, into);
        }
        for &tag in removed_tags {
            self.remove_tag(tag);
        }
        for (alias, tag) in aliases {
            self.aliases.set(alias, *tag);
        }
        for post in posts {
            let id = post.columns.id;
            self.posts.put(&post.columns);
            for &tag in &post.added_tags {
                self.add_reference(&mut edit, tag, id.0);
            }
            for &tag in &post.removed_tags {
                self.remove_reference(&mut edit, tag, id.0);
            }
            if let Some(texts) = &post.texts {
                self.texts.put(id.0, texts);
            }
        }
        for post in removed_posts {
            for &tag in &post.tags {
                self.remove_reference(&mut edit, tag, post.id.0);
            }
            self.posts.remove(post.id);
            self.texts.remove(post.id.0);
        }
        self.commit(edit);
        self.commit = self.commit.max(*commit);
    }

    pub(super) fn add_reference(&mut self, edit: &mut PostingEdit, tag: TagId, post: u32) {
        self.set_count(tag, self.count(tag).saturating_add(1));
        let category = category_of(&self.categories, tag);
        self.posts.count_tag(post, category, true);
        edit.add(tag, post);
    }

    pub(super) fn remove_reference(&mut self, edit: &mut PostingEdit, tag: TagId, post: u32) {
        self.set_count(tag, self.count(tag).saturating_sub(1));
        let category = category_of(&self.categories, tag);
        self.posts.count_tag(post, category, false);
        edit.remove(tag, post);
    }

    pub(super) fn commit(&mut self, edit: PostingEdit) {
        self.postings.apply(edit, self.posts.universe());
    }

    /// Changes the category of a tag, and what its posts have of either.
    pub(super) fn recategorize(&mut self, tag: TagId, category: Category) {
        let before = category_of(&self.categories, tag);
        if before != category && self.count(tag) > 0 {
            let posts = &mut self.posts;
            self.postings.get(tag).for_each(|post| {
                posts.count_tag(post, before, false);
                posts.count_tag(post, category, true);
            });
        }
        self.set_category(tag, category);
    }

    pub(super) fn merge_tags(&mut self, from: TagId, into: TagId) {
        let both = self.postings.intersect(into, self.postings.get(from));
        let mut edit = PostingEdit::default();
        self.postings.get(from).for_each(|post| {
            self.remove_reference(&mut edit, from, post);
        });
        both.for_each(|post| self.posts.lose_tag(post));
        self.postings.get(from).minus(&both).for_each(|post| {
            self.add_reference(&mut edit, into, post);
        });
        self.aliases.redirect(from, into);
        self.commit(edit);
    }

    pub(super) fn remove_tag(&mut self, tag: TagId) {
        let mut edit = PostingEdit::default();
        self.postings.get(tag).for_each(|post| {
            self.remove_reference(&mut edit, tag, post);
            self.posts.lose_tag(post);
        });
        self.names.insert(tag, "");
        self.commit(edit);
    }

    pub(super) fn set_extended_category(&mut self, tag: TagId, name: Option<&str>) {
        let number = match name {
            None if self.extended.is_empty() => return,
            None => 0,
            Some(name) => match self.extended_names.iter().position(|it| it == name) {
                Some(at) => at as u8 + 1,
                None if self.extended_names.len() < MAX_EXTENDED => {
                    self.extended_names.push(name.to_owned());
                    self.extended_names.len() as u8
                }
                None => 0,
            },
        };
        storage::set(&mut self.extended, tag.index(), number);
    }

    pub(super) fn set_category(&mut self, tag: TagId, category: Category) {
        storage::set(&mut self.categories, tag.index(), category.number());
    }

    pub(super) fn set_count(&mut self, tag: TagId, count: u32) {
        storage::set(&mut self.counts, tag.index(), count);
    }
}
