//! Changes of posts that the user makes by hand, and what cells and lists show of posts.

use crate::engine::jobs::Edit;
use crate::engine::tag_cache::{Column, Flag};
use crate::library::LibraryError;
use crate::message::{EditOutcome, EditRequest, Event, Generation, PostEdit, PostFact, PostMarks};
use crate::model::PostId;

use super::Core;

/// Posts described at once, which takes a few milliseconds.
const MAX_DESCRIBED: usize = 100;

impl Core<'_> {
    /// Has looked for what the program was at when it was ended.
    pub(super) fn look_back(&mut self) -> Result<(), LibraryError> {
        if self.library.read_only().is_some() {
            return Ok(());
        }
        if !self.reader.leaving_posts()?.is_empty() {
            self.edit(Edit::LookForThrown);
        }
        // Only a window can take anything back.
        if self.places.has_recent() && self.reader.has_former_posts()? {
            self.edit(Edit::TakeFormer);
        }
        Ok(())
    }

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
            EditRequest::Stop => return self.edits.stop_running(),
            request => request,
        };
        self.edit(Edit::Posts(request));
    }

    /// An edit of posts ended.
    pub(super) fn posts_edited(&mut self, outcome: EditOutcome) {
        // How far it was is no news after that.
        self.outlet.tell_newest(Event::Edited(outcome), |it| {
            matches!(it, Event::EditProgress(_))
        });
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

    /// Of the pictures, as they were when they were imported.
    pub(super) fn tell_bytes(&mut self, generation: Generation, posts: &[PostId]) {
        let cache = self.cache.get();
        let sizes = posts
            .iter()
            .filter_map(|&post| cache.value(Column::FileSize, post));
        let bytes = sizes.sum::<f64>() as u64;
        self.outlet.tell(Event::Measured { generation, bytes });
    }

    pub(super) fn describe(&mut self, generation: Generation, posts: &[PostId], fact: PostFact) {
        let lines = posts
            .iter()
            .take(MAX_DESCRIBED)
            .filter_map(|&post| {
                let line = self.line(post, fact);
                line.unwrap_or_else(|err| {
                    tracing::warn!("post {post} can't be read: {err}");
                    None
                })
            })
            .collect();
        self.outlet.tell(Event::Described { generation, lines });
    }

    fn line(&self, post: PostId, fact: PostFact) -> Result<Option<String>, LibraryError> {
        Ok(match fact {
            PostFact::Path => {
                let path = self.reader.post_path(post)?;
                path.map(|it| it.display().to_string())
            }
            PostFact::Md5 => self.reader.post_md5(post)?.map(|it| it.to_string()),
            PostFact::Tags => {
                let tags = self.reader.post(post)?.map(|it| it.tags);
                let names = tags.map(|it| it.into_iter().map(|(_, name, _)| name));
                names.map(|it| it.collect::<Vec<_>>().join(" "))
            }
        })
    }
}
