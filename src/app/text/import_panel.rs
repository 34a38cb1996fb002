//! Fixed strings of the import panel.

pub const IMPORT_FOLDERS: &str = "Import folders";
pub const FIND_WHAT_IS_LIKE: &str = "Find what is like a picture";
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
pub const NO_FILE_FAILED_TO: &str = "No file failed to import";
pub const TRY_AGAIN: &str = "Try again";
pub const COPY_ALL: &str = "Copy all";
pub const CLOSE_FAILURES: &str = "Close failures";
pub const COPY: &str = "Copy";
pub const PATH_HINT: &str = "/home/me/Pictures";
