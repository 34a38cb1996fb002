//! Changes of posts that the user makes by hand, and what cells and lists show of posts.

use crate::engine::jobs::Edit;
use crate::engine::tag_cache::Flag;
use crate::message::{EditOutcome, EditRequest, Event, Generation, PostEdit, PostMarks};
use crate::model::PostId;

use super::Core;

impl Core<'_> {
    pub(super) fn edit_posts(&mut self, request: EditRequest) {
        let request = match request {
            EditRequest::ToggleFavorite(posts) => {
                let cache = self.cache.get();
                let are_all = posts.iter().all(|&post| cache.has(Flag::Favorite, post));
                EditRequest::Do(PostEdit::SetFavorite {
                    posts,
                    is_favorite: !are_all,
                })
            }
            request => request,
        };
        self.edit(Edit::Posts(request));
    }

    /// An edit of posts ended.
    pub(super) fn posts_edited(&mut self, outcome: EditOutcome) {
        self.outlet.tell(Event::Edited(outcome));
    }

    /// Posts that are gone are left out.
    pub(super) fn tell_marks(&mut self, generation: Generation, posts: &[PostId]) {
        let cache = self.cache.get();
        let marks = posts
            .iter()
            .filter(|post| cache.contains(**post))
            .map(|&post| {
                let marks = PostMarks {
                    rating: cache.rating(post),
                    is_favorite: cache.has(Flag::Favorite, post),
                    is_animated: cache.has(Flag::Animated, post),
                    is_missing: cache.has(Flag::Missing, post) || !cache.has(Flag::HasFile, post),
                };
                (post, marks)
            })
            .collect();
        self.outlet
            .tell_newest(Event::Marks { generation, marks }, |it| {
                matches!(it, Event::Marks { .. })
            });
    }
}
