//! Which actions mean something now, and the keys of a frame.

use eframe::egui::{self, Event, Key, PointerButton, Popup};

use super::{Action, PALETTE, Scope, Trigger};
use crate::app::command::Command;
use crate::app::grid::{GridCommand, grid_focus_id, grid_keys};
use crate::app::memory_panel::memory_keys;
use crate::app::options::{OptionsCommand, take_key};
use crate::app::shortcuts;
use crate::app::side_bar::SideBarCommand;
use crate::app::similar::{SimilarCommand, paste_events, strip_keys};
use crate::app::tabs::TabCommand;
use crate::app::tagging::TaggingCommand;
use crate::app::view::View;
use crate::app::viewer::ViewerCommand;
use crate::app::window::EngineState;
use crate::app::{KobakoApp, text};
use crate::message::Notice;

impl KobakoApp {
    /// Takes the keys of this frame that no text field and no widget with the focus
    /// has a use for.
    pub(in crate::app) fn keys(&mut self, ctx: &egui::Context, commands: &mut Vec<Command>) {
        for (button, command) in [
            (PointerButton::Extra1, TabCommand::Back),
            (PointerButton::Extra2, TabCommand::Forward),
        ] {
            if ctx.input(|input| input.pointer.button_pressed(button)) {
                commands.push(Command::Tabs(command));
            }
        }
        if self.waits_for_field(ctx) {
            return;
        }
        self.presenting.is_key_held = is_key_held(ctx);
        drop_held_presses(ctx);
        // An open menu has the keys, but for those that work everywhere.
        if Popup::is_any_open(ctx) {
            let scopes = &[Scope::Window];
            let can = |action: &Action| action.id != BACK && self.can_do(action, scopes);
            self.keymap.take(ctx, scopes, true, can, commands);
            return;
        }
        // The palette has all keys, but for the one that closes it.
        if self.palette.is_open() {
            let can = |action: &Action| action.id == PALETTE;
            self.keymap.take(ctx, &[Scope::Window], true, can, commands);
            return;
        }
        if self.options.wants_key() {
            take_key(ctx, commands);
            return;
        }
        if self.search.wants_focus() && !ctx.text_edit_focused() {
            return;
        }
        if self.tagging_keys(ctx, commands) {
            return;
        }
        memory_keys(ctx, &self.memory_panel, commands);
        // The field that asks has lost the focus by this key already.
        if self.search.kept.naming.is_some() && shortcuts::take_escape(ctx) {
            commands.push(Command::CancelNaming);
        }
        if self.side_bar.asks() && shortcuts::take_escape(ctx) {
            commands.push(Command::SideBar(SideBarCommand::CancelQuestion));
        }
        let scopes = self.scopes();
        if scopes.contains(&Scope::Viewer) {
            strip_keys(ctx, &self.similar, commands);
        }
        if scopes.contains(&Scope::Similar) {
            paste_events(ctx, commands);
        }
        // Before what opens the post that they lead to, for a slow frame has several keys.
        if scopes.contains(&Scope::Posts) {
            let open = Command::OpenSelected;
            grid_keys(ctx, &mut self.grid, &self.results, &open, commands);
        }
        if scopes.contains(&Scope::Similar)
            && let Some(found) = &self.similar.page.finder.found
        {
            let open = Command::Similar(SimilarCommand::OpenSelected);
            grid_keys(ctx, &mut self.similar.page.grid, found, &open, commands);
        }
        let focused = ctx.memory(egui::Memory::focused);
        let is_held = focused.is_some_and(|id| id != grid_focus_id());
        // A question has the focus, but other posts are still a key away.
        if self.trash.is_some() {
            let steps = |action: &Action| STEPS.contains(&action.id) && self.can_do(action, scopes);
            self.keymap.take(ctx, scopes, false, steps, commands);
        }
        let can = |action: &Action| self.can_do(action, scopes);
        self.keymap.take(ctx, scopes, is_held, can, commands);
        self.open_tagger_by_key(ctx, commands);
        self.say_why_nothing_changes(ctx, scopes);
        self.say_where_undo_ends(ctx, scopes);
    }

