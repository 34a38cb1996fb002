//! One question about what is alike: asked once it rests, asked again where
//! another took its place, answered up to twice.

use std::time::Duration;

use eframe::egui;

use crate::app::link::Link;
use crate::message::{Generation, Request, SimilarQuery, SimilarResult, SimilarSubject};

use super::found::Found;

/// A search is called one only after this long, seconds: most are over sooner.
const SLOW_SECS: f64 = 0.3;

/// Why nothing was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub message: String,
    pub way_out: Option<String>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    generation: Generation,
    /// Time of the frame, seconds.
    since: f64,
}

#[derive(Debug, Default)]
pub struct Finder {
    query: Option<SimilarQuery>,
    /// Asked at this time of a frame, unless another comes first.
    due: Option<f64>,
    asked: Option<Asked>,
    pub found: Option<Found>,
    pub failure: Option<Failure>,
}

fn now(ctx: &egui::Context) -> f64 {
    ctx.input(|input| input.time)
}

impl Finder {
    /// Wants an answer to `query`, asked after it has rested for `rest_secs`.
    /// What is shown of another subject goes; of the same one it stays until the
    /// answer comes.
    pub fn want(&mut self, ctx: &egui::Context, query: SimilarQuery, rest_secs: f64) {
        if self.subject() != Some(&query.subject) {
            self.found = None;
        }
        self.failure = None;
        self.asked = None;
        self.query = Some(query);
        self.due = Some(now(ctx) + rest_secs);
    }

    /// Wants an answer to the same query again.
    pub fn want_again(&mut self, ctx: &egui::Context) {
        if let Some(query) = self.query.clone() {
            self.want(ctx, query, 0.0);
        }
    }

    /// Wants nothing any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub fn subject(&self) -> Option<&SimilarSubject> {
        self.query.as_ref().map(|it| &it.subject)
    }

    /// Asks what is due. `last_asked` is the last question of this kind that
    /// anyone asked: the engine answers no other.
    pub fn ask(&mut self, ctx: &egui::Context, last_asked: &mut Generation, link: &mut Link) {
        let now = now(ctx);
        if let Some(asked) = self.asked
            && asked.generation != *last_asked
        {
            self.asked = None;
            self.due = Some(now);
        }
        let (Some(query), Some(due)) = (&self.query, self.due) else {
            return;
        };
        if due > now {
            ctx.request_repaint_after(Duration::from_secs_f64(due - now));
            return;
        }
        self.due = None;
        *last_asked = link.next_generation();
        self.asked = Some(Asked {
            generation: *last_asked,
            since: now,
        });
        link.send(Request::FindSimilar {
            generation: *last_asked,
            query: Box::new(query.clone()),
        });
    }

    /// Takes the answer, if it is to this question; `true` where it is.
    pub fn answered(&mut self, result: &SimilarResult) -> bool {
        if self.asked.map(|it| it.generation) != Some(result.generation) {
            return false;
        }
        // What was remembered and is as true as ever is the answer.
        if !result.is_remembered || !result.is_stale {
            self.asked = None;
        }
        self.found = Some(Found::new(result.clone()));
        true
    }

    pub fn failed(&mut self, generation: Generation, failure: &Failure) -> bool {
        if self.asked.map(|it| it.generation) != Some(generation) {
            return false;
        }
        self.asked = None;
        self.found = None;
        self.failure = Some(failure.clone());
        true
    }

    /// Whether an answer is being waited for.
    pub fn is_waiting(&self) -> bool {
        self.asked.is_some() || self.due.is_some()
    }

    /// Whether it has been waited for so long that it is to be said.
    pub fn is_slow(&self, ctx: &egui::Context) -> bool {
        let Some(asked) = self.asked else {
            return false;
        };
        let waited = now(ctx) - asked.since;
        if waited < SLOW_SECS {
            ctx.request_repaint_after(Duration::from_secs_f64(SLOW_SECS - waited));
        }
        waited >= SLOW_SECS
    }

    /// The engine stopped: nothing will be answered.
    pub fn abandon(&mut self) {
        self.asked = None;
        self.due = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{SimilarMode, channel};
    use crate::model::PostId;

    fn query(post: u32) -> SimilarQuery {
        SimilarQuery::new(SimilarSubject::Post(PostId(post)), SimilarMode::Blended, 10)
    }

    #[test]
    fn a_question_that_was_overtaken_is_asked_again() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut last = Generation::default();
        let mut strip = Finder::default();
        let mut page = Finder::default();
        page.want(&ctx, query(1), 0.0);
        page.ask(&ctx, &mut last, &mut link);
        page.ask(&ctx, &mut last, &mut link);
        assert_eq!(engine.requests.len(), 1, "asked once");
        strip.want(&ctx, query(2), 0.0);
        strip.ask(&ctx, &mut last, &mut link);
        page.ask(&ctx, &mut last, &mut link);
        assert_eq!(engine.requests.len(), 3);
        assert!(strip.is_waiting() && page.is_waiting());
    }

    #[test]
    fn the_true_answer_follows_one_that_is_out_of_date() {
        let ctx = egui::Context::default();
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut last = Generation::default();
        let mut finder = Finder::default();
        finder.want(&ctx, query(1), 0.0);
        finder.ask(&ctx, &mut last, &mut link);
        let mut result = SimilarResult {
            generation: last,
            is_remembered: true,
            is_stale: true,
            ..SimilarResult::default()
        };
        assert!(finder.answered(&result) && finder.is_waiting());
        result.is_remembered = false;
        assert!(finder.answered(&result) && !finder.is_waiting());
        assert!(!finder.answered(&result), "there is no third");
        finder.want(&ctx, query(2), 0.0);
        assert!(finder.found.is_none(), "it was like another post");
        finder.ask(&ctx, &mut last, &mut link);
        let fresh = SimilarResult {
            generation: last,
            is_remembered: true,
            ..SimilarResult::default()
        };
        assert!(finder.answered(&fresh) && !finder.is_waiting());
    }

    #[test]
    fn waits_until_the_question_rests() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut last = Generation::default();
        let mut finder = Finder::default();
        finder.want(&ctx, query(1), 5.0);
        finder.ask(&ctx, &mut last, &mut link);
        assert_eq!(engine.requests.len(), 0);
        assert!(finder.is_waiting() && !finder.is_slow(&ctx));
    }
}
