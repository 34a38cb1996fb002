//! Takes in what the engine tells, and carries out commands. No painting.

use std::time::{Duration, Instant};

use crossbeam_channel::TryRecvError;
use eframe::egui;

use crate::message::{Event, Notice, Request, ShowRequest};
use crate::model::PostId;

use super::KobakoApp;
use super::command::Command;
use super::import_panel::Dialog;
use super::search::{Taken, with_order, with_tag, without_tag};
use super::sort_ui::sort_menu_id;
use super::text;
use super::view::View;
use super::viewer::{Place, Viewer};
use super::window::EngineState;

/// Events are taken in for at most this long in one frame.
const DRAIN_TIME: Duration = Duration::from_millis(4);

/// After which requests that found no room are tried again.
const FLUSH_DELAY: Duration = Duration::from_millis(20);

impl KobakoApp {
    /// Takes in events, for a few milliseconds; asks for another frame where
    /// more wait.
    pub(super) fn take_events(&mut self, ctx: &egui::Context) {
        let start = Instant::now();
        self.tell_given();
        loop {
            match self.link.events.try_recv() {
                Ok(event) => self.take_event(ctx, event),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.engine_lost();
                    break;
                }
            }
            if start.elapsed() > DRAIN_TIME {
                ctx.request_repaint();
                break;
            }
        }
        self.textures.publish();
        self.grid.publish();
        self.notices.pass(ctx);
        self.take_dialog();
        self.follow_side_bar();
        self.follow_libraries();
        if self.engine == EngineState::Ready {
            self.follow_similar(ctx);
            self.follow_duplicates(ctx);
            self.follow_viewer(ctx);
            self.follow_trash();
            self.follow_tagger();
        }
        if self.engine == EngineState::Ready
            && let Some(wait) = self
                .search
                .refresh(self.grid.is_full(self.results.len()), &mut self.link)
        {
            ctx.request_repaint_after(wait);
        }
        if !self.link.flush() {
            ctx.request_repaint_after(FLUSH_DELAY);
        }
    }

    fn take_event(&mut self, ctx: &egui::Context, event: Event) {
        match event {
            Event::Ready(library) => {
                self.search.library_is(&library);
                self.library = library;
                self.engine = EngineState::Ready;
                let place = self.tabs.active_place();
                self.restore(place);
                self.restore_panels();
                self.follow_settings();
                self.link.send(Request::ListSearches);
            }
            Event::LibraryChanged(library) => {
                // Outside of an import, posts come and go because a person wanted that.
                let is_asked =
                    self.import.jobs.is_empty() && library.num_posts != self.library.num_posts;
                let is_same_size = library.num_posts == self.library.num_posts;
                self.search.library_is(&library);
                self.library = library;
                self.library_changed(is_same_size);
                if is_asked {
                    self.search.want_refresh();
                }
            }
            Event::OtherPictures(posts) => {
                self.textures.forget(&posts);
                self.ask_thumbnails_again();
                if let Some(viewer) = &mut self.viewer {
                    viewer.forget_pictures(&posts, &mut self.link);
                }
            }
            Event::Results(batch) => {
                let Some(is_refresh) =
                    self.search
                        .answered(batch.generation, batch.is_last, batch.summary.clone())
                else {
                    return;
                };
                let is_asked = !is_refresh && !self.tabs.is_restoring();
                if is_asked && batch.offset == 0 && self.library.read_only.is_none() {
                    self.search.remember(&mut self.link);
                }
                if batch.is_last && is_refresh {
                    self.grid.results_change(&self.results);
                }
                let taken = self.results.take(&batch, is_refresh);
                self.grid.results_changed(&self.results, taken, is_refresh);
                if !is_refresh {
                    self.link.gone.forget_back();
                } else if taken == Taken::Replaced {
                    self.grid.select_back(&mut self.link.gone, &self.results);
                }
                if !is_refresh {
                    self.restore_place(batch.offset == 0, batch.is_last);
                }
                self.viewer_follows_results();
            }
            Event::SearchFailed { generation, error } => self.search.failed(generation, error),
            Event::Completions {
                generation,
                replace,
                items,
            } => {
                if let Some(items) = self.tags_completed(generation, &replace, items) {
                    self.search
                        .completed(generation, replace, items, &mut self.link);
                }
            }
            Event::Searches { saved, recent } => {
                self.search.take_kept(saved, recent, &mut self.link);
            }
            Event::Thumbnail { post, thumbnail } => self.textures.arrive(post, thumbnail),
            Event::LargerThumbnail { post, edge, pixels } => {
                self.textures.arrive_larger(post, edge, pixels);
            }
            Event::Post {
                generation,
                details,
            } => {
                if !self.take_preview_details(generation, &details)
                    && !self.presenting.take_details(generation, &details)
                    && !self.duplicates.take_details(generation, &details)
                    && let Some(viewer) = &mut self.viewer
                {
                    viewer.take_details(generation, details);
                }
            }
            Event::Picture {
                generation,
                post: _,
                picture,
            } => {
                let Some(picture) = self.take_preview_picture(ctx, generation, picture) else {
                    return;
                };
                let picture = self.presenting.take_picture(ctx, generation, picture);
                let picture =
                    picture.and_then(|it| self.duplicates.take_picture(ctx, generation, it));
                if let (Some(viewer), Some(picture)) = (&mut self.viewer, picture) {
                    viewer.take_picture(ctx, generation, picture);
                }
                self.share_textures();
            }
            Event::ImportStarted { job } => self.import.started(job),
            Event::ImportProgress { job, progress } => self.import.progressed(job, progress),
            Event::ImportFinished { job, report } => self.import_finished(ctx, job, report),
            Event::Failures(failures) => {
                if self.import.failures.is_some() {
                    self.import.failures = Some(failures);
                }
            }
            Event::Memory(news) => self.memory_panel.take_news(news),
            Event::GiveBack {
                generation,
                cache,
                bytes,
            } => self.give_back(ctx, generation, cache, bytes),
            Event::Similar(result) => self.take_similar(&result),
            Event::SimilarFailed {
                generation,
                message,
                way_out,
            } => self.similar_failed(generation, message, way_out),
            Event::Similarity(state) => self.take_similarity(ctx, *state),
            Event::EmbedFinished(report) => self.embedding_finished(ctx, &report),
            Event::DuplicateProgress { generation, share } => {
                self.duplicates.progressed(generation, share);
            }
            Event::Duplicates { generation, groups } => {
                if self.duplicates.found(generation, groups) {
                    self.share_textures();
                }
            }
            Event::DuplicateDecided { outcome, undo } => self.take_decided(outcome, undo),
            Event::EditProgress(progress) => self.edit_progress = Some(progress),
            Event::Edited(outcome) => self.take_edited(outcome),
            Event::Marks { generation, marks } => self.take_marks(generation, &marks),
            Event::Measured { generation, bytes } => self.take_measured(generation, bytes),
            Event::Described { generation, lines } => {
                self.take_described(ctx, generation, lines);
            }
            Event::TagCounts {
                generation,
                num_posts,
                tags,
            } => self.take_tag_counts(generation, num_posts, tags),
            Event::Tagging(event) => self.take_tagging(event),
            Event::Places(event) => self.take_places(event),
            Event::Settings(event) => self.take_settings(ctx, event),
            Event::Show(event) => self.take_shown(ctx, event),
            Event::TextureLimit(bytes) => self.limit_textures(bytes),
            Event::Released(released) => self.memory_panel.take_released(released),
            Event::Notice(notice) => self.notices.push(notice),
            Event::Stopped => self.engine_stopped(),
        }
    }

    /// `is_same_size` says that no post came or went.
    fn library_changed(&mut self, is_same_size: bool) {
        self.library_version += 1;
        // What was rated here is seen already, and moves nothing where it is not searched.
        let is_only_marked = self.link.take_is_only_marked();
        let is_import = !self.import.jobs.is_empty();
        if !(is_only_marked && is_same_size) || is_import || self.search.asks_marks() {
            self.search.library_changed();
        }
        self.grid.library_changed();
        self.similar.page.grid.library_changed();
        self.tags_changed();
        self.follow_at_rest();
        if let Some(viewer) = &mut self.viewer {
            viewer.refresh_details(&mut self.link);
        }
        self.duplicates.refresh_details();
    }

    /// The result follows the library by itself where no import will change it
    /// again at once, and where it is seen from its start.
    pub(super) fn follow_at_rest(&mut self) {
        if self.import.jobs.is_empty() && self.search.num_new().is_some() && self.grid.is_at_top() {
            self.search.want_refresh();
        }
    }

    /// The channel broke without a word: the engine's thread is gone.
    fn engine_lost(&mut self) {
        if self.engine != EngineState::Stopped {
            self.notices.push(Notice {
                is_error: true,
                message: text::ENGINE_STOPPED.to_owned(),
                way_out: Some(text::STOPPED_WAY_OUT.to_owned()),
            });
            self.engine_stopped();
        }
    }

    fn engine_stopped(&mut self) {
        self.engine = EngineState::Stopped;
        self.search.abandon();
        self.import.abandon();
        self.similar.abandon();
        self.duplicates.abandon();
    }

    /// Keeps the open post where it is in a changed result.
    fn viewer_follows_results(&mut self) {
        if let Some(viewer) = &mut self.viewer
            && let Place::Results(hint) = viewer.place
            && let Some(index) = self.results.position(viewer.post, hint)
        {
            viewer.place = Place::Results(index);
        }
    }

    /// Does what the keyboard, the mouse or a button asked for.
    pub(super) fn carry_out(&mut self, ctx: &egui::Context, commands: Vec<Command>) {
        if commands.is_empty() {
            return;
        }
        for command in commands {
            self.carry_out_one(ctx, command);
        }
        ctx.request_repaint();
    }

    fn carry_out_one(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::Search(query) => {
                self.search.text.clone_from(&query);
                self.show(View::Posts);
                self.go(query);
            }
            Command::SearchTyped => {
                self.show(View::Posts);
                self.go(self.search.text.trim().to_owned());
            }
            Command::AddTag(tag) => {
                let query = with_tag(self.search.current_query(), &tag);
                self.carry_out_one(ctx, Command::Search(query));
            }
            Command::ExcludeTag(tag) => {
                let query = without_tag(self.search.current_query(), &tag);
                self.carry_out_one(ctx, Command::Search(query));
            }
            Command::FocusSearch => self.search.focus_for_more(),
            Command::SortBy(order) => {
                let query = with_order(self.search.current_query(), order);
                self.carry_out_one(ctx, Command::Search(query));
            }
            Command::OpenSort => egui::Popup::open_id(ctx, sort_menu_id()),
            Command::NameSearch => {
                let query = self.search.text.trim();
                self.search.kept.name_query(query);
            }
            Command::RenameSaved(name) => self.search.kept.rename(name),
            Command::FinishNaming => self.search.kept.finish_naming(&mut self.link),
            Command::CancelNaming => self.search.kept.naming = None,
            Command::RemoveSaved(name) => self.link.send(Request::RemoveSavedSearch { name }),
            Command::UnsaveSearch => {
                let query = self.search.text.trim();
                self.search.kept.unsave(query, &mut self.link);
            }
            Command::ForgetHistory => self.link.send(Request::ForgetHistory),
            Command::Back => {
                if let Some(command) = self.what_back_closes() {
                    self.carry_out_one(ctx, command);
                }
            }
            Command::TogglePalette => self.palette.toggle(),
            Command::OpenMenu => self.opens_menu = true,
            Command::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
            Command::Refresh => {
                self.search.want_refresh();
                self.side_bar.look_again();
            }
            Command::ShowNew => {
                self.grid.scroll_to_top();
                self.search.want_refresh();
            }
            Command::Open(index) => self.open(Place::Results(index)),
            Command::OpenSelected => {
                if let Some(index) = self.grid.selected() {
                    self.open(Place::Results(index));
                }
            }
            Command::CloseViewer => self.close_nearest(ctx),
            Command::Viewer(command) => self.carry_out_viewer(ctx, command),
            Command::Show(view) => self.show(view),
            Command::NextPost => self.step(1),
            Command::PreviousPost => self.step(-1),
            Command::ToggleMemory => self.memory_panel.toggle(&mut self.link),
            Command::Libraries(command) => self.carry_out_libraries(ctx, command),
            Command::Tabs(command) => self.carry_out_tabs(command),
            Command::SideBar(command) => self.carry_out_side_bar(ctx, command),
            Command::Duplicates(command) => self.carry_out_duplicates(command),
            Command::Grid(command) => self.carry_out_grid(ctx, command),
            Command::Tagging(command) => self.carry_out_tagging(ctx, command),
            Command::Similar(command) => self.carry_out_similar(ctx, command),
            Command::Memory(command) => self.memory_panel.carry_out(command),
            Command::Release(action) => {
                self.memory_panel.releases(action);
                self.link.send(Request::Release { action });
            }
            Command::SetBudget(wish) => {
                self.memory_panel.asked_budget(&wish);
                self.link.send(Request::SetBudget(wish));
            }
            Command::SetCap(cache, bytes) => {
                self.memory_panel.asked_cap(cache, bytes);
                self.link.send(Request::SetCap { cache, bytes });
            }
            Command::ToggleImport => self.import.toggle(),
            Command::ChooseFolder => match Dialog::for_folders(ctx) {
                Ok(dialog) => self.import.dialog = Some(dialog),
                Err(err) => self.notices.error(
                    text::import_panel::dialog_cant_open(&err.to_string()),
                    text::import_panel::TYPE_THE_PATH,
                ),
            },
            Command::Import(paths) => self.start_import(paths),
            Command::Cancel(job) => self.import.cancel(job, &mut self.link),
            Command::ShowFailures => {
                self.import.failures.get_or_insert_default();
                self.link.send(Request::ListFailures);
            }
            Command::HideFailures => self.import.failures = None,
            Command::RetryFailures => {
                self.notices.import_begins();
                self.import.retry(&mut self.link);
            }
            Command::BringBack(paths) => {
                self.notices.import_begins();
                self.import.bring_back(paths, &mut self.link);
            }
            Command::SetTheme(choice) => self.set_theme(ctx, choice),
            Command::Options(command) => self.carry_out_options(ctx, command),
            Command::Copy(text) => ctx.copy_text(text),
            Command::ShowPath(path) => {
                let request = ShowRequest::ShowPath { path };
                self.link.send(Request::Show(request));
            }
            Command::DismissNotice(index) => self.notices.dismiss(index),
        }
    }

    /// The post at `place`.
    pub(super) fn post_in(&self, place: Place) -> Option<PostId> {
        match place {
            Place::Results(index) => self.results.get(index),
            Place::Similar(index) => self.similar.page.post(index),
            Place::Alone => None,
        }
    }

    /// How many posts the list has that `place` is in.
    pub(super) fn num_in(&self, place: Place) -> usize {
        match place {
            Place::Results(_) => self.results.len(),
            Place::Similar(_) => self.similar.page.num_found(),
            Place::Alone => 0,
        }
    }

    pub(super) fn open(&mut self, place: Place) {
        if let Some(post) = self.post_in(place) {
            self.open_at(place, post);
        }
    }

    pub(super) fn open_at(&mut self, place: Place, post: PostId) {
        self.duplicates.hide();
        self.presenting.compare = None;
        let max_bytes = self.max_picture_bytes();
        let before = self.viewer.take();
        let viewer = Viewer::open(place, post, max_bytes, &mut self.link);
        self.viewer = Some(viewer.after(before, &mut self.link));
        let (textures, link) = (&self.textures, &mut self.link);
        match place {
            Place::Results(index) => {
                self.grid.select(index, &self.results);
                self.grid.ask_around(index, &self.results, textures, link);
            }
            Place::Similar(index) => self.similar.page.opened(index, textures, link),
            Place::Alone => {}
        }
    }

    pub(super) fn step(&mut self, by: isize) {
        if let Some(place) = self.place_after(by) {
            self.open(place);
        }
    }

    /// The place so many steps after that of the open post, or before it. Where that
    /// post has left its list, the next one has its place.
    pub(super) fn place_after(&self, by: isize) -> Option<Place> {
        let viewer = self.viewer.as_ref()?;
        let there = self.post_in(viewer.place);
        let is_gone = there.is_some_and(|it| it != viewer.post);
        let by = if is_gone && by > 0 { by - 1 } else { by };
        viewer.place.moved(by)
    }

    pub(super) fn close_viewer(&mut self) {
        if let Some(mut viewer) = self.viewer.take() {
            viewer.let_go(&mut self.link);
            self.similar.strip.close();
            self.share_textures();
            self.ask_thumbnails_again();
        }
    }

    /// Puts `view` into the middle, in the place of an open post too.
    pub(super) fn show(&mut self, view: View) {
        self.close_viewer();
        self.similar.came_from = None;
        self.options.asking_ends();
        if self.view != view {
            self.duplicates.hide();
            self.share_textures();
            self.view = view;
            self.grid.hide_preview();
            self.similar.page.grid.hide_preview();
            self.ask_thumbnails_again();
        }
    }
}
