//! How the window looked when it was closed: kept in the library's folder, so that
//! it looks the same at the next start.
//!
//! Nothing depends on it. A file that can't be read is said so and left out, and
//! what a later version adds to it means nothing here.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::message::Notice;

/// The file's name in the library's folder.
pub const FILE_NAME: &str = "window.json";

/// Larger than any that is written.
const MAX_BYTES: u64 = 4 << 20;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    pub window: WindowPlace,
    pub tabs: Vec<TabSession>,
    /// Index of the tab that was shown.
    pub active_tab: usize,
    pub side_bar: SideBarSession,
    pub is_memory_open: bool,
}

/// Where the window was, points.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowPlace {
    pub size: Option<[f32; 2]>,
    /// Not known on every desktop.
    pub position: Option<[f32; 2]>,
    pub is_maximized: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TabSession {
    pub query: String,
    /// Index of the first post that was shown.
    pub first_shown: usize,
    /// Number of the post that was selected.
    pub selected: Option<u32>,
    /// The default filter was put aside.
    pub is_filter_off: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SideBarSession {
    pub is_open: bool,
    /// Points.
    pub width: Option<f32>,
    /// Sections that are open.
    pub has_tags: bool,
    pub has_folders: bool,
    pub has_searches: bool,
    /// Folders whose content is listed.
    pub open_folders: Vec<String>,
}

impl Default for SideBarSession {
    fn default() -> Self {
        Self {
            is_open: true,
            width: None,
            has_tags: true,
            has_folders: true,
            has_searches: true,
            open_folders: Vec::new(),
        }
    }
}

impl Session {
    /// Of a window with nothing beside the grid.
    pub fn bare() -> Self {
        Self {
            side_bar: SideBarSession {
                is_open: false,
                ..SideBarSession::default()
            },
            ..Self::default()
        }
    }

    /// What was kept in the library's folder `dir`, if anything; the notice says
    /// why it can't be used.
    pub fn load(dir: &Path) -> (Option<Self>, Option<Notice>) {
        let path = dir.join(FILE_NAME);
        let read = std::fs::metadata(&path).and_then(|metadata| {
            if metadata.len() > MAX_BYTES {
                return Err(ErrorKind::FileTooLarge.into());
            }
            std::fs::read(&path)
        });
        let reason = match read {
            Ok(bytes) => match serde_json::from_slice::<Self>(&bytes) {
                Ok(session) => return (Some(session.sane()), None),
                Err(err) => err.to_string(),
            },
            Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return (None, None);
            }
            Err(err) => err.to_string(),
        };
        let notice = Notice {
            is_error: false,
            message: format!(
                "How the window looked is not known: {} can't be read ({reason})",
                path.display()
            ),
            way_out: Some("It is written anew; nothing else is lost".to_owned()),
        };
        (None, Some(notice))
    }

    /// Writes it beside its place and renames it, so that there is always a whole one.
    pub fn store(&self, dir: &Path) -> std::io::Result<()> {
        let path = dir.join(FILE_NAME);
        let new = dir.join(format!("{FILE_NAME}.new"));
        let bytes = serde_json::to_vec_pretty(self)?;
        let written = std::fs::File::create(&new).and_then(|mut file| {
            file.write_all(&bytes)?;
            file.sync_all()
        });
        written
            .and_then(|()| std::fs::rename(&new, &path))
            .inspect_err(|_| {
                let _ = std::fs::remove_file(&new);
            })
    }

    /// Without what no window can be: sizes that are no numbers, places far off.
    fn sane(mut self) -> Self {
        let is_sane = |it: &[f32; 2], least: f32| {
            it.iter()
                .all(|it| it.is_finite() && (least..100_000.0).contains(it))
        };
        self.window.size = self.window.size.filter(|it| is_sane(it, 100.0));
        self.window.position = self.window.position.filter(|it| is_sane(it, -100_000.0));
        let width = &mut self.side_bar.width;
        *width = width.filter(|it| it.is_finite() && (50.0..5_000.0).contains(it));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Session::load(dir.path()), (None, None));
        let session = Session {
            window: WindowPlace {
                size: Some([800.0, 600.0]),
                position: Some([-10.0, 20.0]),
                is_maximized: true,
            },
            tabs: vec![TabSession {
                query: "猫 -\"x y\"".to_owned(),
                first_shown: 1234,
                ..TabSession::default()
            }],
            ..Session::default()
        };
        session.store(dir.path()).unwrap();
        assert_eq!(Session::load(dir.path()), (Some(session), None));
        assert!(!dir.path().join("window.json.new").exists());
    }

    #[test]
    fn what_is_damaged_is_told_and_left_out() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["", "{\"tabs\": [", "7", "\0\0\0"] {
            std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
            let (session, notice) = Session::load(dir.path());
            assert_eq!(session, None, "{text}");
            assert!(notice.unwrap().message.contains(FILE_NAME), "{text}");
        }
    }

    #[test]
    fn what_is_missing_unknown_or_no_size_is_no_damage() {
        let dir = tempfile::tempdir().unwrap();
        let text = r#"{"later": 1, "window": {"size": [1e30, 5]}, "tabs": [{"query": "a"}]}"#;
        std::fs::write(dir.path().join(FILE_NAME), text).unwrap();
        let (session, notice) = Session::load(dir.path());
        assert_eq!(notice, None);
        let session = session.unwrap();
        assert_eq!(session.window, WindowPlace::default());
        assert_eq!(session.tabs[0].query, "a");
        assert!(session.side_bar.is_open);
    }
}