    /// What a key of this frame that nothing has taken would start, if `is_it`.
    fn left_for(
        &self,
        ctx: &egui::Context,
        scopes: &[Scope],
        is_it: &impl Fn(&Trigger, &Action) -> bool,
    ) -> Option<&'static Action> {
        ctx.input(|input| {
            let mut events = input.events.iter();
            events.find_map(|event| self.keymap.started(event, scopes, is_it))
        })
    }

    /// A key that would take back what this page does not show says so instead.
    fn say_where_undo_ends(&mut self, ctx: &egui::Context, scopes: &[Scope]) {
        if !self.is_deciding() || ctx.text_edit_focused() {
            return;
        }
        let undo = |_: &Trigger, action: &Action| action.id == UNDO;
        let is_asked = self.left_for(ctx, scopes, &undo).is_some();
        if is_asked {
            self.duplicates.say_where_undo_ends();
            ctx.request_repaint();
        }
    }

    /// Duplicates are decided about, and nothing stands over that.
    fn is_deciding(&self) -> bool {
        self.view == View::Duplicates && self.viewer.is_none()
    }

    /// A key that would change posts says why it does nothing.
    fn say_why_nothing_changes(&mut self, ctx: &egui::Context, scopes: &[Scope]) {
        if self.engine != EngineState::Ready || ctx.text_edit_focused() {
            return;
        }
        let is_idle = |_: &Trigger, action: &Action| {
            let command = (action.command)();
            changes_posts(&command) && !self.can(&command)
        };
        let Some(asked) = self.left_for(ctx, scopes, &is_idle) else {
            return;
        };
        let message = match &self.library.read_only {
            Some(reason) => text::search::read_only(reason),
            None => text::sentence(self.why_not(asked, scopes)),
        };
        self.notices.push_passing(Notice {
            is_error: false,
            message,
            way_out: None,
        });
    }

    /// Where actions mean something now, the nearest first.
    pub(in crate::app) fn scopes(&self) -> &'static [Scope] {
        if self.is_covered {
            return &[Scope::Window];
        }
        if self.viewer.is_some() {
            return &[Scope::Viewer, Scope::Post, Scope::Window];
        }
        match self.view {
            View::Posts => &[Scope::Posts, Scope::Post, Scope::Window],
            View::Similar => &[Scope::Similar, Scope::Post, Scope::Window],
            View::Duplicates => &[Scope::Duplicates, Scope::Window],
            View::Settings | View::Keys | View::SearchHelp | View::About => &[Scope::Window],
        }
    }

    /// Whether an action means something in `scopes`, and can be done now. What can't
    /// is greyed in menus, and its key does nothing.
    pub(in crate::app) fn can_do(&self, action: &Action, scopes: &[Scope]) -> bool {
        scopes.contains(&action.scope) && self.can(&(action.command)())
    }

    /// Whether a command can be carried out now, as far as that is known beforehand.
    pub(in crate::app) fn can(&self, command: &Command) -> bool {
        let is_ready = self.engine == EngineState::Ready;
        let is_writable = is_ready && self.library.read_only.is_none();
        match command {
            Command::Search(_) | Command::SearchTyped | Command::Refresh => is_ready,
            Command::ShowFailures => is_ready && self.library.has_failures,
            Command::RetryFailures => is_writable && self.library.has_failures,
            Command::BringBack(_) | Command::ForgetHistory => is_writable,
            Command::NameSearch => is_writable && !self.search.text.trim().is_empty(),
            Command::OpenSelected => {
                let selected = self.grid.selected();
                selected.is_some_and(|index| self.results.get(index).is_some())
            }
            Command::NextPost => self.can_step(1),
            Command::PreviousPost => self.can_step(-1),
            Command::CloseViewer => self.viewer.is_some(),
            Command::Viewer(ViewerCommand::CompareSelected) => {
                self.front_grid().is_some_and(|it| it.0.num_selected() == 2)
            }
            Command::Viewer(ViewerCommand::AskTrash) => {
                is_writable && self.presenting.compare.is_none()
            }
            Command::Grid(command) => self.can_in_grid(*command, is_writable),
            Command::Tagging(TaggingCommand::Open) => is_ready && self.can_open_tagger(),
            Command::Back => self.what_back_closes().is_some(),
            Command::Show(view) => self.viewer.is_some() || self.view != *view,
            Command::Tabs(command) => self.can_in_tabs(command),
            Command::Similar(command) => self.can_similar(command),
            Command::Duplicates(command) => self.can_duplicates(command),
            _ => true,
        }
    }

    fn can_in_grid(&self, command: GridCommand, is_writable: bool) -> bool {
        match command {
            GridCommand::Rate(_)
            | GridCommand::ToggleFavorite
            | GridCommand::AskTrash
            | GridCommand::Remove => is_writable && self.is_post_at_hand(),
            GridCommand::Copy(_) | GridCommand::OpenMenu => self.is_post_at_hand(),
            // The page takes back what was decided on it, and nothing that it does not show.
            GridCommand::Undo | GridCommand::Redo if self.is_deciding() => false,
            // What still runs can be taken back after it, and is named until then.
            GridCommand::Undo => {
                let is_busy = self.link.is_editing() || self.edit_progress.is_some();
                is_writable && (self.edit_note.undo.is_some() || is_busy)
            }
            GridCommand::Redo => is_writable && self.edit_note.redo.is_some(),
            GridCommand::SelectAll
            | GridCommand::InvertSelection
            | GridCommand::AskNumber
            | GridCommand::Peek => self.front_grid().is_some_and(|it| it.1.len() > 0),
            _ => true,
        }
    }

    /// A post is open, or one at least is selected.
    pub(in crate::app) fn is_post_at_hand(&self) -> bool {
        self.viewer.is_some() || self.front_grid().is_some_and(|it| it.0.num_selected() > 0)
    }

    fn can_step(&self, by: isize) -> bool {
        let place = self.place_after(by);
        place.is_some_and(|place| self.post_in(place).is_some())
    }

    /// What was opened last and can be closed.
    pub(in crate::app) fn what_back_closes(&self) -> Option<Command> {
        if self.search.kept.naming.is_some() {
            Some(Command::CancelNaming)
        } else if self.trash.is_some() {
            Some(Command::Grid(GridCommand::KeepFiles))
        } else if self.tagger.is_some() {
            Some(Command::Tagging(TaggingCommand::Close))
        } else if self.side_bar.asks() {
            Some(Command::SideBar(SideBarCommand::CancelQuestion))
        } else if self.is_covered {
            Some(Command::ToggleMemory)
        } else if self.viewer.is_some() {
            Some(Command::CloseViewer)
        } else if self.presenting.is_fullscreen {
            Some(Command::Viewer(ViewerCommand::ToggleFullscreen))
        } else if let Some(command) = self.escape_grid() {
            Some(command)
        } else if self.import.failures.is_some() {
            Some(Command::HideFailures)
        } else if self.import.is_open {
            Some(Command::ToggleImport)
        } else if self.view == View::Keys && self.options.is_asking() {
            Some(Command::Options(OptionsCommand::CancelKey))
        } else if self.view == View::Similar {
            Some(Command::Similar(SimilarCommand::Leave))
        } else if self.view != View::Posts {
            Some(Command::Show(View::Posts))
        } else {
            None
        }
    }
}

