//! The tree of folders.

use eframe::egui::{
    Align2, Color32, Pos2, Rect, Response, Role, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2,
    vec2,
};

use crate::app::command::Command;
use crate::app::tabs::TabCommand;
use crate::app::{text, theme};
use crate::message::PlaceChange;

use super::SideBarCommand;
use super::folders::{Folders, Row, RowKind};

const ROW_HEIGHT: f32 = 22.0;
/// Of the sign that opens a folder, and of each step of the tree, points.
const STEP: f32 = 14.0;

pub fn folders_ui(
    ui: &mut Ui,
    folders: &Folders,
    query: &str,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let Some(rows) = folders.rows() else {
        ui.weak(text::side_bar::LOADING);
        return;
    };
    if rows.is_empty() {
        ui.weak(text::side_bar::NO_FOLDERS);
    }
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        // Only what is on screen is painted, and a line more at both ends, for the keyboard
        // to move to.
        let top = ui.cursor().top();
        let clip = ui.clip_rect();
        let at = |y: f32| ((y - top) / ROW_HEIGHT).max(0.0);
        let first = (at(clip.top()).floor() as usize)
            .saturating_sub(1)
            .min(rows.len());
        let end = (at(clip.bottom()).ceil() as usize + 1).clamp(first, rows.len());
        ui.add_space(first as f32 * ROW_HEIGHT);
        let current = folders.current(query);
        for row in rows.get(first..end).unwrap_or_default() {
            let is_current = current == Some(&row.place);
            row_ui(ui, row, is_current, read_only, commands);
        }
        ui.add_space((rows.len() - end) as f32 * ROW_HEIGHT);
    });
}

fn row_ui(
    ui: &mut Ui,
    row: &Row,
    is_current: bool,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let path = row.folder.path.display().to_string();
    let size = vec2(ui.available_width(), ROW_HEIGHT);
    let (rect, _) = ui.allocate_exact_size(size, Sense::empty());
    let indent = row.depth as f32 * STEP;
    let sign_rect = Rect::from_min_size(rect.min + vec2(indent, 0.0), vec2(STEP + 4.0, ROW_HEIGHT));
    let own_query = row.query.clone();

    let line_rect = rect.with_min_x(sign_rect.right());
    let response = ui.interact(
        line_rect,
        ui.scope_id().with(("folder", &row.place)),
        Sense::click(),
    );
    response.widget_info(|| {
        let label = match row.kind {
            RowKind::Excluded => text::side_bar::excluded_folder(&path),
            _ => text::side_bar::folder(&path, row.folder.num_posts),
        };
        WidgetInfo::selected(Role::Button, true, is_current, label)
    });
    paint_line(ui, row, line_rect, &response, is_current);
    if row.folder.has_folders {
        sign_ui(ui, row, &path, sign_rect, commands);
    }
    let response = response.on_hover_ui(|ui| {
        ui.label(&path);
        if let Some(state) = state(row) {
            ui.weak(state);
        }
        if row.kind != RowKind::Excluded {
            ui.weak(text::side_bar::posts(row.folder.num_posts));
        }
    });
    if response.clicked() && row.kind != RowKind::Excluded {
        let choose = SideBarCommand::ChooseRow(row.place.clone());
        commands.push(Command::SideBar(choose));
        commands.push(Command::Search(own_query.clone()));
    }
    if response.middle_clicked() && row.kind != RowKind::Excluded {
        commands.push(Command::Tabs(TabCommand::Open(own_query.clone())));
    }
    response.context_menu(|ui| menu_ui(ui, row, own_query, read_only, commands));
}

/// What is not as usual with a folder, in words.
fn state(row: &Row) -> Option<&'static str> {
    match row.kind {
        RowKind::Root {
            is_missing: true, ..
        } => Some(text::side_bar::FOLDER_MISSING),
        RowKind::Root {
            is_imported: false, ..
        } => Some(text::side_bar::FOLDER_IN_PART),
        RowKind::Excluded => Some(text::side_bar::FOLDER_LEFT_OUT),
        RowKind::Root { .. } | RowKind::Folder => None,
    }
}

fn paint_line(ui: &Ui, row: &Row, rect: Rect, response: &Response, is_current: bool) {
    let visuals = ui.visuals();
    let palette = theme::palette(visuals);
    if is_current {
        ui.painter().rect_filled(rect, 3, visuals.selection.bg_fill);
    } else if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, 3, palette.cell_hovered);
    }
    let font = TextStyle::Body.resolve(ui.style());
    let is_missing = matches!(
        row.kind,
        RowKind::Root {
            is_missing: true,
            ..
        }
    );
    let (right, color) = match row.kind {
        RowKind::Excluded => (
            text::side_bar::LEFT_OUT.to_owned(),
            visuals.weak_text_color(),
        ),
        _ if is_missing => (text::side_bar::MISSING.to_owned(), palette.warning),
        _ => (text::count(row.folder.num_posts), visuals.weak_text_color()),
    };
    let inner = rect.shrink2(vec2(4.0, 0.0));
    let painted = ui.painter().text(
        inner.right_center(),
        Align2::RIGHT_CENTER,
        right,
        font.clone(),
        color,
    );
    let color = match row.kind {
        RowKind::Excluded => visuals.weak_text_color(),
        _ => visuals.text_color(),
    };
    let name_rect = inner.with_max_x(painted.left() - 6.0);
    let galley = truncated(
        ui,
        &text::on_screen(&row.name),
        font,
        color,
        name_rect.width(),
    );
    let at = pos2(
        name_rect.left(),
        name_rect.center().y - galley.size().y / 2.0,
    );
    ui.painter()
        .with_clip_rect(name_rect.intersect(ui.clip_rect()))
        .galley(at, galley, color);
}

