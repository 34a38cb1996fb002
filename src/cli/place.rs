//! Where a library is when nobody says.

use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

/// No folder for the library.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    #[error("your home folder can't be found; name the library with --library DIR")]
    Home,
    #[error("{path} can't be resolved: {source}; name the library by its full path")]
    Relative {
        path: String,
        source: std::io::Error,
    },
}

/// Where the list of the libraries is that this person opened.
pub fn recent_libraries() -> Option<PathBuf> {
    let base = etcetera::choose_base_strategy().ok()?;
    Some(base.config_dir().join("kobako").join("libraries.json"))
}

/// The libraries that were opened, the latest first; the demo does not count.
pub fn known_libraries() -> Vec<PathBuf> {
    let list = recent_libraries().and_then(|it| std::fs::read(it).ok());
    let list: Option<Vec<PathBuf>> = list.and_then(|it| serde_json::from_slice(&it).ok());
    let demo = default_library(true).ok();
    let list = list.unwrap_or_default().into_iter();
    list.filter(|it| Some(it) != demo.as_ref()).collect()
}

/// Whether there is a library.
pub fn is_library(dir: &Path) -> bool {
    dir.join("library.db").is_file()
}

/// `kobako` below the user's data folder (`$XDG_DATA_HOME`, usually
/// `~/.local/share`); the demo has a library of its own beside it.
pub fn default_library(is_demo: bool) -> Result<PathBuf, PlaceError> {
    let base = etcetera::choose_base_strategy().map_err(|_| PlaceError::Home)?;
    let name = if is_demo { "kobako-demo" } else { "kobako" };
    Ok(base.data_dir().join(name))
}