/// Lead from an open post to another.
const STEPS: [&str; 2] = ["viewer.next", "viewer.previous"];

/// Takes back what was done to posts.
const UNDO: &str = "edit.undo";

fn changes_posts(command: &Command) -> bool {
    matches!(
        command,
        Command::Tagging(TaggingCommand::Open)
            | Command::Grid(
                GridCommand::Rate(_)
                    | GridCommand::ToggleFavorite
                    | GridCommand::AskTrash
                    | GridCommand::Remove
            )
    )
}

/// Closes a menu before anything else.
const BACK: &str = "view.back";

/// Enter and Space press once, however long they are held: what comes into the place of
/// what was pressed is not pressed too.
fn drop_held_presses(ctx: &egui::Context) {
    if ctx.text_edit_focused() {
        return;
    }
    ctx.input_mut(|input| {
        input.events.retain(|event| {
            !matches!(
                event,
                Event::Key {
                    key: Key::Enter | Key::Space,
                    pressed: true,
                    repeat: true,
                    ..
                }
            )
        });
    });
}

/// Whether a key of this frame is one that is repeated while it is held.
fn is_key_held(ctx: &egui::Context) -> bool {
    ctx.input(|input| {
        let mut events = input.events.iter();
        events.any(|it| matches!(it, Event::Key { repeat: true, .. }))
    })
}
