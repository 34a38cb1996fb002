//! The key that is pressed when one is asked for.

use eframe::egui::{self, Event, Key, Modifiers};

use crate::app::actions::Trigger;
use crate::app::command::Command;

use super::OptionsCommand;

/// Takes all keys of this frame; the first one answers, Escape takes the question back.
pub fn take_key(ctx: &egui::Context, commands: &mut Vec<Command>) {
    let mut answer = None;
    ctx.input_mut(|input| {
        for event in &input.events {
            match event {
                // By what is typed, wherever the keyboard has it.
                Event::Text(text) => {
                    let mut letters = text.chars();
                    if let (Some(only), None) = (letters.next(), letters.next())
                        && !only.is_alphanumeric()
                        && !only.is_whitespace()
                    {
                        answer = Some(OptionsCommand::Pressed(Trigger::Typed(only)));
                    }
                }
                Event::Key {
                    key: Key::Escape,
                    pressed: true,
                    ..
                } => answer = Some(OptionsCommand::CancelKey),
                Event::Key {
                    key,
                    pressed: true,
                    repeat: false,
                    modifiers,
                    ..
                } if answer.is_none() => {
                    let mut held = Modifiers::NONE;
                    held.command = modifiers.command || modifiers.ctrl;
                    held.alt = modifiers.alt;
                    held.shift = modifiers.shift;
                    answer = Some(OptionsCommand::Pressed(Trigger::Key {
                        modifiers: held,
                        key: *key,
                    }));
                }
                _ => {}
            }
        }
        if answer.is_some() {
            input
                .events
                .retain(|it| !matches!(it, Event::Key { .. } | Event::Text(_)));
        }
    });
    commands.extend(answer.map(Command::Options));
}
