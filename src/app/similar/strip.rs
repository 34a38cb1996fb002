//! The state of the strip of similar posts below an open one.

use eframe::egui;

use crate::app::link::Link;
use crate::app::theme;
use crate::app::wanted::WantedThumbnails;
use crate::message::{Generation, SimilarMode, SimilarQuery, SimilarSubject};
use crate::model::PostId;

use super::finder::Finder;

/// Pictures asked for.
const COUNT: usize = 24;
/// While posts are leafed through, nothing is asked: only once one of them rests
/// on screen for so long, seconds.
const REST_SECS: f64 = 0.12;

pub struct Strip {
    pub is_shown: bool,
    /// The open post has room for it: half of the window is the picture's.
    pub has_room: bool,
    pub finder: Finder,
    pub wanted: WantedThumbnails,
}

impl Default for Strip {
    fn default() -> Self {
        Self {
            is_shown: true,
            has_room: true,
            finder: Finder::default(),
            wanted: WantedThumbnails::default(),
        }
    }
}

impl Strip {
    /// Is about `post` from now on, which is on screen.
    pub fn follow(
        &mut self,
        ctx: &egui::Context,
        post: PostId,
        last_asked: &mut Generation,
        link: &mut Link,
    ) {
        let subject = SimilarSubject::Post(post);
        if self.finder.subject() != Some(&subject) {
            let mut query = SimilarQuery::new(subject, SimilarMode::Blended, COUNT);
            query.may_remember = true;
            self.finder.want(ctx, query, REST_SECS);
        }
        self.finder.ask(ctx, last_asked, link);
    }

    /// Shows it or hides it; hidden, it forgets everything.
    pub fn toggle(&mut self) {
        self.is_shown = !self.is_shown;
        self.close();
    }

    /// No post is open any more.
    pub fn close(&mut self) {
        self.finder.clear();
        self.wanted = WantedThumbnails::default();
    }

    /// Whether it is to be seen below an open post.
    pub fn is_visible(&self) -> bool {
        self.is_shown && self.has_room
    }

    /// Of all of it in a window of this height, points: less in a low one.
    pub fn height(window: f32) -> f32 {
        Self::edge(window) + theme::STRIP_AROUND
    }

    /// Of one of its cells, points.
    pub fn edge(window: f32) -> f32 {
        if window < theme::LOW_HEIGHT {
            theme::STRIP_EDGE_LOW
        } else {
            theme::STRIP_EDGE
        }
    }

    pub fn post(&self, index: usize) -> Option<PostId> {
        let found = self.finder.found.as_ref()?;
        found.at(index).map(|it| it.post)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Request, channel};

    #[test]
    fn leafing_through_asks_only_where_it_rests() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut last = Generation::default();
        let mut strip = Strip::default();
        let mut frame = |time: f64, post: u32| {
            ctx.begin_pass(egui::RawInput {
                time: Some(time),
                ..Default::default()
            });
            strip.follow(&ctx, PostId(post), &mut last, &mut link);
            let _ = ctx.end_pass();
        };
        for post in 1..6 {
            frame(f64::from(post) * REST_SECS / 2.0, post);
        }
        assert_eq!(engine.requests.len(), 0);
        frame(10.0, 5);
        frame(10.1, 5);
        let asked: Vec<Request> = engine.requests.try_iter().collect();
        assert!(
            matches!(&*asked, [Request::FindSimilar { query, .. }]
                if query.subject == SimilarSubject::Post(PostId(5))),
            "{asked:?}"
        );
    }
}
