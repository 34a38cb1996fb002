//! Writes the settings' file, and reads what stands in it that has no effect.
//!
//! A disk may take its time, so neither happens on the engine's thread. The thread
//! that does it lives for one turn; what is asked for meanwhile is one more turn.
//!
//! The file may be edited by hand meanwhile. So only what was changed here since it was
//! read or written last is ever written; everything else stays as it stands there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;
use parking_lot::Mutex;

use super::News;
use crate::memory::{self, Component};
use crate::message::Notice;
use crate::settings::Settings;

/// What the file said, and whether it took what was to be written.
#[derive(Debug)]
pub(in crate::engine) struct SettingsFileNews {
    /// Whether it was written; `None` where there was nothing to write.
    pub written: Option<Result<(), String>>,
    /// What stands in the file and has no effect.
    pub problems: Vec<Notice>,
    /// What the file says, where that was asked for and could be understood.
    pub taken: Option<Settings>,
}

pub(in crate::engine) struct SettingsFile {
    dir: PathBuf,
    news: Sender<News>,
    /// As the file has them, as far as they were read or written. Held by the thread
    /// while it writes.
    stored: Arc<Mutex<Settings>>,
    /// What it is to have once the thread is done.
    wanted: Option<Settings>,
    is_read_wanted: bool,
    is_taking_wanted: bool,
    thread: Option<JoinHandle<()>>,
}

impl SettingsFile {
    /// The file in `dir`, which has `stored`.
    pub fn new(dir: PathBuf, stored: Settings, news: Sender<News>) -> Self {
        Self {
            dir,
            news,
            stored: Arc::new(Mutex::new(stored)),
            wanted: None,
            is_read_wanted: false,
            is_taking_wanted: false,
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

    /// Has the file read to use what it says; [`News::SettingsFile`] follows.
    pub fn take(&mut self) -> std::io::Result<()> {
        self.is_taking_wanted = true;
        self.start()
    }

    /// `settings` were read from the file and are used from now on; `false` where others
    /// wait to be written, which would undo what stands there.
    pub fn is_taken(&mut self, settings: &Settings) -> bool {
        if self.wanted.is_some() {
            return false;
        }
        self.stored.lock().clone_from(settings);
        true
    }

    /// The thread has told its news: goes on with what came meanwhile.
    pub fn done(&mut self) -> std::io::Result<()> {
        if let Some(thread) = self.thread.take() {
            // Its news were its last.
            let _ = thread.join();
        }
        if self.wanted.is_some() || self.is_read_wanted || self.is_taking_wanted {
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
        let is_taking = std::mem::take(&mut self.is_taking_wanted);
        let (dir, news, stored) = (self.dir.clone(), self.news.clone(), self.stored.clone());
        self.thread = Some(memory::spawn("settings", Component::Engine, move || {
            let written = wanted.map(|it| write(it, &stored, &dir).map_err(|err| err.to_string()));
            let (read, problems) = Settings::load_again(&dir);
            let problems = as_of_now(problems, read.as_ref(), &stored.lock(), is_taking);
            let told = SettingsFileNews {
                written,
                problems,
                taken: read.filter(|_| is_taking),
            };
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
            stored,
            wanted,
            is_read_wanted: _,
            is_taking_wanted: _,
            thread,
        } = self;
        let Some(settings) = wanted else {
            return thread;
        };
        let last = memory::spawn("settings", Component::Engine, move || {
            if let Some(thread) = thread {
                let _ = thread.join();
            }
            if let Err(err) = write(settings, &stored, &dir) {
                tracing::warn!(%err, "the last change of a setting was not kept");
            }
        });
        last.ok()
    }
}

/// `problems` of a file that says `read`, while `stored` are used.
fn as_of_now(
    mut problems: Vec<Notice>,
    read: Option<&Settings>,
    stored: &Settings,
    is_taking: bool,
) -> Vec<Notice> {
    match read {
        // What was read before is still used, defaults or not.
        None => {
            for problem in &mut problems {
                problem.way_out = Some(STAYS.to_owned());
            }
        }
        Some(read) if read != stored && !is_taking => problems.insert(
            0,
            Notice {
                is_error: false,
                message: "The file was changed since it was read".to_owned(),
                way_out: Some(STAYS.to_owned()),
            },
        ),
        Some(_) => {}
    }
    problems
}

const STAYS: &str = "What is shown below stays in use until the file is read again";

/// Writes what differs from `stored`, which the file has from then on.
fn write(mut settings: Settings, stored: &Mutex<Settings>, dir: &Path) -> std::io::Result<()> {
    let mut stored = stored.lock();
    settings.store(&mut stored, dir)?;
    *stored = settings;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::FILE_NAME;

    #[test]
    fn problems_are_told_as_they_are_while_the_window_is_open() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        std::fs::write(&path, "ui_scale = 100\n").unwrap();
        let (stored, _) = Settings::load(dir.path());
        let (news, heard) = crossbeam_channel::bounded(1);
        let mut file = SettingsFile::new(dir.path().to_owned(), stored, news);
        let news_of = |file: &mut SettingsFile| {
            let Ok(News::SettingsFile(news)) = heard.recv() else {
                panic!("no news of the file");
            };
            file.done().unwrap();
            *news
        };
        file.read().unwrap();
        assert_eq!(news_of(&mut file).problems, []);
        // By hand: another value, and then half of a line.
        std::fs::write(&path, "ui_scale = 200\n").unwrap();
        file.read().unwrap();
        let news = news_of(&mut file);
        assert!(news.problems[0].message.contains("was changed"));
        assert_eq!(news.taken, None, "nobody asked for it");
        std::fs::write(&path, "ui_scale = = 3\n").unwrap();
        file.take().unwrap();
        let news = news_of(&mut file);
        assert_eq!(news.problems[0].way_out.as_deref(), Some(STAYS));
        assert_eq!(news.taken, None);
        std::fs::write(&path, "ui_scale = 200\n").unwrap();
        file.take().unwrap();
        let news = news_of(&mut file);
        assert_eq!(news.problems, []);
        let taken = news.taken.unwrap();
        assert_eq!(taken.ui_scale, 200);
        assert!(file.is_taken(&taken));
        file.read().unwrap();
        assert_eq!(news_of(&mut file).problems, []);
    }

    #[test]
    fn what_is_edited_by_hand_outlives_what_still_waits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        std::fs::write(&path, "ui_scale = 100\n").unwrap();
        let (stored, _) = Settings::load(dir.path());
        let (news, heard) = crossbeam_channel::bounded(0);
        let mut file = SettingsFile::new(dir.path().to_owned(), stored.clone(), news);
        let with = |ui_scale, slideshow_secs| Settings {
            ui_scale,
            slideshow_secs,
            ..stored.clone()
        };
        // The first is written, and not heard of before the end; the other one waits.
        file.write(with(150, 9)).unwrap();
        while std::fs::read_to_string(&path).unwrap().contains("100") {
            std::thread::yield_now();
        }
        file.write(with(100, 9)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, format!("theme = \"light\" # mine\n{text}")).unwrap();
        let thread = file.stop().unwrap();
        drop(heard);
        thread.join().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("theme = \"light\" # mine\n"), "{text}");
        let (after, problems) = Settings::load(dir.path());
        assert_eq!(problems, []);
        let wanted = Settings {
            theme: "light".to_owned(),
            ..with(100, 9)
        };
        assert_eq!(after, wanted);
    }
}
