//! Which pictures of a group are kept: the best one is suggested, the user ticks.

use crate::model::PostId;

use super::facts::best;
use super::review::Review;

impl Review {
    pub fn has_more_than_two(&self) -> bool {
        self.members.len() > 2
    }

    pub fn tick(&mut self, post: PostId) {
        self.has_chosen = true;
        if !self.ticked.remove(&post) {
            self.ticked.insert(post);
        }
    }

    pub fn posts(&self) -> Vec<PostId> {
        self.members.iter().map(|it| it.post).collect()
    }

    /// All but this one.
    pub fn without(&self, post: PostId) -> Vec<PostId> {
        let mut posts = self.posts();
        posts.retain(|it| *it != post);
        posts
    }

    /// The ticked one that gets the tags of those that go, and those; `None` where all
    /// or none are ticked.
    pub fn ticked_and_others(&self) -> Option<(PostId, Vec<PostId>)> {
        let mut posts = self.posts();
        let best = self.best.filter(|it| self.ticked.contains(it));
        let first = posts.iter().copied().find(|it| self.ticked.contains(it));
        posts.retain(|it| !self.ticked.contains(it));
        let keep = best.or(first)?;
        (!posts.is_empty()).then_some((keep, posts))
    }

    /// Marks the best one once all are known, and ticks it where nothing was ticked
    /// by hand.
    pub(super) fn suggest(&mut self) {
        let posts = self.posts();
        if posts.iter().any(|it| self.details(*it).is_none()) {
            return;
        }
        let known = posts
            .iter()
            .filter_map(|it| self.details(*it)?.as_ref().ok());
        self.best = best(known.map(Box::as_ref));
        if !self.has_chosen {
            self.ticked = self.best.into_iter().collect();
        }
    }
}
