//! Keys of the page and of the strip that are no actions.

use eframe::egui::{self, Event, Key, Modifiers};

use crate::app::command::Command;

use super::{Similar, SimilarCommand};

const DIGITS: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// What was pasted onto the page, where no text field has the focus.
pub fn paste_events(ctx: &egui::Context, commands: &mut Vec<Command>) {
    if ctx.text_edit_focused() {
        return;
    }
    let mut push = |command| commands.push(Command::Similar(command));
    ctx.input_mut(|input| {
        input.events.retain(|event| match event {
            Event::Paste(text) => {
                push(SimilarCommand::PasteText(text.clone()));
                false
            }
            Event::PasteImage(image) => {
                push(SimilarCommand::PasteImage(image.clone()));
                false
            }
            _ => true,
        });
    });
}

/// Alt and a digit open a post of the strip; without Alt, digits are for ratings.
pub fn strip_keys(ctx: &egui::Context, similar: &Similar, commands: &mut Vec<Command>) {
    if ctx.text_edit_focused() || !similar.strip.is_shown {
        return;
    }
    ctx.input_mut(|input| {
        for (index, key) in DIGITS.into_iter().enumerate() {
            if input.consume_key(Modifiers::ALT, key) {
                commands.push(Command::Similar(SimilarCommand::OpenInStrip(index)));
            }
        }
    });
}
