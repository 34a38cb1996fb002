//! Folders in which this person may have pictures.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use etcetera::BaseStrategy as _;
use walkdir::WalkDir;

use crate::message::{PlaceEvent, SuggestedFolder};
use crate::model::FileFormat;

use super::Context;

/// For all folders together; what was counted by then is told.
const COUNT_TIME: Duration = Duration::from_secs(3);

/// Of the desktop's folders, those that pictures are put into.
const NAMES: [&str; 3] = ["XDG_PICTURES_DIR", "XDG_DOWNLOAD_DIR", "XDG_DESKTOP_DIR"];

/// Tells the folders that are there, and then how many pictures each has.
pub(super) fn suggest(context: &Context) {
    let Ok(base) = etcetera::choose_base_strategy() else {
        return;
    };
    let home = base.home_dir();
    let text = std::fs::read_to_string(base.config_dir().join("user-dirs.dirs"));
    let mut found: Vec<SuggestedFolder> = user_folders(&text.unwrap_or_default(), home)
        .into_iter()
        .filter(|it| it.is_dir())
        .map(|path| SuggestedFolder {
            path,
            num_pictures: 0,
            is_part: true,
        })
        .collect();
    let deadline = Instant::now() + COUNT_TIME;
    for folder in &mut found {
        let library = context.library.dir();
        let (num_pictures, is_part) = count(&folder.path, library, deadline, context);
        folder.num_pictures = num_pictures;
        folder.is_part = is_part;
    }
    context.tell(PlaceEvent::Suggested(found));
}

/// As `user-dirs.dirs` has them, else as most desktops name them; the home folder
/// itself, which stands for none, is left out.
fn user_folders(text: &str, home: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (name, usual) in NAMES.into_iter().zip(["Pictures", "Downloads", "Desktop"]) {
        let said = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))
            .filter_map(|value| value.trim().strip_prefix('"')?.strip_suffix('"'))
            .next_back();
        let folder = match said {
            Some(value) => match value.strip_prefix("$HOME") {
                Some(rest) => home.join(rest.trim_start_matches('/')),
                None => PathBuf::from(value),
            },
            None => home.join(usual),
        };
        if folder != home && !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

fn count(folder: &Path, library: &Path, deadline: Instant, context: &Context) -> (u64, bool) {
    let mut num = 0;
    let entries = WalkDir::new(folder).into_iter().filter_entry(|it| {
        let is_hidden = it.depth() > 0 && it.file_name().as_encoded_bytes().starts_with(b".");
        !is_hidden && it.path() != library
    });
    for entry in entries.flatten() {
        if Instant::now() >= deadline || context.is_closing() {
            return (num, true);
        }
        let extension = entry.path().extension().and_then(|it| it.to_str());
        let is_picture = extension.is_some_and(|it| FileFormat::from_extension(it).is_some());
        num += u64::from(is_picture && entry.file_type().is_file());
    }
    (num, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_as_the_desktop_names_them() {
        let home = Path::new("/home/me");
        let usual = [
            "/home/me/Pictures",
            "/home/me/Downloads",
            "/home/me/Desktop",
        ];
        let usual: Vec<PathBuf> = usual.iter().map(PathBuf::from).collect();
        assert_eq!(user_folders("", home), usual);
        let text = "# written by a tool\nXDG_PICTURES_DIR=\"$HOME/Bilder\"\n\
                    XDG_DOWNLOAD_DIR=\"/mnt/new\"\nXDG_DESKTOP_DIR=\"$HOME/\"\n";
        let wanted = ["/home/me/Bilder", "/mnt/new"].map(PathBuf::from);
        assert_eq!(user_folders(text, home), wanted);
    }
}
