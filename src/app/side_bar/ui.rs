//! Lays the side bar out: sections, one below the other, in one scroll area.

use eframe::egui::{
    Button, Label, Memory, Panel, Rect, Response, RichText, Role, ScrollArea, Sense, Stroke,
    StrokeKind, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::libraries::library_menu_ui;
use crate::app::tag_row_ui::{TaggedPosts, edit_tags_ui, heading, tag_row_ui};
use crate::app::{text, theme};
use crate::message::LibrarySummary;
use crate::model::Category;

use super::folders_ui::{folders_ui, paint_sign, truncated};
use super::searches_ui::searches_ui;
use super::tags::TagList;
use super::{Section, SideBarCommand};

const WIDTH: f32 = 250.0;
const MIN_WIDTH: f32 = 170.0;
const MAX_WIDTH: f32 = 520.0;

/// A narrower window has no side bar, points.
const LEAST_WINDOW: f32 = 560.0;

/// Whether the window is wide enough for the bar.
fn has_room(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() >= LEAST_WINDOW
}

/// The button that opens and closes the bar.
pub fn side_bar_button_ui(ui: &mut Ui, app: &KobakoApp, commands: &mut Vec<Command>) {
    if !has_room(ui) {
        return;
    }
    let is_shown = app.side_bar.is_open;
    let button = Button::new("")
        .min_size(vec2(theme::STAR_BUTTON_WIDTH, 0.0))
        .selected(is_shown);
    let response = ui
        .add(button)
        .accessible_name(text::side_bar::SIDE_BAR)
        .on_hover_text(
            app.keymap
                .hint(text::side_bar::SIDE_BAR_IS, "side_bar.toggle"),
        );
    // A window with a bar at its left.
    let visuals = ui.style().interact_selectable(&response, is_shown);
    let stroke = Stroke::new(1.3, visuals.text_color());
    let icon = Rect::from_center_size(response.rect.center(), vec2(14.0, 11.0));
    let painter = ui.painter();
    painter.rect_stroke(icon, 2, stroke, StrokeKind::Middle);
    painter.vline(icon.left() + 4.5, icon.y_range(), stroke);
    if response.clicked() {
        commands.push(Command::SideBar(SideBarCommand::Toggle));
    }
}

/// The bar, where it is open and the window has room for it.
pub fn side_bar_ui(app: &mut KobakoApp, ui: &mut Ui, commands: &mut Vec<Command>) {
    if !app.side_bar.is_open || !has_room(ui) {
        return;
    }
    let panel = Panel::left("side bar")
        .resizable(true)
        .default_size(app.side_bar.width.unwrap_or(WIDTH))
        .size_range(MIN_WIDTH..=MAX_WIDTH)
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("side bar")
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.spacing_mut().item_spacing.y = 2.0;
                    library_menu_ui(ui, app, commands);
                    sections_ui(app, ui, commands);
                    show_focused(ui);
                });
        });
    let width = panel.response.rect.width().round();
    app.side_bar.width = Some(width);
}

/// Scrolls to what the keyboard has just moved to.
fn show_focused(ui: &Ui) {
    let ctx = ui.ctx();
    let focused = ctx.memory(Memory::focused);
    let response = focused.and_then(|id| ctx.read_response(id));
    let Some(response) = response.filter(Response::gained_focus) else {
        return;
    };
    // What is seen as a whole needs nothing; what is seen elsewhere is not of this bar.
    let is_elsewhere = response.layer_id != ui.layer_id()
        || (response.interact_rect.is_positive()
            && !ui.clip_rect().intersects(response.interact_rect));
    if !is_elsewhere && ui.min_rect().intersects(response.rect) {
        ui.scroll_to_rect(response.rect, None);
    }
}

