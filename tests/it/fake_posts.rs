//! What the made-up engine knows of its posts' marks, and how it changes them.

use std::collections::HashMap;

use kobako::message::{EditOutcome, EditRequest, Event, PostEdit, PostMarks};
use kobako::model::PostId;

#[derive(Default)]
pub struct FakePosts {
    /// Posts that are marked in any way.
    pub marks: HashMap<PostId, PostMarks>,
    /// The last change in words, and the marks before it.
    undo: Option<(String, HashMap<PostId, PostMarks>)>,
}

impl FakePosts {
    pub fn marks_of(&self, posts: &[PostId]) -> Vec<(PostId, PostMarks)> {
        let of = |post: &PostId| self.marks.get(post).copied().unwrap_or_default();
        posts.iter().map(|post| (*post, of(post))).collect()
    }

    /// Changes marks, as the engine does.
    pub fn edit(&mut self, request: EditRequest) -> Vec<Event> {
        let before = self.marks.clone();
        let outcome = match request {
            EditRequest::Do(PostEdit::Rate { posts, rating }) => {
                for post in &posts {
                    self.marks.entry(*post).or_default().rating = rating;
                }
                let rating = rating.map_or("none", |it| it.name());
                Ok(format!("{} posts rated {rating}", posts.len()))
            }
            EditRequest::Do(PostEdit::SetFavorite { posts, is_favorite }) => {
                for post in &posts {
                    self.marks.entry(*post).or_default().is_favorite = is_favorite;
                }
                Ok(format!("{} posts favourite: {is_favorite}", posts.len()))
            }
            EditRequest::Do(PostEdit::Remove { posts }) => {
                Ok(format!("{} posts taken out of the library", posts.len()))
            }
            EditRequest::Do(PostEdit::Trash { posts }) => {
                Ok(format!("{} posts in the trash", posts.len()))
            }
            EditRequest::ToggleFavorite(posts) => {
                let marks = self.marks_of(&posts);
                let is_favorite = !marks.iter().all(|it| it.1.is_favorite);
                let edit = PostEdit::SetFavorite { posts, is_favorite };
                return self.edit(EditRequest::Do(edit));
            }
            EditRequest::Undo => match self.undo.take() {
                Some((text, marks)) => {
                    self.marks = marks;
                    return vec![outcome(Ok(format!("Taken back: {text}")), None)];
                }
                None => Err("There is nothing to take back".to_owned()),
            },
            EditRequest::Stop => return Vec::new(),
            EditRequest::Redo => Err("There is nothing to do again".to_owned()),
        };
        if let Ok(text) = &outcome {
            self.undo = Some((text.clone(), before));
        }
        let undo = self.undo.as_ref().map(|it| it.0.clone());
        vec![self::outcome(outcome, undo)]
    }
}

fn outcome(outcome: Result<String, String>, undo: Option<String>) -> Event {
    Event::Edited(EditOutcome {
        outcome,
        undo,
        redo: None,
    })
}
