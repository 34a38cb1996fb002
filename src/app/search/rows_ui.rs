//! The lines of the list below the search bar.

use eframe::egui::text::{LayoutJob, TextFormat, TextWrapping};
use eframe::egui::{
    Align2, Color32, FontId, Rect, Response, Role, Sense, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::star::paint_star;
use crate::app::{text, theme};
use crate::message::{Completion, CompletionKind};

use super::kept::Item;

/// Of a line, points.
pub const ROW_HEIGHT: f32 = 22.0;
/// Between a line's ends and its text, points.
const MARGIN: f32 = 6.0;

/// A piece of a line's text.
type Piece<'a> = (&'a str, Color32);

/// One line of the list; `true` when it was clicked.
pub fn row_ui(ui: &mut Ui, item: &Item, is_selected: bool) -> bool {
    match item {
        Item::Completion(completion) => completion_ui(ui, completion, is_selected),
        Item::Recent(query) => {
            let color = ui.visuals().text_color();
            let label = text::search::recent_search(query);
            line_ui(
                ui,
                is_selected,
                label,
                text::search::RECENT,
                0.0,
                &[(query, color)],
            )
        }
        Item::Saved(saved) => {
            let visuals = ui.visuals();
            let (color, weak) = (visuals.text_color(), visuals.weak_text_color());
            let star = theme::palette(visuals).star;
            let query = format!("  {}", saved.query);
            let mut pieces = vec![(saved.name.as_str(), color)];
            if saved.query != saved.name {
                pieces.push((&query, weak));
            }
            let label = text::search::saved_search(&saved.name);
            let indent = 2.0 * theme::STAR_RADIUS + theme::GAP;
            let corner = ui.cursor().min;
            let is_clicked = line_ui(ui, is_selected, label, text::search::SAVED, indent, &pieces);
            let center = corner + vec2(MARGIN + theme::STAR_RADIUS, ROW_HEIGHT / 2.0);
            paint_star(ui.painter(), center, theme::STAR_RADIUS - 1.0, star, true);
            is_clicked
        }
    }
}

/// One completion; `true` when it was clicked.
pub fn completion_ui(ui: &mut Ui, item: &Completion, is_selected: bool) -> bool {
    let count = text::count(u64::from(item.count));
    let label = match &item.kind {
        CompletionKind::Metatag => item.text.clone(),
        CompletionKind::Tag(_) => text::search::completion(&item.text, &count),
        CompletionKind::Alias { alias, .. } => {
            text::search::alias_completion(alias, &item.text, &count)
        }
    };
    let visuals = ui.visuals();
    let (color, alias) = match &item.kind {
        CompletionKind::Tag(category) => (theme::category_color(*category, visuals), None),
        CompletionKind::Alias { alias, category } => {
            (theme::category_color(*category, visuals), Some(alias))
        }
        CompletionKind::Metatag => (visuals.text_color(), None),
    };
    // Tags are written as in every list; what is typed has underscores.
    let shown = match &item.kind {
        CompletionKind::Metatag => item.text.clone(),
        CompletionKind::Tag(_) | CompletionKind::Alias { .. } => item.text.replace('_', " "),
    };
    let prefix = alias.map(|alias| text::search::alias_of(&alias.replace('_', " ")));
    let mut pieces = Vec::with_capacity(2);
    if let Some(prefix) = &prefix {
        pieces.push((prefix.as_str(), visuals.weak_text_color()));
    }
    pieces.push((&shown, color));
    let right = if item.count > 0 { count.as_str() } else { "" };
    line_ui(ui, is_selected, label, right, 0.0, &pieces)
}

/// `label` is for screen readers; `right` stands at the right end, and
/// `indent` points are left free at the left end.
fn line_ui(
    ui: &mut Ui,
    is_selected: bool,
    label: String,
    right: &str,
    indent: f32,
    pieces: &[Piece<'_>],
) -> bool {
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::CLICK);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, label.clone()));
    background_ui(ui, rect, &response, is_selected);
    let font = TextStyle::Body.resolve(ui.style());
    let mut inner = rect.shrink2(vec2(MARGIN, 0.0));
    if !right.is_empty() {
        let weak = ui.visuals().weak_text_color();
        let painted = ui.painter().text(
            inner.right_center(),
            Align2::RIGHT_CENTER,
            right,
            font.clone(),
            weak,
        );
        inner.max.x = painted.left() - 8.0;
    }
    inner.min.x += indent;
    pieces_ui(ui, inner, &font, pieces);
    response.clicked()
}

fn background_ui(ui: &Ui, rect: Rect, response: &Response, is_selected: bool) {
    let visuals = ui.visuals();
    if is_selected {
        ui.painter().rect_filled(rect, 3, visuals.selection.bg_fill);
    } else if response.hovered() {
        let color = theme::palette(visuals).cell_hovered;
        ui.painter().rect_filled(rect, 3, color);
    }
}

/// From left to right; what does not fit is left out, which is shown.
fn pieces_ui(ui: &Ui, rect: Rect, font: &FontId, pieces: &[Piece<'_>]) {
    let mut job = LayoutJob {
        wrap: TextWrapping::truncate_at_width(rect.width().max(0.0)),
        break_on_newline: false,
        ..LayoutJob::default()
    };
    for (text, color) in pieces {
        job.append(
            &text::on_screen(text),
            0.0,
            TextFormat::simple(font.clone(), *color),
        );
    }
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, Color32::PLACEHOLDER);
}
