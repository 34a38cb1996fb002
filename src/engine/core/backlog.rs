//! Committed changes that the tag cache has not followed yet, cut into slices
//! so that a large one never keeps a request waiting.

use std::collections::VecDeque;

use crate::library::Changes;

/// Posts in a slice; well below a millisecond to apply.
const SLICE_POSTS: usize = 64;

/// A tag that changes its category touches all of its posts.
const SLICE_TAGS: usize = 16;
const SLICE_ALIASES: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Backlog {
    slices: VecDeque<Changes>,
}

impl Backlog {
    pub fn push(&mut self, changes: Changes) {
        // In the order in which they apply: tags first, since posts name them.
        let Changes {
            commit,
            tags,
            merged_tags,
            removed_tags,
            aliases,
            posts,
            removed_posts,
            // The window's, and none of the cache's.
            other_pictures: _,
        } = changes;
        self.cut(tags, SLICE_TAGS, |it| &mut it.tags);
        // Each touches all posts of a tag.
        self.cut(merged_tags, 1, |it| &mut it.merged_tags);
        self.cut(removed_tags, 1, |it| &mut it.removed_tags);
        self.cut(aliases, SLICE_ALIASES, |it| &mut it.aliases);
        self.cut(posts, SLICE_POSTS, |it| &mut it.posts);
        self.cut(removed_posts, SLICE_POSTS, |it| &mut it.removed_posts);
        // A commit is followed only once all of it is.
        match self.slices.back_mut() {
            Some(last) if last.commit == 0 => last.commit = commit,
            _ => self.slices.push_back(Changes {
                commit,
                ..Changes::default()
            }),
        }
    }

    fn cut<T>(&mut self, all: Vec<T>, num: usize, part: impl Fn(&mut Changes) -> &mut Vec<T>) {
        let mut all = all.into_iter().peekable();
        while all.peek().is_some() {
            let mut slice = Changes::default();
            part(&mut slice).extend(all.by_ref().take(num));
            self.slices.push_back(slice);
        }
    }

    pub fn pop(&mut self) -> Option<Changes> {
        self.slices.pop_front()
    }

    pub fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::{PostChange, PostColumns, RemovedPost, TagChange};
    use crate::model::{Category, PostId, TagId};

    fn change(id: u32) -> PostChange {
        PostChange {
            is_new: true,
            columns: PostColumns {
                id: PostId(id),
                md5: None,
                format: None,
                width: 0,
                height: 0,
                file_size: 0,
                is_animated: false,
                has_alpha: false,
                is_missing: false,
                is_favorite: false,
                has_source: false,
                has_text: false,
                num_files: 0,
                parent: None,
                rating: None,
                score: None,
                fav_count: None,
                created_at: None,
                imported_at: 0,
                phash: None,
                num_tags: 0,
            },
            added_tags: Vec::new(),
            removed_tags: Vec::new(),
            texts: None,
        }
    }

    #[test]
    fn slices_keep_everything_in_order_with_tags_first() {
        for num_posts in [0, 1, 64, 65, 1000] {
            let changes = Changes {
                commit: 9,
                tags: vec![TagChange {
                    id: TagId(1),
                    name: "a".to_owned(),
                    category: Category::General,
                    extended_category: None,
                }],
                merged_tags: vec![(TagId(2), TagId(3))],
                removed_tags: vec![TagId(4)],
                aliases: vec![("b".to_owned(), Some(TagId(1)))],
                posts: (0..num_posts).map(change).collect(),
                removed_posts: vec![RemovedPost {
                    id: PostId(7),
                    tags: Vec::new(),
                }],
                other_pictures: Vec::new(),
            };
            let mut backlog = Backlog::default();
            backlog.push(changes.clone());
            let mut whole = Changes::default();
            while let Some(slice) = backlog.pop() {
                assert!(slice.posts.len() <= SLICE_POSTS);
                assert!(slice.tags.is_empty() || whole.posts.is_empty());
                assert_eq!(whole.commit, 0);
                assert_eq!(slice.commit == 9, backlog.is_empty());
                whole.commit = slice.commit;
                whole.tags.extend(slice.tags);
                whole.merged_tags.extend(slice.merged_tags);
                whole.removed_tags.extend(slice.removed_tags);
                whole.aliases.extend(slice.aliases);
                whole.posts.extend(slice.posts);
                whole.removed_posts.extend(slice.removed_posts);
            }
            assert_eq!(whole, changes);
        }
    }
}
