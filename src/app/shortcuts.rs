//! Keys that are no actions: those of the clipboard. A key goes to a text field first, then to the widget that has the
//! focus, then here.

use eframe::egui::{self, Event, Key, Modifiers};

/// Makes cut, copy and paste of the keys that ask for them. A text field gets what
/// is pasted as ever; elsewhere the key goes on to the page, which looks into the
/// clipboard without keeping the window waiting.
pub fn clipboard_keys(ctx: &egui::Context, events: &mut Vec<Event>) {
    let is_typing = ctx.text_edit_focused();
    events.retain_mut(|event| {
        let Event::Key {
            key,
            pressed: true,
            modifiers,
            ..
        } = event
        else {
            return true;
        };
        match (*key, modifiers.command_only()) {
            (Key::Cut, _) | (Key::X, true) => *event = Event::Cut,
            (Key::Copy, _) | (Key::C, true) => *event = Event::Copy,
            (Key::Paste, _) | (Key::V, true) if is_typing => {
                ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaste);
                return false;
            }
            _ => {}
        }
        true
    });
}

/// Whether Escape was pressed, and no text field wants it.
pub fn take_escape(ctx: &egui::Context) -> bool {
    !ctx.text_edit_focused()
        && ctx.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape))
}
