//! Where one is in the list, what is selected, and how large thumbnails are, for
//! the bar at the bottom.

use eframe::egui::{Slider, Ui};

use crate::app::command::Command;
use crate::app::text;

use super::{Cells, GridCommand, GridOptions, GridState};

/// Width of the slider, points.
const SLIDER_WIDTH: f32 = 90.0;

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
        let mut said = format!("{} selected", text::count(num_selected));
        if let Some(bytes) = grid.measure.bytes() {
            said += &format!(", {}", text::bytes(bytes));
        }
        ui.strong(said);
    }
    let number = grid.number_shown().min(results.len() - 1) + 1;
    let position = format!(
        "{} of {}",
        text::count(number as u64),
        text::count(results.len() as u64)
    );
    let link = ui.link(position).on_hover_text("Go to number… (G)");
    if link.clicked() {
        commands.push(Command::Grid(GridCommand::AskNumber));
    }
}

/// Sets how large thumbnails are.
pub fn size_ui(ui: &mut Ui, options: GridOptions, commands: &mut Vec<Command>) {
    let mut size = options.thumbnail_size;
    ui.spacing_mut().slider_width = SLIDER_WIDTH;
    let slider = ui.add(Slider::new(&mut size, GridOptions::SIZES).show_value(false));
    let slider = slider.accessible_name("Thumbnail size");
    if slider.changed() {
        commands.push(Command::Grid(GridCommand::SetSize(size)));
    }
    slider.on_hover_text(format!(
        "Thumbnail size: {size} points (+ and −, or Ctrl and the wheel)"
    ));
}
