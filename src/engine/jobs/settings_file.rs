//! Writes the settings' file, and reads what stands in it that has no effect.
//!
//! A disk may take its time, so neither happens on the engine's thread. The thread
//! that does it lives for one turn; what is asked for meanwhile is one more turn.

use std::path::PathBuf;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use super::News;
use crate::memory::{self, Component};
use crate::message::Notice;
use crate::settings::Settings;

/// What the file said, and whether it took what was to be written.
#[derive(Debug)]
pub(in crate::engine) struct SettingsFileNews {
    /// What was written; `None` where there was nothing to write.
    pub written: Option<Result<Box<Settings>, String>>,
    /// What stands in the file and has no effect.
    pub problems: Vec<Notice>,
}

pub(in crate::engine) struct SettingsFile {
    dir: PathBuf,
    news: Sender<News>,
    /// As the file has them, as far as they were read or written.
    stored: Settings,
    /// What it is to have once the thread is done.
    wanted: Option<Settings>,
    is_read_wanted: bool,
    thread: Option<JoinHandle<()>>,
}

impl SettingsFile {
    /// The file in `dir`, which has `stored`.
    pub fn new(dir: PathBuf, stored: Settings, news: Sender<News>) -> Self {
        Self {
            dir,
            news,
            stored,
            wanted: None,
            is_read_wanted: false,
            thread: None,
        }
    }

    /// Has `settings` written; [`News::SettingsFile`] follows.
    pub fn write(&mut self, settings: Settings) -> std::io::Result<()> {
        self.wanted = Some(settings);
        self.start()
    }

    /// Has the file read for what is wrong with it; [`News::SettingsFile`] follows.
    pub fn read(&mut self) -> std::io::Result<()> {
        self.is_read_wanted = true;
        self.start()
    }

    /// The thread has told its news: goes on with what came meanwhile.
    pub fn done(&mut self, stored: Option<Settings>) -> std::io::Result<()> {
        if let Some(stored) = stored {
            self.stored = stored;
        }
        if let Some(thread) = self.thread.take() {
            // Its news were its last.
            let _ = thread.join();
        }
        if self.wanted.is_some() || self.is_read_wanted {
            self.start()
        } else {
            Ok(())
        }
    }

    fn start(&mut self) -> std::io::Result<()> {
        if self.thread.is_some() {
            return Ok(());
        }
        let wanted = self.wanted.take();
        self.is_read_wanted = false;
        let (dir, news, mut stored) = (self.dir.clone(), self.news.clone(), self.stored.clone());
        self.thread = Some(memory::spawn("settings", Component::Engine, move || {
            let written = wanted.map(|mut settings| match settings.store(&mut stored, &dir) {
                Ok(()) => Ok(Box::new(settings)),
                Err(err) => Err(err.to_string()),
            });
            let (_, problems) = Settings::load(&dir);
            let told = SettingsFileNews { written, problems };
            // Fails only where the engine has stopped.
            let _ = news.send(News::SettingsFile(Box::new(told)));
        })?);
        Ok(())
    }

    /// Writes what still waits, for the engine ends; the thread of what is being written.
    pub fn stop(self) -> Option<JoinHandle<()>> {
        let Self {
            dir,
            news: _,
            stored: _,
            wanted,
            is_read_wanted: _,
            thread,
        } = self;
        let Some(mut settings) = wanted else {
            return thread;
        };
        let last = memory::spawn("settings", Component::Engine, move || {
            if let Some(thread) = thread {
                let _ = thread.join();
            }
            // What that thread wrote was not heard of any more.
            let (mut stored, _) = Settings::load(&dir);
            if let Err(err) = settings.store(&mut stored, &dir) {
                tracing::warn!(%err, "the last change of a setting was not kept");
            }
        });
        last.ok()
    }
}
