//! What is asked about settings: each change counts at once where it can, and is
//! written by a job.

use crate::engine::jobs::SettingsFileNews;
use crate::message::{Event, Notice, SettingsEvent, SettingsList, SettingsRequest};
use crate::settings::{FILE_NAME, Settings};

use super::Core;

impl Core<'_> {
    pub(super) fn ask_settings(&mut self, request: SettingsRequest) {
        match request {
            SettingsRequest::List => {
                if let Err(err) = self.settings_file.read() {
                    self.fail(format!("No thread for the settings can be started: {err}"));
                }
                self.tell_settings();
            }
            SettingsRequest::ReadFile => {
                if let Err(err) = self.settings_file.take() {
                    self.fail(format!("No thread for the settings can be started: {err}"));
                }
            }
            SettingsRequest::Set { name, value } => {
                let mut settings = self.settings.clone();
                let outcome = settings.set(&name, &value);
                self.take_changed(&name, settings, outcome);
            }
            SettingsRequest::Reset { name } => {
                let mut settings = self.settings.clone();
                let outcome = settings.reset(&name);
                self.take_changed(&name, settings, outcome);
            }
            SettingsRequest::SetKeys { action, keys } => {
                let mut settings = self.settings.clone();
                match keys {
                    Some(keys) => settings.keys.insert(action, keys),
                    None => settings.keys.remove(&action),
                };
                self.take_changed("keys", settings, Ok(()));
            }
            SettingsRequest::ResetKeys => {
                let mut settings = self.settings.clone();
                settings.keys.clear();
                self.take_changed("keys", settings, Ok(()));
            }
        }
    }

    fn take_changed(&mut self, name: &str, settings: Settings, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.apply_settings(settings),
            Err(reason) => {
                let name = name.to_owned();
                let refused = SettingsEvent::Refused { name, reason };
                self.outlet.tell(Event::Settings(refused));
            }
        }
        self.tell_settings();
    }

    /// Lets what differs count from now on, where it can, and remembers it.
    fn apply_settings(&mut self, settings: Settings) {
        self.apply(settings, true);
    }

    /// `is_new` where the file does not have them yet.
    fn apply(&mut self, settings: Settings, is_new: bool) {
        let before = self.settings.clone();
        if before.semantic_similarity != settings.semantic_similarity {
            self.enable_similarity(settings.semantic_similarity);
        }
        let (wish, pools) = (settings.budget(), settings.pools());
        if before.sqlite_cache_mb != settings.sqlite_cache_mb {
            self.library.set_cache_bytes(settings.sqlite_cache_mb << 20);
        }
        let is_budget_new = before.budget() != wish;
        let are_caps_new = before.pools() != pools || before.caps() != settings.caps();
        self.similar.comparer.context_mut().build.wish =
            crate::engine::similarity::IndexKind::named(&settings.similarity_index);
        if is_new {
            self.change_settings(settings);
        } else {
            self.settings = settings;
        }
        if is_budget_new || are_caps_new {
            self.budget.set_wish(wish);
            self.budget.set_caps(pools);
            self.follow_settings();
        }
    }

    /// Takes the settings, and remembers them where the library can be changed.
    pub(super) fn change_settings(&mut self, settings: Settings) {
        if self.settings == settings {
            return;
        }
        self.settings = settings.clone();
        let reason = match self.library.read_only() {
            Some(reason) => reason.to_owned(),
            None => match self.settings_file.write(settings) {
                Ok(()) => return,
                Err(err) => err.to_string(),
            },
        };
        self.settings_not_kept(&reason);
    }

    /// The file was written and read.
    pub(super) fn hear_settings_file(&mut self, news: SettingsFileNews) {
        let SettingsFileNews {
            written,
            problems,
            taken,
        } = news;
        if let Some(Err(reason)) = written {
            self.settings_not_kept(&reason);
        }
        if let Err(err) = self.settings_file.done() {
            self.settings_not_kept(&err.to_string());
        }
        let is_taken = taken.is_some();
        if let Some(settings) = taken
            && self.settings_file.is_taken(&settings)
        {
            self.apply(settings, false);
        }
        if self.settings_problems != problems || is_taken {
            self.settings_problems = problems;
            self.tell_settings();
        }
    }

    fn settings_not_kept(&mut self, reason: &str) {
        let path = self.library.dir().join(FILE_NAME);
        self.outlet.tell(Event::Notice(Notice {
            is_error: false,
            message: format!("The setting holds until Kobako is closed, and is not kept: {reason}"),
            way_out: Some(format!("Write it into {}", path.display())),
        }));
    }

    fn tell_settings(&mut self) {
        let list = SettingsList {
            path: self.library.dir().join(FILE_NAME),
            settings: self.settings.list(),
            window: self.settings.window(),
            problems: self.settings_problems.clone(),
        };
        let event = Event::Settings(SettingsEvent::List(Box::new(list)));
        self.outlet.tell_newest(event, |it| {
            matches!(it, Event::Settings(SettingsEvent::List(_)))
        });
    }
}
