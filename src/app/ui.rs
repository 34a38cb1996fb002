//! Lays the window out: search above, status below, memory at the side, the
//! grid or an open post in the middle.

use std::path::PathBuf;

use eframe::egui::{
    self, Align, Align2, CentralPanel, Color32, Id, LayerId, Layout, Order, Panel, ScrollArea,
    TextStyle, Ui, vec2,
};

use super::KobakoApp;
use super::actions::Action;
use super::command::Command;
use super::duplicates::duplicates_page_ui;
use super::grid::grid_ui;
use super::help::{about_page_ui, search_page_ui};
use super::import_panel::{failures_ui, import_panel_ui};
use super::libraries::welcome_ui;
use super::memory_panel::memory_panel_ui;
use super::notices::notices_ui;
use super::options::{keys_page_ui, settings_page_ui};
use super::palette::palette_ui;
use super::rows::button_width;
use super::search::{
    chip_label, chip_ui, naming_ui, saved_menu_ui, saved_submenu_ui, search_bar_ui,
    search_messages_ui, star_ui,
};
use super::side_bar::{change_ui, question_ui, side_bar_button_ui, side_bar_ui};
use super::similar::{
    SimilarCommand, Strip, is_picture_name, similar_menu_ui, similar_page_ui, strip_ui,
};
use super::status_ui::status_bar_ui;
use super::tabs::{history_ui, new_tab_ui, tabs_ui};
use super::tag_row_ui::TaggedPosts;
use super::tagging::tagger_ui;
use super::text;
use super::theme::{self, ThemeChoice};
use super::trash_ui::trash_ui;
use super::view::View;
use super::viewer::{Around, has_room_beside, viewer_ui};
use super::window::EngineState;

impl KobakoApp {
    pub(super) fn window_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let ctx = ui.ctx().clone();
        self.is_covered = self.memory_covers(&ctx);
        self.keys(&ctx, commands);
        let is_find_page = self.view == View::Similar && self.viewer.is_none();
        take_drops(&ctx, is_find_page, commands);
        let (grid, similar, duplicates) = (&self.grid, &self.similar, &self.duplicates);
        let open = self.viewer.as_ref().map(|viewer| viewer.post);
        let is_wanted = |post| {
            grid.is_wanted(post)
                || Some(post) == open
                || similar.strip.wanted.contains(post)
                || similar.page.grid.is_wanted(post)
                || duplicates.is_wanted(post)
        };
        if self.textures.begin_frame(&ctx, is_wanted) {
            ctx.request_repaint();
        }

