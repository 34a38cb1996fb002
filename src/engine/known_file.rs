//! Whether the files of a post are what was imported: only of such a file may it be
//! said that it is the post's picture.

use std::path::PathBuf;

use crate::library::KnownFile;
use crate::picture::file_stamp;

const MISSING: &str = "is missing; put it back, or import the folder where it is now";
const CHANGED: &str = "changed since it was imported; import it again";

/// Why a file is not the post's picture, to follow its path.
pub(super) fn complaint(file: &KnownFile) -> Option<&'static str> {
    match std::fs::metadata(&file.path) {
        Ok(metadata) if file_stamp(&metadata) == file.stamp => None,
        Ok(_) => Some(CHANGED),
        Err(_) => Some(MISSING),
    }
}

/// The first of a post's files that is as it was imported; else the first one, and
/// what is wrong with it. `None` where there are no files.
pub(super) fn as_imported(
    files: Vec<KnownFile>,
) -> Option<Result<KnownFile, (PathBuf, &'static str)>> {
    let mut first_complaint = None;
    for file in files {
        match complaint(&file) {
            None => return Some(Ok(file)),
            Some(reason) => {
                first_complaint.get_or_insert((file.path, reason));
            }
        }
    }
    first_complaint.map(Err)
}