fn sections_ui(app: &KobakoApp, ui: &mut Ui, commands: &mut Vec<Command>) {
    let read_only = app.library.read_only.as_deref();
    let side_bar = &app.side_bar;
    for section in [Section::Searches, Section::Folders, Section::Tags] {
        let is_open = side_bar.has(section);
        let title = match section {
            Section::Searches => text::side_bar::SAVED_SEARCHES.to_owned(),
            Section::Folders => text::side_bar::FOLDERS.to_owned(),
            Section::Tags => tags_title(&side_bar.tags),
        };
        section_title_ui(ui, section, &title, is_open, commands);
        if !is_open {
            continue;
        }
        match section {
            Section::Searches => searches_ui(ui, &app.search, read_only, commands),
            Section::Folders => {
                let query = app.search.current_query();
                folders_ui(ui, &side_bar.folders, query, read_only, commands);
            }
            Section::Tags => {
                let query = app.search.current_query();
                let posts = TaggedPosts {
                    num: app.num_taggable(),
                    is_theirs: side_bar.tags.is_of_posts && app.viewer.is_none(),
                    have_all: false,
                };
                tags_ui(ui, &side_bar.tags, &app.library, query, posts, commands);
            }
        }
        ui.add_space(theme::GAP_LARGE);
    }
}

fn tags_title(tags: &TagList) -> String {
    if tags.is_of_posts {
        match tags.num_posts {
            1 => text::side_bar::TAGS_OF_ONE.to_owned(),
            num => text::side_bar::tags_of_selected(num),
        }
    } else {
        text::side_bar::TAGS_OF_RESULT.to_owned()
    }
}

fn section_title_ui(
    ui: &mut Ui,
    section: Section,
    title: &str,
    is_open: bool,
    commands: &mut Vec<Command>,
) {
    let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let visuals = ui.visuals();
    if response.hovered() || response.has_focus() {
        let color = theme::palette(visuals).cell_hovered;
        ui.painter().rect_filled(rect, 3, color);
    }
    if response.has_focus() {
        theme::focus_ring(ui, rect);
    }
    let color = visuals.strong_text_color();
    let sign = rect.left_center() + vec2(9.0, 0.0);
    paint_sign(ui, sign, is_open, color);
    let font = TextStyle::Body.resolve(ui.style());
    let galley = truncated(ui, title, font, color, rect.width() - 22.0);
    let at = pos2(rect.left() + 20.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    let name = match section {
        Section::Searches => text::side_bar::SECTION_OF_SEARCHES,
        Section::Folders => text::side_bar::SECTION_OF_FOLDERS,
        Section::Tags => text::side_bar::SECTION_OF_TAGS,
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_open, name));
    if response.clicked() {
        commands.push(Command::SideBar(SideBarCommand::ToggleSection(section)));
    }
}

/// Why there are no tags to list.
fn why_empty(list: &TagList, library: &LibrarySummary) -> &'static str {
    if !list.is_answered() {
        text::side_bar::COUNTING
    } else if library.num_posts == 0 {
        text::side_bar::NO_POSTS_YET
    } else if library.num_tags == 0 {
        text::side_bar::NO_TAGS_IN_LIBRARY
    } else if !list.is_of_posts {
        match list.num_posts {
            0 => text::side_bar::NO_POSTS,
            _ => text::side_bar::NO_TAGS,
        }
    } else if list.num_posts == 1 {
        text::side_bar::NO_TAGS_OF_ONE
    } else {
        text::side_bar::NO_TAGS_OF_SELECTED
    }
}

fn tags_ui(
    ui: &mut Ui,
    list: &TagList,
    library: &LibrarySummary,
    query: &str,
    posts: TaggedPosts,
    commands: &mut Vec<Command>,
) {
    if posts.is_theirs {
        edit_tags_ui(ui, posts, commands);
    }
    if list.tags.is_empty() {
        ui.add(Label::new(RichText::new(why_empty(list, library)).weak()).wrap());
        return;
    }
    for category in Category::ALL {
        let mut of_it = list.tags.iter().filter(|it| it.category == category);
        let Some(first) = of_it.next() else {
            continue;
        };
        let color = theme::category_color(category, ui.visuals());
        ui.label(RichText::new(heading(category)).color(color).small());
        for tag in std::iter::once(first).chain(of_it) {
            tag_row_ui(ui, tag, query, posts, commands);
        }
        ui.add_space(theme::GAP);
    }
    if list.may_have_more() && ui.button(text::side_bar::MORE_TAGS).clicked() {
        commands.push(Command::SideBar(SideBarCommand::MoreTags));
    }
}