        // An open post has the full screen for itself.
        let is_alone = self.viewer.is_some() && self.presenting.is_fullscreen;
        if !is_alone {
            let top = Panel::top("top").show(ui, |ui| self.top_ui(ui, commands));
            repaint_if_resized(&ctx, "top panel", top.response.rect.height());
            let status = Panel::bottom("status").show(ui, |ui| status_bar_ui(ui, self, commands));
            repaint_if_resized(&ctx, "status", status.response.rect.height());
        }
        if let Some(failures) = &self.import.failures
            && !is_alone
        {
            Panel::bottom("failures")
                .resizable(true)
                .default_size(200.0)
                .show(ui, |ui| failures_ui(ui, failures, commands));
        }
        let is_covered = self.is_covered;
        // What covers the pictures needs the room more.
        if !is_alone && !is_covered {
            side_bar_ui(self, ui, commands);
        }
        if self.memory_panel.is_open() && !is_covered {
            Panel::right("memory")
                .resizable(true)
                .default_size(theme::MEMORY_PANEL_WIDTH.min(ui.available_width() * 0.6))
                .min_size(theme::MEMORY_PANEL_MIN_WIDTH)
                .show(ui, |ui| self.memory_ui(ui, commands));
        }
        let frame = egui::Frame::central_panel(ui.style()).inner_margin(egui::Margin {
            left: 8,
            right: 2,
            top: 4,
            bottom: 0,
        });
        // An open post has panels of its own, with margins of their own.
        let has_panels = self.viewer.is_some() || self.view != View::Posts;
        let frame = match is_covered {
            true => egui::Frame::central_panel(ui.style()),
            false if has_panels => frame.inner_margin(0),
            false => frame,
        };
        CentralPanel::default().frame(frame).show(ui, |ui| {
            if is_covered {
                self.memory_ui(ui, commands);
            } else {
                self.middle_ui(ui, commands);
            }
        });
        self.overlay_ui(&ctx, commands);
        self.keep_options(&ctx);
        drop_overlay_ui(&ctx, is_find_page);
        self.textures.reserve(self.preview_bytes());
        if self.textures.end_frame() {
            self.ask_thumbnails_again();
            ctx.request_repaint();
        }
        self.publish_textures(&ctx);
        if self.textures.is_complete() {
            self.trace.thumbnails_are_complete();
        }
    }

    fn memory_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let figures = self.memory_panel.shows_costs().then(|| self.view_figures());
        memory_panel_ui(ui, &mut self.memory_panel, figures.as_ref(), commands);
    }

    /// What stands over everything else.
    fn overlay_ui(&mut self, ctx: &egui::Context, commands: &mut Vec<Command>) {
        if !self.palette.is_open() {
            return;
        }
        let mut palette = std::mem::take(&mut self.palette);
        let scopes = self.scopes();
        let why_not =
            |action: &Action| (!self.can_do(action, scopes)).then(|| self.why_not(action, scopes));
        palette_ui(ctx, &mut palette, &self.keymap, &why_not, commands);
        self.palette = palette;
    }

    /// In a narrow window the memory table takes the place of the pictures.
    fn memory_covers(&self, ctx: &egui::Context) -> bool {
        self.memory_panel.is_open() && ctx.content_rect().width() < theme::NARROW_WIDTH
    }

    fn top_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let opens_menu = std::mem::take(&mut self.opens_menu);
        ui.add_space(2.0);
        tabs_ui(ui, self, commands);
        let read_only = self.library.read_only.clone();
        let read_only = read_only.as_deref();
        ui.horizontal(|ui| {
            self.main_menu_ui(ui, opens_menu, commands);
            side_bar_button_ui(ui, self, commands);
            let room = ui.ctx().content_rect().width();
            if room >= theme::NARROW_WIDTH {
                history_ui(ui, &self.tabs, commands);
            }
            new_tab_ui(ui, &self.tabs, commands);
            let import = if self.import.is_open {
                text::CLOSE_IMPORT
            } else {
                text::IMPORT
            };
            if room >= theme::NARROWEST_WIDTH
                && ui
                    .add(egui::Button::new(import).selected(self.import.is_open))
                    .on_hover_text(self.keymap.shown("library.import"))
                    .clicked()
            {
                commands.push(Command::ToggleImport);
            }
            // From left to right, for Tab goes in the order of painting.
            let chip = chip_label(ui, &self.search);
            let (buttons, width) = buttons_that_fit(ui, chip.as_deref());
            let size = vec2(
                (ui.available_width() - width).max(theme::SEARCH_NARROWEST_WIDTH),
                ui.available_height(),
            );
            ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
                search_bar_ui(ui, &mut self.search, &mut self.link, commands);
            });
            chip_ui(ui, &self.search, commands);
            if buttons.contains(&text::CLEAR_SEARCH) {
                let clear = ui.add_enabled(!self.search.text.is_empty(), egui::Button::new("×"));
                if clear.accessible_name(text::CLEAR_SEARCH).clicked() {
                    commands.push(Command::Search(String::new()));
                }
            }
            if buttons.contains(&text::SAVE_SEARCH) {
                star_ui(ui, &self.search, read_only, commands);
            }
            if buttons.contains(&text::SAVED) {
                saved_menu_ui(ui, &self.search, read_only, commands);
            }
            if buttons.contains(&text::SIMILAR) {
                similar_menu_ui(ui, &self.similar, self.view, commands);
            }
            if buttons.contains(&text::MEMORY)
                && ui
                    .add(egui::Button::new(text::MEMORY).selected(self.memory_panel.is_open()))
                    .on_hover_text(self.keymap.hint(text::MEMORY, "view.memory"))
                    .clicked()
            {
                commands.push(Command::ToggleMemory);
            }
            if buttons.contains(&text::THEME) {
                theme_ui(ui, self.theme, commands);
            } else {
                self.more_ui(ui, &buttons, room, commands);
            }
        });
        naming_ui(ui, &mut self.search.kept, commands);
        question_ui(ui, &mut self.side_bar, commands);
        change_ui(ui, &self.side_bar, commands);
        search_messages_ui(ui, &self.search, commands);
        if self.import.is_open {
            import_panel_ui(ui, &mut self.import, read_only, commands);
        }
        notices_ui(ui, &self.notices, commands);
        ui.add_space(2.0);
    }

    /// A menu of what the bar has no room for.
    fn more_ui(&self, ui: &mut Ui, buttons: &[&str], room: f32, commands: &mut Vec<Command>) {
        let more = ui.menu_button(text::search::MORE, |ui| {
            if room < theme::NARROW_WIDTH {
                self.named_entry_ui(ui, "tabs.back", commands);
                self.named_entry_ui(ui, "tabs.forward", commands);
                ui.separator();
            }
            if room < theme::NARROWEST_WIDTH {
                self.named_entry_ui(ui, "library.import", commands);
            }
            if !buttons.contains(&text::CLEAR_SEARCH) {
                self.named_entry_ui(ui, "search.everything", commands);
            }
            if !buttons.contains(&text::SAVE_SEARCH) {
                self.named_entry_ui(ui, "search.save", commands);
            }
            if !buttons.contains(&text::SAVED) {
                let read_only = self.library.read_only.as_deref();
                saved_submenu_ui(ui, &self.search, read_only, commands);
            }
            if !buttons.contains(&text::SIMILAR) {
                similar_menu_ui(ui, &self.similar, self.view, commands);
            }
            if !buttons.contains(&text::MEMORY) {
                self.named_entry_ui(ui, "view.memory", commands);
            }
            theme_ui(ui, self.theme, commands);
        });
        more.response.on_hover_text(text::search::MORE_IS);
    }

    fn middle_ui(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let is_alone = self.presenting.is_fullscreen;
        if let Some(question) = &mut self.trash {
            let asked = Panel::bottom("trash question")
                .show_separator_line(false)
                .show(ui, |ui| trash_ui(ui, question, commands));
            repaint_if_resized(ui.ctx(), "trash question", asked.response.rect.height());
        }
        if let Some(tagger) = &mut self.tagger {
            let read_only = self.library.read_only.as_deref();
            let link = &mut self.link;
            let bar = Panel::top("tags").frame(egui::Frame::NONE).show(ui, |ui| {
                tagger_ui(ui, tagger, read_only, link, commands);
            });
            repaint_if_resized(ui.ctx(), "tags", bar.response.rect.height());
        }
        self.give_strip_room(ui);
        if self.viewer.is_some() && self.similar.strip.is_visible() && !is_alone {
            self.ask_strip_thumbnails();
            let strip = Panel::bottom("similar strip").show(ui, |ui| {
                strip_ui(ui, &self.similar, &mut self.textures, commands);
            });
            repaint_if_resized(ui.ctx(), "similar strip", strip.response.rect.height());
        }
        let num_posts = self.viewer.as_ref().map_or(0, |it| self.num_in(it.place));
        let tagged = TaggedPosts {
            num: self.num_taggable(),
            is_theirs: false,
            have_all: true,
        };
        if let Some(viewer) = &mut self.viewer {
            viewer.has_strip = self.similar.strip.is_visible();
            viewer_ui(
                ui,
                viewer,
                Around {
                    presenting: &mut self.presenting,
                    num_posts,
                    query: self.search.current_query(),
                    tagged,
                },
                &mut self.textures,
                &mut self.link,
                commands,
            );
        } else if self.view == View::Similar && self.engine == EngineState::Ready {
            similar_page_ui(
                ui,
                &mut self.similar,
                self.search.current_query(),
                self.library.read_only.as_deref(),
                &mut self.textures,
                &mut self.link,
                commands,
            );
        } else if self.view == View::Duplicates && self.engine == EngineState::Ready {
            duplicates_page_ui(
                ui,
                &mut self.duplicates,
                self.library.read_only.as_deref(),
                &mut self.textures,
                &mut self.link,
                commands,
            );
        } else if self.view == View::Settings {
            let read_only = self.library.read_only.as_deref();
            settings_page_ui(ui, &mut self.options, read_only, commands);
        } else if self.view == View::Keys {
            keys_page_ui(ui, &mut self.options, &self.keymap, commands);
        } else if self.view == View::SearchHelp {
            let tags = self.side_bar.example_tags();
            search_page_ui(ui, &mut self.help, tags, commands);
        } else if self.view == View::About {
            about_page_ui(ui, self, commands);
        } else if self.results.len() > 0 {
            grid_ui(
                ui,
                &mut self.grid,
                &self.results,
                &mut self.textures,
                &mut self.link,
                commands,
            );
        } else {
            self.nothing_ui(ui, commands);
        }
    }

    /// The strip goes first where the picture would have less than its share of the
    /// window, for facts below it too.
    fn give_strip_room(&mut self, ui: &Ui) {
        if self.viewer.is_none() {
            return;
        }
        let window = ui.ctx().content_rect().height();
        let mut others = theme::VIEWER_BAR_HEIGHT + Strip::height(window);
        if !self.presenting.is_info_hidden && !has_room_beside(ui) {
            others += theme::DETAILS_LEAST_HEIGHT;
        }
        let picture = ui.available_height() - others;
        let has_room = picture >= window * theme::PICTURE_LEAST_SHARE;
        if std::mem::replace(&mut self.similar.strip.has_room, has_room) != has_room {
            ui.ctx().request_repaint();
        }
    }

    /// In the place of the grid where there is nothing to show: why, and what to do.
    fn nothing_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        page_ui(ui, |ui| match self.engine {
            EngineState::Opening => {
                ui.heading(text::OPENING);
            }
            EngineState::Stopped => {
                ui.heading(text::STOPPED_TITLE);
                if let Some(error) = self.notices.last_error() {
                    ui.label(&error.message);
                    if let Some(way_out) = &error.way_out {
                        ui.label(way_out);
                    }
                }
                ui.label(text::STOPPED_WAY_OUT);
            }
            EngineState::Ready if self.search.error.is_some() => {
                ui.heading(text::BAD_QUERY);
                if ui.button(text::actions::SHOW_EVERYTHING).clicked() {
                    commands.push(Command::Search(String::new()));
                }
            }
            EngineState::Ready if self.library.num_posts == 0 || self.is_first_import() => {
                self.empty_ui(ui, commands);
            }
            EngineState::Ready if self.search.is_running() || !self.results.is_any() => {
                ui.heading(text::SEARCHING);
            }
            // The first pictures are there and have not been searched yet.
            EngineState::Ready if self.search.query.is_empty() && self.search.is_refresh_due() => {
                ui.heading(text::SEARCHING);
            }
            EngineState::Ready => {
                ui.heading(text::NO_RESULTS);
                if !self.search.query.is_empty() {
                    ui.label(text::middle(&self.search.query, 120));
                    if ui.button(text::actions::SHOW_EVERYTHING).clicked() {
                        commands.push(Command::Search(String::new()));
                    }
                }
                if self.search.is_without_tags() {
                    ui.weak(text::search::NO_TAGS_YET);
                }
            }
        });
    }

    /// Everything was searched and nothing found, but an import brings pictures.
    fn is_first_import(&self) -> bool {
        self.search.current_query().is_empty() && !self.import.jobs.is_empty()
    }

    fn empty_ui(&self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let is_importing = !self.import.jobs.is_empty();
        if !is_importing {
            return welcome_ui(ui, self, commands);
        }
        ui.heading(if self.is_demo {
            text::DEMO_COMING
        } else {
            text::import_panel::IMPORTING
        });
        ui.label(text::EMPTY_EXPLANATION);
    }
}

