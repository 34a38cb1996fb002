//! The keys of the page and of the strip.

use eframe::egui::{self, Event, Key, Modifiers};

use crate::app::command::Command;
use crate::message::SimilarMode;

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

/// Keys of the page, where no text field has the focus. `is_searched` says that
/// there is a search to look in.
pub fn page_keys(
    ctx: &egui::Context,
    similar: &Similar,
    is_searched: bool,
    commands: &mut Vec<Command>,
) {
    if ctx.text_edit_focused() {
        return;
    }
    let mut push = |command| commands.push(Command::Similar(command));
    ctx.input_mut(|input| {
        for (key, mode) in DIGITS.into_iter().zip(SimilarMode::ALL) {
            if input.consume_key(Modifiers::ALT, key) {
                push(SimilarCommand::SetMode(mode));
            }
        }
        let is_within = similar.page.within.is_some();
        if (is_searched || is_within) && input.consume_key(Modifiers::NONE, Key::W) {
            push(SimilarCommand::SetWithin(!is_within));
        }
        if input.consume_key(Modifiers::COMMAND, Key::O) {
            push(SimilarCommand::ChooseFile);
        }
        if input.consume_key(Modifiers::COMMAND, Key::V) {
            push(SimilarCommand::Paste);
        }
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

/// Keys of the strip below an open post.
pub fn strip_keys(ctx: &egui::Context, similar: &Similar, commands: &mut Vec<Command>) {
    if ctx.text_edit_focused() {
        return;
    }
    let mut push = |command| commands.push(Command::Similar(command));
    ctx.input_mut(|input| {
        if input.consume_key(Modifiers::NONE, Key::T) {
            push(SimilarCommand::ToggleStrip);
        }
        if input.consume_key(Modifiers::NONE, Key::Backspace) {
            push(SimilarCommand::GoBack);
        }
        if similar.strip.is_shown {
            for (index, key) in DIGITS.into_iter().enumerate() {
                if input.consume_key(Modifiers::ALT, key) {
                    push(SimilarCommand::OpenInStrip(index));
                }
            }
        }
    });
}
