//! Keys while the field is open: those that it does not want go on to what is behind.

use eframe::egui::{self, Event, Key};

use crate::app::KobakoApp;
use crate::app::actions::Action;
use crate::app::command::Command;

use super::TaggingCommand;
use super::field_ui::field_id;

/// Take back, and do again; a text field that is empty has nothing to take back.
const OF_EDITS: [&str; 2] = ["edit.undo", "edit.redo"];

impl KobakoApp {
    /// Opens the field at once where a key asked for it: what is typed in the same frame
    /// is for it.
    pub(in crate::app) fn open_tagger_by_key(
        &mut self,
        ctx: &egui::Context,
        commands: &mut Vec<Command>,
    ) {
        let open = Command::Tagging(TaggingCommand::Open);
        if !commands.contains(&open) {
            return;
        }
        commands.retain(|it| *it != open);
        self.open_tagger();
        if let Some(tagger) = &mut self.tagger {
            tagger.is_key_held = ctx.input(|input| !input.keys_down.is_empty());
        }
    }

    /// Keeps the letter of the key that opened the field out of it while that is held.
    fn drop_held_letter(&mut self, ctx: &egui::Context) {
        let Some(tagger) = self.tagger.as_mut().filter(|it| it.is_key_held) else {
            return;
        };
        let mut is_held = ctx.input(|input| !input.keys_down.is_empty());
        let mut is_its_letter = false;
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                let was_its_letter = std::mem::take(&mut is_its_letter);
                match event {
                    Event::Text(_) => !was_its_letter,
                    Event::Key {
                        pressed: true,
                        repeat,
                        ..
                    } => {
                        is_held &= *repeat;
                        is_its_letter = *repeat;
                        !*repeat
                    }
                    _ => true,
                }
            });
        });
        tagger.is_key_held = is_held;
    }

    /// Takes the keys that go past the field; `true` where it gets all others, since it
    /// gets the focus with this frame.
    pub(in crate::app) fn tagging_keys(
        &mut self,
        ctx: &egui::Context,
        commands: &mut Vec<Command>,
    ) -> bool {
        self.drop_held_letter(ctx);
        let Some(tagger) = &self.tagger else {
            return false;
        };
        if tagger.field.wants_focus {
            return true;
        }
        if ctx.memory(|memory| memory.has_focus(field_id())) {
            ctx.input_mut(|input| {
                input.events.retain(|event| {
                    let by = match event {
                        Event::Key {
                            key: Key::PageDown,
                            pressed: true,
                            modifiers,
                            ..
                        } if modifiers.is_none() => 1,
                        Event::Key {
                            key: Key::PageUp,
                            pressed: true,
                            modifiers,
                            ..
                        } if modifiers.is_none() => -1,
                        _ => return true,
                    };
                    commands.push(Command::Tagging(TaggingCommand::Step(by)));
                    false
                });
            });
            if tagger.field.text.is_empty() {
                let scopes = self.scopes();
                let can = |it: &Action| OF_EDITS.contains(&it.id) && self.can_do(it, scopes);
                self.keymap.take_from_field(ctx, scopes, can, commands);
            }
        }
        false
    }
}
