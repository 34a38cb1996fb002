//! Carries out what is asked in a grid and of the posts that are selected in it.

use std::time::{Duration, Instant};

use eframe::egui;

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::text;
use crate::app::view::View;
use crate::message::{
    EditOutcome, EditRequest, Generation, Notice, Pixels, PostDetails, PostEdit, PostMarks, Request,
};
use crate::model::PostId;

use super::{Cells, Copying, GridCommand, GridOptions, GridState};

/// What one step makes of the size of thumbnails.
const SIZE_STEP: f32 = 1.25;

/// What was done last is said for so long, and until something happens after it.
const NOTE_TIME: Duration = Duration::from_secs(12);

/// What was done to posts last, for the bar at the bottom.
#[derive(Debug, Default)]
pub struct EditNote {
    said: Option<(String, Instant)>,
    /// What is said is of a change that can be taken back or done again.
    is_of_edit: bool,
    /// What can be taken back, and done again.
    pub undo: Option<String>,
    pub redo: Option<String>,
}

impl EditNote {
    /// What was done, while that is news.
    pub fn text(&self) -> Option<&str> {
        let (text, since) = self.said.as_ref()?;
        (since.elapsed() < NOTE_TIME).then_some(text)
    }

    /// Something else was done, which is not taken back.
    pub fn say(&mut self, text: String) {
        self.said = Some((text, Instant::now()));
        self.is_of_edit = false;
    }

    /// Whether what is said can be taken back or done again.
    pub fn is_of_edit(&self) -> bool {
        self.is_of_edit
    }

    fn take(&mut self, outcome: EditOutcome) -> Result<(), String> {
        let EditOutcome {
            outcome,
            undo,
            redo,
        } = outcome;
        (self.undo, self.redo) = (undo, redo);
        let text = outcome?;
        self.say(text);
        self.is_of_edit = true;
        Ok(())
    }
}

impl KobakoApp {
    pub(in crate::app) fn carry_out_grid(&mut self, ctx: &egui::Context, command: GridCommand) {
        let options = self.grid.options();
        let step = |by: f32| GridOptions {
            thumbnail_size: (options.thumbnail_size as f32 * by).round() as u32,
            ..options
        };
        match command {
            GridCommand::SetSize(thumbnail_size) => self.set_grid_options(GridOptions {
                thumbnail_size,
                ..options
            }),
            GridCommand::Larger => self.set_grid_options(step(SIZE_STEP)),
            GridCommand::Smaller => self.set_grid_options(step(1.0 / SIZE_STEP)),
            GridCommand::ToggleBadges => self.set_grid_options(GridOptions {
                has_badges: !options.has_badges,
                ..options
            }),
            GridCommand::ToggleHoverPreview => self.set_grid_options(GridOptions {
                has_previews: !options.has_previews,
                ..options
            }),
            GridCommand::Peek => self.in_grid(|grid, _| {
                grid.preview.is_peeking = !grid.preview.is_peeking;
            }),
            GridCommand::SelectAll => self.in_grid(GridState::select_all),
            GridCommand::InvertSelection => self.in_grid(GridState::invert_selection),
            GridCommand::SelectNothing => self.in_grid(|grid, _| grid.select_nothing()),
            GridCommand::OpenMenu => self.in_grid(|grid, _| grid.opens_menu = true),
            GridCommand::AskNumber => self.in_grid(|grid, _| {
                grid.number = Some(String::new());
                grid.number_wants_focus = true;
            }),
            GridCommand::GoTo(index) => self.in_grid(|grid, cells| grid.go_to(index, cells)),
            GridCommand::Rate(rating) => {
                self.edit(|posts| EditRequest::Do(PostEdit::Rate { posts, rating }));
            }
            GridCommand::ToggleFavorite => self.edit(EditRequest::ToggleFavorite),
            GridCommand::AskTrash => self.ask_trash(),
            GridCommand::Trash => self.send_to_trash(),
            GridCommand::KeepFiles => self.trash = None,
            GridCommand::Remove => {
                self.edit(|posts| EditRequest::Do(PostEdit::Remove { posts }));
                self.close_viewer();
            }
            GridCommand::Copy(fact) => {
                let posts = self.posts_at_hand();
                self.copying = Some(Copying::start(posts, fact, &mut self.link));
            }
            GridCommand::StopEdit => {
                self.is_edit_stopping = true;
                self.link.send(Request::Edit(EditRequest::Stop));
            }
            GridCommand::Undo | GridCommand::Redo if self.edit_progress.is_some() => {
                let running = self.edit_progress.as_ref().map_or("", |it| &it.what);
                self.notices.push_passing(Notice {
                    is_error: false,
                    message: text::edits::running(running),
                    way_out: Some(text::edits::STOP_OR_WAIT.to_owned()),
                });
            }
            GridCommand::Undo => {
                self.follows_edit = true;
                self.link.send(Request::Edit(EditRequest::Undo));
            }
            GridCommand::Redo => {
                self.follows_edit = true;
                self.link.send(Request::Edit(EditRequest::Redo));
            }
        }
        ctx.request_repaint();
    }

    /// Of all grids, so that they look alike.
    pub(in crate::app) fn set_grid_options(&mut self, options: GridOptions) {
        self.grid.set_options(options);
        self.similar.page.grid.set_options(options);
    }