/// What is beside a panel was placed by its height in the frame before, so it is
/// placed again.
pub(super) fn repaint_if_resized(ctx: &egui::Context, panel: &str, height: f32) {
    let id = Id::unique(("height of a panel", panel));
    let last: Option<f32> = ctx.data_mut(|data| data.get_temp(id));
    if last != Some(height) {
        ctx.data_mut(|data| data.insert_temp(id, height));
        ctx.request_repaint();
    }
}

/// The buttons at the end of the top bar that leave the search room enough, and how
/// wide they are together, with that of a menu of the others where there are any.
fn buttons_that_fit(ui: &Ui, chip: Option<&str>) -> (Vec<&'static str>, f32) {
    let gap = ui.spacing().item_spacing.x;
    let mut buttons = vec![
        text::SAVE_SEARCH,
        text::CLEAR_SEARCH,
        text::SAVED,
        text::MEMORY,
        text::SIMILAR,
        text::THEME,
    ];
    let num_all = buttons.len();
    loop {
        let more = (buttons.len() < num_all).then_some(text::search::MORE);
        let shown = buttons.iter().copied().chain(more).chain(chip);
        let width: f32 = shown
            .map(|label| match label {
                text::SAVE_SEARCH => theme::STAR_BUTTON_WIDTH + gap,
                text::CLEAR_SEARCH => button_width(ui, "×") + gap,
                label => button_width(ui, label) + gap,
            })
            .sum();
        // What belongs to the search goes last.
        let least = if buttons.len() > 2 {
            theme::SEARCH_LEAST_WIDTH
        } else {
            theme::SEARCH_NARROWEST_WIDTH
        };
        if buttons.is_empty() || ui.available_width() - width >= least {
            return (buttons, width);
        }
        buttons.pop();
    }
}

