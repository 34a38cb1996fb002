//! What is typed before the field that it is meant for is there.
//!
//! The field of a search, of the palette or of a path has the focus two frames
//! after its key was pressed, and one slow frame has many keys. They wait here
//! until the field has the focus, and start nothing meanwhile: `Ctrl+F`, `4girls`
//! is never a rating.

use eframe::egui::{self, Event};

use super::{Action, Trigger};
use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::grid::GridCommand;
use crate::app::options::OptionsCommand;
use crate::app::shortcuts;
use crate::app::tabs::TabCommand;
use crate::app::view::View;

/// A field has the focus at the second frame after it was asked for, no sooner.
const FIRST_FRAME: u8 = 2;

/// After these there will be no field: the keys are those of the window again.
const LAST_FRAME: u8 = 12;

/// The keys that wait for a field.
#[derive(Debug, Default)]
pub struct TypeAhead {
    events: Vec<Event>,
    /// Frames since the field was asked for; `None` where none was.
    num_frames: Option<u8>,
}

impl TypeAhead {
    /// Whether the keys of this frame wait on; else those that have waited come first.
    fn goes_on(&mut self, ctx: &egui::Context) -> bool {
        let Some(num_frames) = &mut self.num_frames else {
            return false;
        };
        *num_frames = num_frames.saturating_add(1);
        let is_there = *num_frames >= FIRST_FRAME && ctx.text_edit_focused();
        if is_there || *num_frames > LAST_FRAME {
            self.num_frames = None;
            let mut events = std::mem::take(&mut self.events);
            shortcuts::clipboard_keys(ctx, &mut events);
            ctx.input_mut(|input| {
                input.events.splice(0..0, events);
            });
            return false;
        }
        self.hold(ctx, 0);
        true
    }

    /// Takes the keys of this frame that stand at `first` or after it.
    fn hold(&mut self, ctx: &egui::Context, first: usize) {
        ctx.input_mut(|input| {
            let mut index = 0;
            input.events.retain(|event| {
                let waits = index >= first && is_typed(event);
                index += 1;
                if waits {
                    self.events.push(event.clone());
                }
                !waits
            });
        });
        // The field comes with frames, and nothing else may ask for one.
        ctx.request_repaint();
    }
}

impl KobakoApp {
    /// Whether the keys of this frame are for a field that is still to come.
    pub(super) fn waits_for_field(&mut self, ctx: &egui::Context) -> bool {
        if self.type_ahead.goes_on(ctx) {
            return true;
        }
        if self.palette.is_open() || self.options.wants_key() {
            return false;
        }
        let scopes = self.scopes();
        let is_typing = ctx.text_edit_focused();
        let events = ctx.input(|input| input.events.clone());
        let asked = events.iter().position(|event| {
            let started = self
                .keymap
                .started(event, scopes, &|key: &Trigger, action: &Action| {
                    (!is_typing || key.works_while_typing()) && self.can_do(action, scopes)
                });
            started.is_some_and(|action| self.leads_to_field(action))
        });
        let Some(asked) = asked else {
            return false;
        };
        // The letter of the key itself.
        let is_letter = matches!(
            (events.get(asked), events.get(asked + 1)),
            (Some(Event::Key { modifiers, .. }), Some(Event::Text(_))) if !modifiers.command
        );
        let first = asked + 1 + usize::from(is_letter);
        self.type_ahead.num_frames = Some(0);
        self.type_ahead.hold(ctx, first);
        false
    }

    /// Whether something can be typed after it at once.
    fn leads_to_field(&self, action: &Action) -> bool {
        match (action.command)() {
            Command::FocusSearch
            | Command::NameSearch
            | Command::TogglePalette
            | Command::Tabs(TabCommand::New)
            | Command::Grid(GridCommand::AskNumber) => true,
            Command::ToggleImport => !self.import.is_open,
            Command::Options(OptionsCommand::TogglePage(
                page @ (View::Keys | View::SearchHelp),
            )) => self.view != page,
            _ => false,
        }
    }
}

fn is_typed(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. }
            | Event::Text(_)
            | Event::Copy
            | Event::Cut
            | Event::Paste(_)
            | Event::Ime(_)
    )
}