/// One line of text, as much of it as there is room for.
pub fn truncated(
    ui: &Ui,
    name: &str,
    font: eframe::egui::FontId,
    color: Color32,
    width: f32,
) -> std::sync::Arc<eframe::egui::Galley> {
    let mut job = eframe::egui::text::LayoutJob::simple_singleline(name.to_owned(), font, color);
    job.wrap = eframe::egui::text::TextWrapping::truncate_at_width(width.max(0.0));
    ui.painter().layout_job(job)
}

/// The triangle before a folder that has folders.
fn sign_ui(ui: &Ui, row: &Row, path: &str, rect: Rect, commands: &mut Vec<Command>) {
    let response = ui.interact(
        rect,
        ui.scope_id().with(("open", &row.place)),
        Sense::click(),
    );
    let label = if row.is_open {
        text::side_bar::close_folder(path)
    } else {
        text::side_bar::open_folder(path)
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label.clone()));
    let visuals = ui.visuals();
    let color = if response.hovered() {
        visuals.text_color()
    } else {
        visuals.weak_text_color()
    };
    paint_sign(ui, rect.center(), row.is_open, color);
    if response.has_focus() {
        theme::focus_ring(ui, rect);
    }
    if response.clicked() {
        let place = row.place.clone();
        commands.push(Command::SideBar(SideBarCommand::ToggleFolder(place)));
    }
}

/// A triangle that points down where something is open, else to the right.
pub fn paint_sign(ui: &Ui, center: Pos2, is_open: bool, color: Color32) {
    let points = if is_open {
        vec![
            center + vec2(-4.0, -2.0),
            center + vec2(4.0, -2.0),
            center + vec2(0.0, 3.0),
        ]
    } else {
        vec![
            center + vec2(-2.0, -4.0),
            center + vec2(3.0, 0.0),
            center + vec2(-2.0, 4.0),
        ]
    };
    ui.painter().add(eframe::egui::Shape::convex_polygon(
        points,
        color,
        Stroke::NONE,
    ));
}

fn menu_ui(
    ui: &mut Ui,
    row: &Row,
    own_query: String,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    let folder = &row.folder.path;
    let is_writable = read_only.is_none();
    let mut item = |ui: &mut Ui, label: &str, is_enabled: bool, command: Command| {
        let button = ui.add_enabled(is_enabled, eframe::egui::Button::new(label));
        let button = match read_only {
            Some(reason) => button.on_disabled_hover_text(text::search::read_only(reason)),
            None => button,
        };
        if button.clicked() {
            commands.push(command);
            ui.close();
        }
    };
    let bar = Command::SideBar;
    if row.kind == RowKind::Excluded {
        let change = PlaceChange::Include {
            folder: folder.clone(),
        };
        let include = bar(SideBarCommand::Change(change));
        item(ui, text::side_bar::IMPORT_AGAIN, is_writable, include);
    } else {
        item(
            ui,
            text::side_bar::SHOW_POSTS,
            true,
            Command::Search(own_query.clone()),
        );
        let open = Command::Tabs(TabCommand::Open(own_query.clone()));
        item(ui, text::side_bar::SHOW_IN_NEW_TAB, true, open);
        item(
            ui,
            text::side_bar::ADD_TO_SEARCH,
            true,
            Command::AddTag(own_query.clone()),
        );
        item(
            ui,
            text::side_bar::EXCLUDE_FROM_SEARCH,
            true,
            Command::ExcludeTag(own_query),
        );
        ui.separator();
        let rescan = bar(SideBarCommand::Rescan(folder.clone()));
        item(ui, text::side_bar::RESCAN, is_writable, rescan);
        let moved = bar(SideBarCommand::AskMoved(folder.clone()));
        item(ui, text::side_bar::WAS_MOVED, is_writable, moved);
        let is_root = matches!(row.kind, RowKind::Root { .. });
        let take_out = bar(SideBarCommand::AskTakeOut {
            folder: folder.clone(),
            is_root,
        });
        let label = if is_root {
            text::side_bar::TAKE_OUT
        } else {
            text::side_bar::LEAVE_OUT
        };
        item(ui, label, is_writable, take_out);
    }
    ui.separator();
    let path = folder.display().to_string();
    item(ui, text::side_bar::COPY_PATH, true, Command::Copy(path));
}