    /// Does something in the grid that is on screen, if one is.
    pub(in crate::app) fn in_grid(&mut self, act: impl FnOnce(&mut GridState, &dyn Cells)) {
        if self.viewer.is_some() {
            return;
        }
        match self.view {
            View::Posts => act(&mut self.grid, &self.results),
            View::Similar => {
                let page = &mut self.similar.page;
                if let Some(found) = &page.finder.found {
                    act(&mut page.grid, found);
                }
            }
            View::Duplicates | View::Settings | View::Keys | View::SearchHelp | View::About => {}
        }
    }

    fn edit(&mut self, request: impl FnOnce(Vec<PostId>) -> EditRequest) {
        let posts = self.posts_at_hand();
        if !posts.is_empty() {
            self.link.send(Request::Edit(request(posts)));
        }
    }

    /// The posts that a key or a menu speaks of: the open one, else the selected ones.
    pub(in crate::app) fn posts_at_hand(&self) -> Vec<PostId> {
        if let Some(viewer) = &self.viewer {
            return vec![viewer.post];
        }
        match self.view {
            View::Posts => self.grid.selected_posts(&self.results),
            View::Similar => {
                let page = &self.similar.page;
                let found = page.finder.found.as_ref();
                found.map_or(Vec::new(), |found| page.grid.selected_posts(found))
            }
            View::Duplicates | View::Settings | View::Keys | View::SearchHelp | View::About => {
                Vec::new()
            }
        }
    }

    /// The grid that is on screen with its list, and where it is.
    pub(in crate::app) fn front_grid(&self) -> Option<(&GridState, &dyn Cells)> {
        if self.viewer.is_some() {
            return None;
        }
        match self.view {
            View::Posts => Some((&self.grid, &self.results)),
            View::Similar => {
                let page = &self.similar.page;
                Some((&page.grid, page.finder.found.as_ref()?))
            }
            View::Duplicates | View::Settings | View::Keys | View::SearchHelp | View::About => None,
        }
    }

    /// What Escape does first: hides a preview that the keyboard asked for, or clears a
    /// selection of several; `None` where there is neither.
    pub(in crate::app) fn escape_grid(&self) -> Option<Command> {
        let (grid, _) = self.front_grid()?;
        if grid.preview.is_peeking {
            return Some(Command::Grid(GridCommand::Peek));
        }
        (grid.num_selected() > 1).then_some(Command::Grid(GridCommand::SelectNothing))
    }

    pub(in crate::app) fn take_edited(&mut self, outcome: EditOutcome) {
        self.link.edited();
        let before = self.edit_note.undo.clone();
        if let Some(ended) = self.edit_progress.take() {
            self.notices.remove(&text::edits::running(&ended.what));
        }
        self.is_edit_stopping = false;
        self.tags_edited(outcome.outcome.is_err());
        if std::mem::take(&mut self.follows_edit) && outcome.outcome.is_ok() {
            self.search.follow_edit();
        }
        // A notice may have offered to take back what was the last till now.
        if let Some(last) = self
            .edit_note
            .undo
            .take_if(|it| outcome.undo.as_ref() != Some(it))
        {
            self.notices.remove(&last);
        }
        let undo = outcome.undo.clone();
        let (before, undo) = (before.as_deref(), undo.as_deref());
        self.link.gone.end(outcome.outcome.is_ok(), before, undo);
        if let Err(reason) = self.edit_note.take(outcome) {
            self.notices.push(Notice {
                is_error: true,
                message: reason,
                way_out: None,
            });
        }
    }

    /// Takes in what is known of the post that a grid previews; `false` where none asked.
    pub(in crate::app) fn take_preview_details(
        &mut self,
        generation: Generation,
        details: &Result<Box<PostDetails>, String>,
    ) -> bool {
        self.grid.take_details(generation, details)
            || self.similar.page.grid.take_details(generation, details)
    }

    /// Takes in the picture that a grid previews; gives it back where none asked.
    pub(in crate::app) fn take_preview_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) -> Option<Result<Pixels, String>> {
        let picture = self.grid.take_picture(ctx, generation, picture)?;
        let grid = &mut self.similar.page.grid;
        grid.take_picture(ctx, generation, picture)
    }

    pub(in crate::app) fn take_measured(&mut self, generation: Generation, bytes: u64) {
        self.grid.take_measured(generation, bytes);
        self.similar.page.grid.take_measured(generation, bytes);
    }

    pub(in crate::app) fn take_described(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        lines: Vec<String>,
    ) {
        let copying = self.copying.as_mut();
        if copying.is_some_and(|it| it.take(generation, lines, &mut self.link))
            && let Some(copying) = self.copying.take()
        {
            let (text, said) = copying.finish();
            ctx.copy_text(text);
            self.edit_note.say(said);
        }
    }

    /// Bytes of the textures of previews.
    pub(in crate::app) fn preview_bytes(&self) -> u64 {
        self.grid.preview_bytes() + self.similar.page.grid.preview_bytes()
    }

    pub(in crate::app) fn take_marks(
        &mut self,
        generation: Generation,
        marks: &[(PostId, PostMarks)],
    ) {
        if !self.grid.take_marks(generation, marks) {
            self.similar.page.grid.take_marks(generation, marks);
        }
    }
}
