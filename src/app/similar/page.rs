//! The state of the Find-similar page.

use crate::app::text;
use std::sync::Arc;

use eframe::egui::{self, TextureOptions};

use crate::app::grid::{Cells as _, GridState};
use crate::app::import_panel::Dialog;
use crate::app::link::Link;
use crate::app::search::Taken;
use crate::app::textures::TextureCache;
use crate::message::{
    Blend, Generation, SimilarMode, SimilarQuery, SimilarResult, SimilarSubject, TagMeasure,
};

use crate::model::PostId;

use super::clipboard::{Paste, Pasted};
use super::finder::{Failure, Finder};
use super::subject::Subject;

/// Pictures asked for.
const COUNT: usize = 200;
/// A weight that is being dragged is asked about once it rests this long, seconds.
const DRAG_REST_SECS: f64 = 0.15;

#[derive(Default)]
pub struct SimilarPage {
    pub subject: Option<Subject>,
    pub mode: SimilarMode,
    pub measure: TagMeasure,
    pub blend: Blend,
    /// The query that restricts the search, where one does.
    pub within: Option<String>,
    pub finder: Finder,
    pub grid: GridState,
    pub dialog: Option<Dialog>,
    pub paste: Option<Paste>,
    /// Why there is no subject, or no other one.
    pub problem: Option<String>,
    /// In a low window, whether what is asked stands in the place of what was found:
    /// as was wished, else while there is nothing to find.
    pub unfolds: Option<bool>,
}

impl SimilarPage {
    pub fn set_subject(&mut self, ctx: &egui::Context, subject: Subject) {
        self.problem = None;
        self.unfolds = None;
        self.grid.reset();
        if let Subject::Post(post) = subject {
            self.grid.want_also(post);
        }
        self.subject = Some(subject);
        self.want(ctx, 0.0);
    }

    pub fn set_mode(&mut self, ctx: &egui::Context, mode: SimilarMode) {
        if self.mode != mode {
            self.mode = mode;
            self.want(ctx, 0.0);
        }
    }

    pub fn set_measure(&mut self, ctx: &egui::Context, measure: TagMeasure) {
        self.measure = measure;
        self.want(ctx, 0.0);
    }

    pub fn set_blend(&mut self, ctx: &egui::Context, blend: Blend) {
        self.blend = blend;
        self.want(ctx, DRAG_REST_SECS);
    }

    pub fn set_within(&mut self, ctx: &egui::Context, within: Option<String>) {
        self.within = within;
        self.want(ctx, 0.0);
    }

    /// What is searched has changed: where only that is looked through, so does this.
    pub fn follow_search(&mut self, ctx: &egui::Context, query: &str) {
        if self.within.as_deref().is_some_and(|it| it != query) {
            self.set_within(ctx, (!query.is_empty()).then(|| query.to_owned()));
        }
    }

    /// Whether a low window shows what is asked, and not what was found.
    pub fn is_unfolded(&self) -> bool {
        self.unfolds.unwrap_or(self.subject.is_none())
    }

    /// Asks for what is like the subject, as the page says now.
    fn want(&mut self, ctx: &egui::Context, rest_secs: f64) {
        let Some(subject) = &self.subject else {
            return;
        };
        let query = SimilarQuery {
            within: self.within.clone(),
            tag_measure: self.measure,
            blend: self.blend,
            may_remember: matches!(subject, Subject::Post(_)),
            ..SimilarQuery::new(subject.asked(), self.mode, COUNT)
        };
        self.finder.want(ctx, query, rest_secs);
    }

    /// Whether this is what is asked about already.
    pub fn is_about(&self, subject: &SimilarSubject) -> bool {
        self.finder.subject() == Some(subject)
    }

    pub fn take_pasted(&mut self, ctx: &egui::Context, pasted: Result<Pasted, String>) {
        match pasted {
            Ok(Pasted::Picture { pixels, thumbnail }) => {
                let texture = ctx.load_texture("pasted", thumbnail, TextureOptions::LINEAR);
                let subject = Subject::Pasted {
                    pixels,
                    thumbnail: texture,
                };
                self.set_subject(ctx, subject);
            }
            Ok(Pasted::File(path)) => self.set_subject(ctx, Subject::File(path)),
            Err(problem) => self.problem = Some(problem),
        }
    }

    /// Looks for a picture in the clipboard.
    pub fn paste(&mut self, ctx: &egui::Context) {
        if self.paste.is_none() {
            self.begin_paste(Paste::of_clipboard(ctx));
        }
    }

    pub fn paste_image(&mut self, ctx: &egui::Context, image: Arc<egui::ColorImage>) {
        self.begin_paste(Paste::of_image(ctx, image));
    }

    fn begin_paste(&mut self, paste: std::io::Result<Paste>) {
        match paste {
            Ok(paste) => {
                self.problem = None;
                self.paste = Some(paste);
            }
            Err(err) => {
                self.problem = Some(text::similar::clipboard_cant_be_read(&err.to_string()));
            }
        }
    }

    /// Takes in what the file dialog and the clipboard answered meanwhile.
    pub fn take_answers(&mut self, ctx: &egui::Context) {
        if let Some(answer) = self.paste.as_ref().and_then(Paste::answer) {
            self.paste = None;
            self.take_pasted(ctx, answer);
        }
        let Some(dialog) = &self.dialog else {
            return;
        };
        let Some(files) = dialog.answer() else {
            return;
        };
        let was_never_seen = dialog.was_never_seen();
        self.dialog = None;
        match files.into_iter().next() {
            Some(file) => self.set_subject(ctx, Subject::File(file)),
            None if was_never_seen => {
                self.problem = Some(text::similar::NO_FILE_DIALOG.to_owned());
            }
            None => {}
        }
    }

    pub fn ask(&mut self, ctx: &egui::Context, last_asked: &mut Generation, link: &mut Link) {
        self.finder.ask(ctx, last_asked, link);
    }

    /// The post at `index` of what was found.
    pub fn post(&self, index: usize) -> Option<PostId> {
        self.finder.found.as_ref()?.at(index).map(|it| it.post)
    }

    pub fn num_found(&self) -> usize {
        let found = self.finder.found.as_ref();
        found.map_or(0, |it| it.result.posts.len())
    }

    /// Where `post` is in what was found.
    pub fn position(&self, post: PostId, hint: usize) -> Option<usize> {
        self.finder.found.as_ref()?.position(post, hint)
    }

    /// The post at `index` is open.
    pub fn opened(&mut self, index: usize, textures: &TextureCache, link: &mut Link) {
        if let Some(found) = &self.finder.found {
            self.grid.select(index, found);
            self.grid.ask_around(index, found, textures, link);
        }
    }

    pub fn answered(&mut self, result: &SimilarResult) -> bool {
        let had_any = self.finder.found.is_some();
        if let Some(found) = &self.finder.found {
            self.grid.results_change(found);
        }
        if !self.finder.answered(result) {
            return false;
        }
        if let Some(found) = &self.finder.found {
            // Of the same subject, the selection stays on its post.
            self.grid.results_changed(found, Taken::Replaced, had_any);
        }
        true
    }

    pub fn failed(&mut self, generation: Generation, failure: &Failure) -> bool {
        self.finder.failed(generation, failure)
    }
}
