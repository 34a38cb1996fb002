//! Where one is in the list, what is selected, and how large thumbnails are, for
//! the bar at the bottom.

use eframe::egui::{Button, Slider, Ui, Vec2};

use crate::app::actions::key_of;
use crate::app::command::Command;
use crate::app::{text, theme};

use super::{Cells, GridCommand, GridOptions, GridState};

/// Width of the slider, points.
const SLIDER_WIDTH: f32 = 90.0;

/// Edge of the buttons at its ends, points.
const STEP_EDGE: f32 = 18.0;

/// `42 of 13,511`, and how many are selected.
pub fn position_ui(
    ui: &mut Ui,
    grid: &GridState,
    results: &dyn Cells,
    commands: &mut Vec<Command>,
) {
    if results.len() == 0 {
        return;
    }
    let num_selected = grid.num_selected();
    if num_selected > 1 {
        ui.strong(match grid.measure.bytes() {
            Some(bytes) => text::grid::selected_bytes(num_selected, bytes),
            None => text::grid::selected(num_selected),
        });
    }
    let number = grid.number_shown().min(results.len() - 1) + 1;
    let position = text::grid::place(number as u64, results.len() as u64);
    let hint = text::actions::with_key(text::grid::GO_TO_NUMBER, &key_of(ui.ctx(), "grid.go_to"));
    let link = ui.link(position).on_hover_text(hint);
    if link.clicked() {
        commands.push(Command::Grid(GridCommand::AskNumber));
    }
}

/// Sets how large thumbnails are.
pub fn size_ui(ui: &mut Ui, options: GridOptions, commands: &mut Vec<Command>) {
    let mut size = options.thumbnail_size;
    let sizes = GridOptions::SIZES;
    // From the right, as the bar's end is laid out.
    let larger = (size < *sizes.end(), "+", GridCommand::Larger);
    let smaller = (size > *sizes.start(), "−", GridCommand::Smaller);
    step_ui(
        ui,
        larger,
        text::grid::LARGER_THUMBNAILS,
        "grid.larger",
        commands,
    );
    ui.spacing_mut().slider_width = SLIDER_WIDTH;
    let slider = theme::slider_ui(ui, Slider::new(&mut size, sizes).show_value(false));
    let slider = slider.accessible_name(text::grid::THUMBNAIL_SIZE);
    if slider.changed() {
        commands.push(Command::Grid(GridCommand::SetSize(size)));
    }
    slider.on_hover_text(text::grid::thumbnail_size_is(size));
    step_ui(
        ui,
        smaller,
        text::grid::SMALLER_THUMBNAILS,
        "grid.smaller",
        commands,
    );
}

/// A button at an end of the slider; the sign, and whether there is a further step.
fn step_ui(
    ui: &mut Ui,
    (is_enabled, sign, command): (bool, &str, GridCommand),
    name: &str,
    action: &str,
    commands: &mut Vec<Command>,
) {
    let button = Button::new(sign)
        .small()
        .frame_when_inactive(false)
        .min_size(Vec2::splat(STEP_EDGE));
    let hint = text::actions::with_key(name, &key_of(ui.ctx(), action));
    let step = ui
        .add_enabled(is_enabled, button)
        .accessible_name(name)
        .on_hover_text(hint);
    if step.clicked() {
        commands.push(Command::Grid(command));
    }
}
