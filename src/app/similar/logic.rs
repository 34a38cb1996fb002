//! Carries out what is asked about what is alike, and takes in the answers.

use crate::app::text;
use eframe::egui;

use crate::app::KobakoApp;
use crate::app::import_panel::Dialog;
use crate::app::view::View;
use crate::app::viewer::Place;
use crate::message::{EmbedReport, Notice, Request, SimilarResult, SimilarityState};
use crate::model::PostId;

use super::clipboard::from_text;
use super::finder::Failure;
use super::subject::{EXTENSIONS, Subject};
use super::{CameFrom, SimilarCommand};

impl KobakoApp {
    pub(in crate::app) fn carry_out_similar(
        &mut self,
        ctx: &egui::Context,
        command: SimilarCommand,
    ) {
        let page = &mut self.similar.page;
        match command {
            SimilarCommand::ToggleStrip => {
                self.similar.strip.toggle();
                self.grid.ask_again();
            }
            SimilarCommand::TogglePage => {
                let is_open = self.view == View::Similar && self.viewer.is_none();
                // With a post at hand, that is what is meant.
                match self.post_at_hand() {
                    Some(post) if !is_open => self.find_like(ctx, post),
                    _ => self.show(if is_open { View::Posts } else { View::Similar }),
                }
            }
            SimilarCommand::FindThis => {
                if let Some(post) = self.post_at_hand() {
                    self.find_like(ctx, post);
                }
            }
            SimilarCommand::FindFile(path) => {
                page.set_subject(ctx, Subject::File(path));
                self.show(View::Similar);
            }
            SimilarCommand::SetMode(mode) => page.set_mode(ctx, mode),
            SimilarCommand::SetMeasure(measure) => page.set_measure(ctx, measure),
            SimilarCommand::SetBlend(blend) => page.set_blend(ctx, blend),
            SimilarCommand::SetWithin(is_within) => {
                let query = self.search.current_query().trim();
                let within = (is_within && !query.is_empty()).then(|| query.to_owned());
                page.set_within(ctx, within);
            }
            SimilarCommand::Unfold(is_unfolded) => page.unfolds = Some(is_unfolded),
            SimilarCommand::ToggleWithin => {
                let is_within = page.within.is_some();
                self.carry_out_similar(ctx, SimilarCommand::SetWithin(!is_within));
            }
            SimilarCommand::ChooseFile => match Dialog::for_picture(ctx, &EXTENSIONS) {
                Ok(dialog) => page.dialog = Some(dialog),
                Err(err) => {
                    page.problem = Some(text::similar::dialog_cant_open(&err.to_string()));
                }
            },
            SimilarCommand::Paste => page.paste(ctx),
            SimilarCommand::PasteText(text) => page.take_pasted(ctx, from_text(&text)),
            SimilarCommand::PasteImage(image) => page.paste_image(ctx, image),
            SimilarCommand::Retry => {
                if self.viewer.is_some() {
                    self.similar.strip.finder.want_again(ctx);
                } else {
                    page.finder.want_again(ctx);
                }
            }
            SimilarCommand::OpenFound(index) => self.open(Place::Similar(index)),
            SimilarCommand::OpenSelected => {
                if let Some(index) = page.grid.selected() {
                    self.open(Place::Similar(index));
                }
            }
            SimilarCommand::OpenInStrip(index) => {
                if let Some(post) = self.similar.strip.post(index) {
                    self.follow_to(post);
                }
            }
            SimilarCommand::OpenPost(post) => self.open_post(post),
            SimilarCommand::GoBack => self.go_back(),
            SimilarCommand::Leave => self.leave_similar(),
            SimilarCommand::Embed(command) => self.link.send(Request::Embed(command)),
            SimilarCommand::Index(command) => self.link.send(Request::Index(command)),
            SimilarCommand::AskOff(asks) => self.similar.asks_off = asks,
        }
    }

    /// Opens the page with what is like `post`.
    fn find_like(&mut self, ctx: &egui::Context, post: PostId) {
        let subject = Subject::Post(post);
        if !self.similar.page.is_about(&subject.asked()) {
            self.similar.page.set_subject(ctx, subject);
        }
        // Posts that were found before are no longer the list of this one.
        let came_from = self.viewer.as_ref().map(|viewer| match self.view {
            View::Similar => CameFrom {
                view: View::Posts,
                post: viewer.post,
                trail: Vec::new(),
            },
            view => CameFrom {
                view,
                post: viewer.post,
                trail: viewer.trail.clone(),
            },
        });
        self.show(View::Similar);
        self.similar.came_from = came_from;
    }

    fn leave_similar(&mut self) {
        let Some(CameFrom { view, post, trail }) = self.similar.came_from.take() else {
            self.show(View::Posts);
            return;
        };
        self.show(view);
        self.open_post(post);
        if let Some(viewer) = &mut self.viewer {
            viewer.trail = trail;
        }
    }

