//! Fixed strings of the import panel.

use crate::app::text;

pub const IMPORT_FOLDERS: &str = "Import folders";
pub const FIND_SIMILAR_TITLE: &str = "Find what is like a picture";
pub const PICTURES: &str = "Pictures";
pub const ALL_FILES: &str = "All files";
pub const STOPPED_BY_AN_ERROR: &str = "Stopped by an error";
pub const CANCELLED: &str = "Cancelled";
pub const IMPORTED: &str = "Imported";
pub const OR_A_PATH: &str = "or a path";
pub const PATH_TO_IMPORT: &str = "Path to import";
pub const IMPORT: &str = "Import";
pub const SHOW_FAILURES: &str = "Show failures";
pub const CANCELLING: &str = "Cancelling…";
pub const CANCEL_IMPORT: &str = "Cancel import";
pub const NO_FAILURES: &str = "No file failed to import";
pub const TRY_AGAIN: &str = "Try again";
pub const COPY_ALL: &str = "Copy all";
pub const CLOSE_FAILURES: &str = "Close failures";
pub const COPY: &str = "Copy";
pub const PATH_HINT: &str = "/home/me/Pictures";

pub const IMPORTING: &str = "Importing…";
/// A button, and what it searches.
pub const SHOW_MISSING: (&str, &str) = ("Show missing files", "is:missing");
pub const SAYS_WHAT_FAILED: &str = "Import… lists what failed, and why";
pub const BRINGS_BACK: &str = "Import… brings back what was taken out";
pub const BRING_BACK: &str = "Bring them back";
pub const BRING_BACK_HINT: &str =
    "Imports what was taken out of the library, with its rating, favourite and own tags";
pub const NO_FOLDER_DIALOG: &str =
    "The desktop has no folder dialog (xdg-desktop-portal or zenity)";
pub const TYPE_OR_DROP: &str = "Type the path instead, or drop the folder on this window";
pub const TYPE_THE_PATH: &str = "Type the path instead";

pub fn dialog_cant_open(err: &str) -> String {
    format!("The folder dialog could not be opened: {err}")
}

/// `120 of 3,391 files`
pub fn done_of(num_done: u64, num_found: u64) -> String {
    let found = text::counted(num_found, "file", "files");
    format!("{} of {found}", text::count(num_done))
}

/// While files are still being looked for.
pub fn done_so_far(num_done: u64, num_found: u64) -> String {
    let found = text::counted(num_found, "file", "files");
    format!("{} of {found} so far", text::count(num_done))
}

pub fn files_per_sec(files_per_sec: f64) -> String {
    format!("{files_per_sec:.0} files/s")
}

pub fn time_left(secs_left: f64) -> String {
    format!("{} left", text::time_left(secs_left))
}

pub fn added(num: u64) -> String {
    format!("{} added", text::count(num))
}

pub fn updated(num: u64) -> String {
    format!("{} updated", text::count(num))
}

pub fn unchanged(num: u64) -> String {
    format!("{} unchanged", text::count(num))
}

/// Files: a post of several may still have others.
pub fn missing(num: u64) -> String {
    format!("{} missing", text::counted(num, "file", "files"))
}

pub fn failed(num: u64) -> String {
    format!("{} failed", text::count(num))
}

/// `Imported: 12 added in 4.2 s`
pub fn report(outcome: &str, parts: &str, seconds: f64) -> String {
    format!("{outcome}: {parts} in {seconds:.1} s")
}

/// After a [`report`].
pub fn taken_out(num: u64) -> String {
    let stay = if num == 1 { "stays" } else { "stay" };
    format!("; {} taken out earlier {stay} out", text::count(num))
}

/// After a [`report`].
pub fn skipped(num: u64) -> String {
    let num = text::count(num);
    format!("; {num} of other formats skipped: not JPEG, PNG, WebP, GIF, BMP or TIFF")
}

pub fn cant_import(reason: &str) -> String {
    format!("Nothing can be imported into this library: {reason}")
}

pub fn importing(progress: &str) -> String {
    format!("Importing: {progress}")
}

pub fn could_not_be_imported(num: u64) -> String {
    let files = text::counted(num, "file", "files");
    format!("{files} could not be imported")
}

pub fn copy_path(path: &str) -> String {
    format!("Copy {path}")
}
