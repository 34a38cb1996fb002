//! Carries out what is asked of settings and keys, and takes in what the engine tells.

use eframe::egui;

use crate::app::KobakoApp;
use crate::app::actions::{self, Keymap, Trigger};
use crate::app::grid::GridOptions;
use crate::app::theme::{self, ThemeChoice};
use crate::app::view::View;
use crate::app::viewer::ViewerOptions;
use crate::app::window::EngineState;
use crate::message::{
    Request, Setting, SettingValue, SettingsEvent, SettingsList, SettingsRequest, WindowSettings,
};

use super::{Asking, Options, OptionsCommand};

/// Sizes of everything that a key goes through, percent.
const SCALES: [u64; 8] = [100, 110, 125, 150, 175, 200, 250, 300];

impl KobakoApp {
    pub(in crate::app) fn carry_out_options(
        &mut self,
        ctx: &egui::Context,
        command: OptionsCommand,
    ) {
        match command {
            OptionsCommand::TogglePage(view) => {
                let is_open = self.view == view && self.viewer.is_none();
                self.show(if is_open { View::Posts } else { view });
                if view == View::Keys && !is_open {
                    self.options.keys_search.clear();
                    self.options.keys_search_wants_focus = true;
                }
                if view == View::SearchHelp && !is_open {
                    self.help.search_page_opens();
                }
                self.ask_settings(SettingsRequest::List);
            }
            OptionsCommand::Set { name, value } => self.set_setting(ctx, name, value),
            OptionsCommand::Reset(name) => {
                let default = self.options.setting(name).map(|it| it.default.clone());
                if let Some(default) = default {
                    self.options.draft = None;
                    self.set_setting(ctx, name, default);
                }
            }
            OptionsCommand::ReadFile => {
                self.options.draft = None;
                self.options.refused = None;
                // Theme, size and keys too.
                self.options.follows_library = true;
                self.ask_settings(SettingsRequest::ReadFile);
            }
            OptionsCommand::ScaleBy(steps) => {
                let scale = self.settings.ui_scale;
                let next = if steps > 0 {
                    SCALES.iter().find(|it| **it > scale)
                } else {
                    SCALES.iter().rev().find(|it| **it < scale)
                };
                self.set_scale(ctx, next.copied().unwrap_or(scale));
            }
            OptionsCommand::ResetScale => self.set_scale(ctx, 100),
            OptionsCommand::Ask(action) => {
                self.options.asking = Some(Asking {
                    action,
                    taken: None,
                });
            }
            OptionsCommand::CancelKey => self.options.asking = None,
            OptionsCommand::Pressed(key) => self.key_pressed(ctx, key),
            OptionsCommand::TakeKey => {
                if let Some(Asking {
                    action,
                    taken: Some((key, other)),
                }) = self.options.asking.take()
                {
                    self.remove_key(ctx, other.id, key);
                    self.add_key(ctx, action, key);
                }
            }
            OptionsCommand::RemoveKey(action, key) => self.remove_key(ctx, action, key),
            OptionsCommand::ResetKeysOf(action) => self.set_keys(ctx, action, None),
            OptionsCommand::ResetKeys => {
                self.settings.keys.clear();
                self.take_keys(ctx);
                self.ask_settings(SettingsRequest::ResetKeys);
            }
        }
    }

    fn set_setting(&mut self, ctx: &egui::Context, name: &'static str, value: SettingValue) {
        self.options.refused = None;
        match (name, &value) {
            ("theme", SettingValue::Text(theme)) => {
                self.set_theme(ctx, ThemeChoice::named(theme));
            }
            ("ui_scale", SettingValue::Number(percent)) => self.set_scale(ctx, *percent),
            _ => {
                let name = name.to_owned();
                self.ask_settings(SettingsRequest::Set { name, value });
            }
        }
    }