    /// The post that a key speaks of: the open one, else the selected one.
    pub(in crate::app) fn post_at_hand(&self) -> Option<PostId> {
        if let Some(viewer) = &self.viewer {
            return Some(viewer.post);
        }
        match self.view {
            View::Posts => self.results.get(self.grid.selected()?),
            View::Similar => {
                let page = &self.similar.page;
                let found = page.finder.found.as_ref()?;
                found.at(page.grid.selected()?).map(|it| it.post)
            }
            View::Duplicates | View::Settings | View::Keys | View::SearchHelp | View::About => None,
        }
    }

    /// Opens a post of the strip, and remembers where that was.
    fn follow_to(&mut self, post: PostId) {
        let trail = self.viewer.as_ref().map(|viewer| {
            let mut trail = viewer.trail.clone();
            trail.push((viewer.place, viewer.post));
            trail
        });
        self.open_post(post);
        if let (Some(viewer), Some(trail)) = (&mut self.viewer, trail) {
            viewer.trail = trail;
        }
    }

    fn go_back(&mut self) {
        let Some((trail, (place, post))) = self.viewer.as_ref().and_then(|viewer| {
            let (last, before) = viewer.trail.split_last()?;
            Some((before.to_vec(), *last))
        }) else {
            return;
        };
        self.open_at(place, post);
        if let Some(viewer) = &mut self.viewer {
            viewer.trail = trail;
        }
    }

    /// Opens `post` in the list that is behind it, if it is there.
    pub(in crate::app) fn open_post(&mut self, post: PostId) {
        let hint = self.grid.selected().unwrap_or(0);
        let place = match self.view {
            View::Posts => self.results.position(post, hint).map(Place::Results),
            View::Similar
            | View::Duplicates
            | View::Settings
            | View::Keys
            | View::SearchHelp
            | View::About => None,
        };
        self.open_at(place.unwrap_or(Place::Alone), post);
    }

    pub(in crate::app) fn take_similar(&mut self, result: &SimilarResult) {
        if self.similar.strip.finder.answered(result) || !self.similar.page.answered(result) {
            return;
        }
        // An open post may be elsewhere in the list that is behind it now.
        if let Some(viewer) = &mut self.viewer
            && let Place::Similar(hint) = viewer.place
        {
            let index = self.similar.page.position(viewer.post, hint);
            viewer.place = index.map_or(Place::Alone, Place::Similar);
        }
    }

    pub(in crate::app) fn similar_failed(
        &mut self,
        generation: crate::message::Generation,
        message: String,
        way_out: Option<String>,
    ) {
        let failure = Failure { message, way_out };
        if !self.similar.strip.finder.failed(generation, &failure) {
            self.similar.page.failed(generation, &failure);
        }
    }

    pub(in crate::app) fn take_similarity(&mut self, ctx: &egui::Context, state: SimilarityState) {
        // Other measures count from now on.
        if self.similar.take_state(state) {
            self.similar.strip.finder.want_again(ctx);
            self.similar.page.finder.want_again(ctx);
        }
    }

    /// What the end of embedding is to be said of.
    pub(in crate::app) fn embedding_finished(&mut self, ctx: &egui::Context, report: &EmbedReport) {
        self.similar.probe(ctx);
        // More can be compared now.
        self.similar.strip.finder.want_again(ctx);
        self.similar.page.finder.want_again(ctx);
        let page = self.keymap.hint(text::FIND_SIMILAR_TITLE, "similar.page");
        if let Some(reason) = &report.stopped {
            self.notices.error(
                text::similar::embedding_stopped(reason),
                text::similar::says_what_is_missing(&page),
            );
            return;
        }
        if report.num_failed > 0 {
            let num_failed = report.num_failed;
            self.notices.push(Notice {
                is_error: false,
                message: text::similar::could_not_be_embedded(num_failed),
                way_out: Some(text::similar::tries_them_again(&page)),
            });
        }
    }

    /// Asks what strip and page are missing; takes in what dialogs answered.
    pub(in crate::app) fn follow_similar(&mut self, ctx: &egui::Context) {
        self.similar.page.take_answers(ctx);
        let is_page = self.view == View::Similar && self.viewer.is_none();
        if is_page {
            let query = self.search.current_query().trim();
            self.similar.page.follow_search(ctx, query);
        }
        self.similar.watch(ctx, is_page, &mut self.link);
        let similar = &mut self.similar;
        match &self.viewer {
            Some(viewer) if similar.strip.is_visible() => {
                let post = viewer.post;
                let last = &mut similar.last_asked;
                similar.strip.follow(ctx, post, last, &mut self.link);
            }
            Some(_) => {}
            None if is_page => similar
                .page
                .ask(ctx, &mut similar.last_asked, &mut self.link),
            None => {}
        }
    }

    /// Asks for the thumbnails of the strip, after those beside the open post.
    pub(in crate::app) fn ask_strip_thumbnails(&mut self) {
        let Some(viewer) = &self.viewer else {
            return;
        };
        let Some(found) = &self.similar.strip.finder.found else {
            return;
        };
        let beside = [0, 1, -1]
            .into_iter()
            .filter_map(|by| self.post_in(viewer.place.moved(by)?));
        let mut posts: Vec<PostId> = found.result.posts.iter().map(|it| it.post).collect();
        posts.extend(beside);
        self.similar
            .strip
            .wanted
            .ask(posts, &self.textures, &mut self.link);
    }
}