/// Calm text in the middle of the room that is left; scrolled where that is little.
fn page_ui(ui: &mut Ui, add_contents: impl FnOnce(&mut Ui)) {
    let height = ui.available_height();
    ScrollArea::vertical()
        .id_salt("page")
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.add_space(if height < theme::LOW_PAGE_HEIGHT {
                theme::GAP_LARGE
            } else {
                (height * 0.3).min(220.0)
            });
            ui.vertical_centered(|ui| {
                let room = ui.available_width() - 2.0 * theme::GAP_LARGE;
                ui.set_max_width(room.min(460.0));
                ui.spacing_mut().item_spacing.y = theme::GAP_LARGE;
                add_contents(ui);
                ui.add_space(theme::GAP);
            });
        });
}

fn theme_ui(ui: &mut Ui, current: ThemeChoice, commands: &mut Vec<Command>) {
    let menu = ui.menu_button(text::THEME, |ui| {
        for choice in ThemeChoice::ALL {
            let name = text::options::choice_title(choice.name());
            if ui.selectable_label(choice == current, name).clicked() {
                commands.push(Command::SetTheme(choice));
                ui.close();
            }
        }
    });
    menu.response.on_hover_text(text::THEME_IS);
}

/// What is dropped is imported; on the Find-similar page, a single picture is
/// what is looked for.
fn take_drops(ctx: &egui::Context, is_find_page: bool, commands: &mut Vec<Command>) {
    let paths: Vec<PathBuf> = ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        files
            .map(|file| file.path().to_owned())
            .filter(|path| !path.as_os_str().is_empty())
            .collect()
    });
    match &*paths {
        [] => {}
        [file] if is_find_page && is_picture_name(file) => {
            commands.push(Command::Similar(SimilarCommand::FindFile(file.clone())));
        }
        _ => commands.push(Command::Import(paths)),
    }
}

fn drop_overlay_ui(ctx: &egui::Context, is_find_page: bool) {
    if ctx.input(|input| input.raw.hovered_files.is_empty()) {
        return;
    }
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop overlay")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0, Color32::from_black_alpha(190));
    let font = TextStyle::Heading.resolve(&ctx.global_style());
    painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        if is_find_page {
            text::DROP_TO_FIND
        } else {
            text::DROP_TO_IMPORT
        },
        font,
        Color32::WHITE,
    );
}
