//! What is said of libraries, and on the page of one that is empty.

use super::counted;

pub const OPEN_OR_MAKE: &str = "Open or make a library…";
pub const OPEN_USUAL: &str = "Open your usual library";
pub const OPEN_DEMO: &str = "Open the demo library";
pub const CLOSE_SOME_PROGRAMS: &str = "Close some programs and try again";
pub const FORGET_IS: &str = "Leave it out of this list; the library stays as it is";
pub const TITLE_OF_DEMO: &str = "Demo – Kobako";

pub const CHOOSE_PICTURES: &str = "Choose a folder with pictures…";
pub const TYPE_A_PATH: &str = "Type a path instead";
pub const LOOK_AT_DEMO: &str = "Look at the demo pictures first";
pub const LOOKING_FOR_PICTURES: &str = "Looking where you may have pictures…";

pub fn not_opened(err: impl std::fmt::Display) -> String {
    format!("The other library could not be opened: {err}")
}

/// The window's title.
pub const LAST_IS_MISSING_WAY_OUT: &str =
    "Is its disk plugged in? Once it is there, open it in the list of libraries";
pub const MADE_ANEW_WAY_OUT: &str =
    "If it lies on a disk that is not there now, close Kobako, plug that in, and start again";

pub fn last_is_missing(path: &str, open: &str) -> String {
    format!("The library that was open last, {path}, can't be found: this is {open}")
}

pub fn made_anew(path: &str) -> String {
    format!("There was a library in {path}, and now there is none: this is a new one")
}

pub fn title_of(name: &str) -> String {
    format!("{name} – Kobako")
}

pub fn is_gone(path: &str) -> String {
    format!("{path} is not there")
}

pub fn open(path: &str) -> String {
    format!("Open library {path}")
}

pub fn forget(path: &str) -> String {
    format!("Forget library {path}")
}

pub fn library(path: &str) -> String {
    format!("Library {path}")
}

pub fn kept_in(path: &str) -> String {
    format!(
        "What Kobako knows of them (tags, ratings, thumbnails) is kept in {path}. \
         Nothing leaves this computer."
    )
}

pub fn pictures(num: u64) -> String {
    counted(num, "picture", "pictures")
}

/// Where not all were looked at.
pub fn pictures_or_more(num: u64) -> String {
    format!("{} or more", pictures(num))
}

/// On a button: `Import /home/me/Pictures · 1,234 pictures`.
pub fn import_folder(path: &str, pictures: &str) -> String {
    format!("Import {path} · {pictures}")
}

/// The same for screen readers.
pub fn import_folder_name(path: &str, pictures: &str) -> String {
    format!("Import {path}, {pictures}")
}
