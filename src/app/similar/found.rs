//! What was found to be alike, as the grid and the strip show it.

use crate::app::command::Command;
use crate::app::grid::Cells;
use crate::app::text;
use crate::message::{SimilarMode, SimilarPost, SimilarResult};
use crate::model::PostId;

use super::SimilarCommand;

#[derive(Debug)]
pub struct Found {
    pub result: SimilarResult,
}

impl Found {
    pub fn new(result: SimilarResult) -> Self {
        Self { result }
    }

    pub fn at(&self, index: usize) -> Option<&SimilarPost> {
        self.result.posts.get(index)
    }

    /// `48 similar posts in 2.4 ms, the index was loaded in 32 ms`
    pub fn summary(&self) -> String {
        let num = self.result.posts.len() as u64;
        if self.result.is_remembered {
            return text::similar::found(num);
        }
        let elapsed = text::elapsed(self.result.elapsed_us);
        match self.result.loaded_index_ms {
            Some(ms) => {
                let us = (ms * 1000.0).max(0.0) as u64;
                text::similar::found_and_loaded(num, &elapsed, &text::elapsed(us))
            }
            None => text::similar::found_in(num, &elapsed),
        }
    }
}

/// `0.87`
pub fn score_text(post: &SimilarPost) -> String {
    format!("{:.2}", post.score)
}

/// What the score is made of: `cosine 0.91 · 4 of 64 bits differ · tags 0.45`
pub fn measures_text(post: &SimilarPost) -> String {
    let SimilarPost {
        post: _,
        score,
        semantic,
        distance,
        tags,
    } = post;
    let mut parts = vec![text::similar::score(*score)];
    parts.extend(semantic.as_ref().map(|it| text::similar::cosine(*it)));
    parts.extend(distance.map(text::similar::bits_differ));
    parts.extend(tags.map(text::similar::tags_alike));
    parts.join(" · ")
}

/// The mode as a person calls it, and what it compares.
pub fn mode_name(mode: SimilarMode) -> (&'static str, &'static str) {
    match mode {
        SimilarMode::Blended => (text::similar::BLENDED, text::similar::ALL_THREE_WEIGHTED),
        SimilarMode::Semantic => (text::similar::SEMANTIC, text::similar::SEMANTIC_EXPLAINED),
        SimilarMode::Visual => (text::similar::VISUAL, text::similar::VISUAL_EXPLAINED),
        SimilarMode::Tags => (text::similar::TAGS, text::similar::TAGS_IN_COMMON),
    }
}

impl Cells for Found {
    fn len(&self) -> usize {
        self.result.posts.len()
    }

    fn get(&self, index: usize) -> Option<PostId> {
        self.at(index).map(|it| it.post)
    }

    fn position(&self, post: PostId, hint: usize) -> Option<usize> {
        if self.get(hint) == Some(post) {
            return Some(hint);
        }
        self.result.posts.iter().position(|it| it.post == post)
    }

    fn title(&self) -> String {
        let num_posts = self.result.posts.len() as u64;
        text::similar::found(num_posts)
    }

    fn score(&self, index: usize) -> Option<String> {
        self.at(index).map(score_text)
    }

    fn hint(&self, index: usize) -> Option<String> {
        self.at(index).map(measures_text)
    }

    fn open(&self, index: usize) -> Command {
        Command::Similar(SimilarCommand::OpenFound(index))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_say_only_what_is_known() {
        let mut post = SimilarPost {
            post: PostId(1),
            score: 0.8711,
            semantic: Some(0.91),
            distance: Some(1),
            tags: None,
        };
        assert_eq!(
            measures_text(&post),
            "score 0.871 · cosine 0.910 · 1 of 64 bits differs"
        );
        post.semantic = None;
        post.distance = None;
        assert_eq!(measures_text(&post), "score 0.871");
    }

    #[test]
    fn the_summary_tells_searching_from_loading() {
        let result = SimilarResult {
            elapsed_us: 2400,
            loaded_index_ms: Some(32.0),
            ..SimilarResult::default()
        };
        assert_eq!(
            Found::new(result).summary(),
            "0 similar posts in 2.4 ms, the index was loaded in 32.0 ms"
        );
    }
}
