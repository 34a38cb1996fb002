//! The settings page: everything that can be set, by groups, and the file it is in.

use eframe::egui::{
    Align, Button, Layout, Response, RichText, ScrollArea, TextEdit, Ui, UiBuilder, vec2,
};

use crate::app::command::Command;
use crate::app::rows::start_row_unless;
use crate::app::{text, theme};
use crate::message::{Setting, SettingGroup};

use super::setting_ui::setting_ui;
use super::{Options, OptionsCommand};
use crate::app::view::View;

/// Of the file's path, so that what it is stands beside it, points.
const PATH_ROOM: f32 = 300.0;

/// `read_only` says why nothing is remembered, where that is so.
pub fn settings_page_ui(
    ui: &mut Ui,
    options: &mut Options,
    read_only: Option<&str>,
    commands: &mut Vec<Command>,
) {
    page_ui(ui, "settings", |ui| {
        head_ui(ui, text::options::SETTINGS, View::Settings, commands);
        ui.horizontal_wrapped(|ui| {
            search_ui(
                ui,
                &mut options.settings_search,
                text::options::SEARCH_SETTINGS,
            );
            if let Some(list) = &options.list {
                let path = list.path.display().to_string();
                start_row_unless(ui, PATH_ROOM);
                ui.weak(text::options::SETTINGS_FILE);
                ui.label(RichText::new(text::middle(&path, 60)).monospace())
                    .on_hover_text(&path);
                let is_copied = ui.button(text::COPY_PATH).clicked();
                let read = ui.button(text::options::READ_FILE_AGAIN);
                if read.on_hover_text(text::options::READ_FILE_IS).clicked() {
                    commands.push(Command::Options(OptionsCommand::ReadFile));
                }
                if is_copied {
                    commands.push(Command::Copy(path));
                }
            }
        });
        let warning = theme::palette(ui.visuals()).warning;
        if let Some(reason) = read_only {
            ui.colored_label(warning, text::options::settings_not_kept(reason));
        }
        let Some(list) = options.list.clone() else {
            ui.weak(text::options::READING_SETTINGS);
            return;
        };
        for problem in &list.problems {
            ui.colored_label(warning, &problem.message);
            if let Some(way_out) = &problem.way_out {
                ui.weak(way_out);
            }
        }
        let search = options.settings_search.to_lowercase();
        let mut num_found = 0;
        for group in SettingGroup::ALL {
            let settings: Vec<&Setting> = list
                .settings
                .iter()
                .filter(|it| it.group == group && is_found(it, &search))
                .collect();
            if settings.is_empty() {
                continue;
            }
            num_found += settings.len();
            ui.add_space(theme::GAP_LARGE);
            ui.heading(group_title(group));
            ui.separator();
            for setting in settings {
                setting_ui(ui, options, setting, commands);
            }
        }
        if num_found == 0 {
            ui.add_space(theme::GAP_LARGE);
            ui.weak(text::options::NO_SETTING);
        }
        ui.add_space(theme::GAP_LARGE);
    });
}

/// A page that scrolls, its lines no longer than can be read with ease.
pub fn page_ui(ui: &mut Ui, id: &str, add_contents: impl FnOnce(&mut Ui)) {
    ScrollArea::vertical()
        .id_salt(id)
        .auto_shrink([false, false])
        .show(ui, |ui| {
            let room = ui
                .available_rect_before_wrap()
                .shrink2(vec2(theme::GAP_LARGE, theme::GAP));
            let page = room.with_max_x(room.max.x.min(room.min.x + theme::PAGE_WIDTH));
            ui.scope_builder(UiBuilder::new().max_rect(page), |ui| {
                ui.set_width(page.width());
                add_contents(ui);
            });
        });
}

/// What the page is, and the button that closes it.
pub fn head_ui(ui: &mut Ui, title: &str, view: View, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        ui.heading(title);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if ui.button(text::CLOSE).clicked() {
                commands.push(Command::Options(OptionsCommand::TogglePage(view)));
            }
        });
    });
}

pub fn search_ui(ui: &mut Ui, search: &mut String, name: &str) -> Response {
    let field = TextEdit::singleline(search)
        .hint_text(name)
        .desired_width(theme::FIELD_WIDTH);
    let field = ui.add(field).accessible_name(name);
    let clear = ui.add_enabled(!search.is_empty(), Button::new("×"));
    if clear.accessible_name(text::CLEAR).clicked() {
        search.clear();
    }
    field
}

/// Every word is in what the setting is called or says; `search` is in lower case.
fn is_found(setting: &Setting, search: &str) -> bool {
    let said = format!(
        "{} {} {} {}",
        setting.name,
        text::options::setting_title(setting.name),
        setting.what,
        group_title(setting.group)
    )
    .to_lowercase();
    search.split_whitespace().all(|word| said.contains(word))
}

fn group_title(group: SettingGroup) -> &'static str {
    match group {
        SettingGroup::Window => text::options::GROUP_WINDOW,
        SettingGroup::Memory => text::options::GROUP_MEMORY,
        SettingGroup::Similarity => text::options::GROUP_SIMILARITY,
        SettingGroup::Model => text::options::GROUP_MODEL,
        SettingGroup::Worker => text::options::GROUP_WORKER,
    }
}