    /// Remembers what was set where it is used and not on the page, once no button of
    /// the mouse is held.
    pub(in crate::app) fn keep_options(&mut self, ctx: &egui::Context) {
        if self.engine != EngineState::Ready || ctx.input(|input| input.pointer.any_down()) {
            return;
        }
        let grid = self.grid.options();
        let viewer = self.presenting.options;
        let kept = &mut self.settings;
        let mut changed = Vec::new();
        let mut number = |name: &'static str, kept: &mut u64, now: u64| {
            if *kept != now {
                *kept = now;
                changed.push((name, SettingValue::Number(now)));
            }
        };
        let size = u64::from(grid.thumbnail_size);
        number("thumbnail_size", &mut kept.thumbnail_size, size);
        number(
            "slideshow_secs",
            &mut kept.slideshow_secs,
            viewer.slideshow_secs,
        );
        for (name, kept, now) in [
            ("badges", &mut kept.badges, grid.has_badges),
            ("hover_preview", &mut kept.hover_preview, grid.has_previews),
            ("wheel_zooms", &mut kept.wheel_zooms, viewer.wheel_zooms),
            (
                "slideshow_random",
                &mut kept.slideshow_random,
                viewer.slideshow_is_random,
            ),
            (
                "slideshow_loop",
                &mut kept.slideshow_loop,
                viewer.slideshow_loops,
            ),
        ] {
            if *kept != now {
                *kept = now;
                changed.push((name, SettingValue::Switch(now)));
            }
        }
        let background = viewer.background.key();
        if kept.picture_background != background {
            background.clone_into(&mut kept.picture_background);
            let background = SettingValue::Text(background.to_owned());
            changed.push(("picture_background", background));
        }
        for (name, value) in changed {
            let name = name.to_owned();
            self.ask_settings(SettingsRequest::Set { name, value });
        }
    }

    fn ask_settings(&mut self, request: SettingsRequest) {
        self.link.send(Request::Settings(request));
    }

    /// Shows everything in this theme from now on, and remembers it.
    pub(in crate::app) fn set_theme(&mut self, ctx: &egui::Context, choice: ThemeChoice) {
        self.settings.theme = choice.name().to_owned();
        self.theme = choice;
        theme::install(ctx, choice);
        self.ask_settings(SettingsRequest::Set {
            name: "theme".to_owned(),
            value: SettingValue::Text(choice.name().to_owned()),
        });
    }

    fn set_scale(&mut self, ctx: &egui::Context, percent: u64) {
        self.settings.ui_scale = percent;
        theme::scale(ctx, percent);
        self.ask_settings(SettingsRequest::Set {
            name: "ui_scale".to_owned(),
            value: SettingValue::Number(percent),
        });
    }

    fn key_pressed(&mut self, ctx: &egui::Context, key: Trigger) {
        let Some(asking) = &mut self.options.asking else {
            return;
        };
        let action = asking.action;
        match self.keymap.other_with(action, key) {
            Some(other) => asking.taken = Some((key, other)),
            None => {
                self.options.asking = None;
                self.add_key(ctx, action, key);
            }
        }
    }

    fn add_key(&mut self, ctx: &egui::Context, action: &'static str, key: Trigger) {
        let mut keys: Vec<Trigger> = self.keymap.of(action).collect();
        if !keys.contains(&key) {
            keys.push(key);
        }
        self.set_keys(ctx, action, Some(keys));
    }

    fn remove_key(&mut self, ctx: &egui::Context, action: &'static str, key: Trigger) {
        let keys = self.keymap.of(action).filter(|it| *it != key).collect();
        self.set_keys(ctx, action, Some(keys));
    }

    /// Starts an action by `keys`, or by its own; what is its own is not written.
    fn set_keys(&mut self, ctx: &egui::Context, action: &'static str, keys: Option<Vec<Trigger>>) {
        let keys: Option<Vec<String>> =
            keys.map(|keys| keys.iter().map(Trigger::to_string).collect());
        let own = actions::named(action).map(|it| it.keys);
        let keys = keys.filter(|it| own.is_none_or(|own| !it.iter().eq(own.iter())));
        match &keys {
            Some(keys) => self.settings.keys.insert(action.to_owned(), keys.clone()),
            None => self.settings.keys.remove(action),
        };
        self.take_keys(ctx);
        self.ask_settings(SettingsRequest::SetKeys {
            action: action.to_owned(),
            keys,
        });
        ctx.request_repaint();
    }

    /// Makes the keys anew; names what is no action and no key, once.
    pub(in crate::app) fn take_keys(&mut self, ctx: &egui::Context) {
        let (keymap, problems) = Keymap::of_settings(&self.settings.keys);
        keymap.share(ctx);
        self.keymap = keymap;
        for problem in problems {
            self.notices.push(problem);
        }
    }

    /// Has theme, size and keys told of a library that was opened in this window.
    pub(in crate::app) fn follow_settings(&mut self) {
        if self.options.follows_library {
            self.ask_settings(SettingsRequest::List);
        }
    }

    pub(in crate::app) fn take_settings(&mut self, ctx: &egui::Context, event: SettingsEvent) {
        match event {
            SettingsEvent::Refused { name, reason } => {
                self.options.refused = Some((name, reason));
            }
            SettingsEvent::List(list) => {
                if std::mem::take(&mut self.options.follows_library) {
                    self.settings = list.window.clone();
                    self.theme = ThemeChoice::named(&self.settings.theme);
                    theme::install(ctx, self.theme);
                    theme::scale(ctx, self.settings.ui_scale);
                    self.take_keys(ctx);
                }
                // Theme, size and keys are this window's: what it asked for, it shows
                // already. The others may have been set on the page.
                let WindowSettings {
                    theme,
                    ui_scale,
                    keys,
                    ..
                } = self.settings.clone();
                self.settings = WindowSettings {
                    theme,
                    ui_scale,
                    keys,
                    ..list.window.clone()
                };
                self.set_grid_options(GridOptions::new(&self.settings));
                self.presenting.options = ViewerOptions::new(&self.settings);
                self.options.take_list(*list);
            }
        }
    }
}

impl Options {
    fn setting(&self, name: &str) -> Option<&Setting> {
        let list = self.list.as_ref()?;
        list.settings.iter().find(|it| it.name == name)
    }

    fn take_list(&mut self, list: SettingsList) {
        // What was typed was taken, unless that is what is refused.
        let refused = self.refused.as_ref().map(|it| it.0.as_str());
        if self.draft.as_ref().is_some_and(|it| {
            let setting = list.settings.iter().find(|setting| setting.name == it.0);
            refused != Some(it.0) && setting.is_some_and(|setting| setting.value == it.1)
        }) {
            self.draft = None;
        }
        self.list = Some(list);
    }
}
