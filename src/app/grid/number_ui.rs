//! The field that asks for a number to go to.

use eframe::egui::{Align2, Area, Frame, Id, Key, Order, Rect, TextEdit, Ui, vec2};

use crate::app::command::Command;
use crate::app::text;

use super::{Cells, GridCommand, GridState};

/// The number that `typed` is, as an index below `len`; separators are passed over.
pub fn index_of(typed: &str, len: usize) -> Option<usize> {
    let digits: String = typed
        .chars()
        .filter(|it| !matches!(it, ',' | '.' | ' ' | '\u{202f}' | '\''))
        .collect();
    let number: u64 = digits.parse().ok()?;
    let last = len.checked_sub(1)?;
    let index = usize::try_from(number.checked_sub(1)?).unwrap_or(usize::MAX);
    Some(index.min(last))
}

const AREA: &str = "grid number";

fn field_id() -> Id {
    Id::unique(AREA).with("field")
}

pub fn number_ui(
    ui: &Ui,
    grid: &mut GridState,
    results: &dyn Cells,
    view_rect: Rect,
    commands: &mut Vec<Command>,
) {
    // Before the field, so that it takes what is typed in this frame.
    if std::mem::take(&mut grid.number_wants_focus) {
        ui.memory_mut(|memory| memory.request_focus(field_id()));
    }
    let Some(typed) = &mut grid.number else {
        return;
    };
    let mut is_open = true;
    Area::new(Id::unique(AREA))
        .order(Order::Foreground)
        .pivot(Align2::CENTER_TOP)
        .fixed_pos(view_rect.center_top() + vec2(0.0, 8.0))
        .show(ui.ctx(), |ui| {
            Frame::popup(ui.style()).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.label(text::grid::GO_TO);
                    let field = ui.add(
                        TextEdit::singleline(typed)
                            .id(field_id())
                            .hint_text(text::grid::NUMBER)
                            .char_limit(15)
                            .align(Align2::LEFT_CENTER)
                            .desired_width(90.0),
                    );
                    let field = field.accessible_name(text::grid::NUMBER_TO_GO_TO);
                    ui.weak(text::grid::of(results.len() as u64));
                    if field.lost_focus() {
                        is_open = false;
                        if ui.input(|input| input.key_pressed(Key::Enter))
                            && let Some(index) = index_of(typed, results.len())
                        {
                            commands.push(Command::Grid(GridCommand::GoTo(index)));
                        }
                    } else if !field.has_focus() {
                        field.request_focus();
                    }
                });
            });
        });
    if !is_open {
        grid.number = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_place_in_the_list() {
        assert_eq!(index_of("1", 10), Some(0));
        assert_eq!(index_of(" 13,511 ", 20_000), Some(13_510));
        assert_eq!(index_of("99999999999999999999", 10), None);
        assert_eq!(index_of("999999", 10), Some(9));
        for text in ["", "0", "abc", "-3", "1e3"] {
            assert_eq!(index_of(text, 10), None, "{text}");
        }
        assert_eq!(index_of("1", 0), None);
    }
}
