//! The demo pictures. They are inside the program, so that it finds them
//! however it was installed, and are unpacked into the library's folder as
//! ordinary files, so that the ordinary import brings them in.
//!
//! Inside the program they cost disk, not memory: their pages are read only
//! while they are unpacked.

use std::path::{Path, PathBuf};

use include_dir::{Dir, DirEntry, include_dir};

static PICTURES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/demo");

/// The demo can't be made.
#[derive(Debug, thiserror::Error)]
#[error(
    "the demo picture {path} can't be written: {source}; check the space and the permissions there"
)]
pub(super) struct DemoError {
    path: String,
    source: std::io::Error,
}

/// Writes the pictures below `library` where they are not there already, and
/// returns their folder.
pub(super) fn unpack(library: &Path) -> Result<PathBuf, DemoError> {
    let folder = library.join("demo");
    unpack_dir(&PICTURES, &folder)?;
    Ok(folder)
}

fn unpack_dir(dir: &Dir<'_>, folder: &Path) -> Result<(), DemoError> {
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for entry in dir.entries() {
        // Paths in the program are relative to its own demo folder.
        let Some(name) = entry.path().file_name() else {
            continue;
        };
        let path = folder.join(name);
        match entry {
            DirEntry::Dir(dir) => unpack_dir(dir, &path)?,
            DirEntry::File(file) => {
                let size = file.contents().len() as u64;
                let is_there = std::fs::metadata(&path).is_ok_and(|it| it.len() == size);
                if !is_there {
                    std::fs::write(&path, file.contents()).map_err(failed(&path))?;
                }
            }
        }
    }
    Ok(())
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> DemoError {
    let path = path.display().to_string();
    move |source| DemoError { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn num_files(dir: &Dir<'_>) -> usize {
        dir.files().count() + dir.dirs().map(num_files).sum::<usize>()
    }

    #[test]
    fn unpacks_every_file_and_completes_what_was_interrupted() {
        let library = tempfile::tempdir().unwrap();
        let folder = unpack(library.path()).unwrap();
        let on_disk = || -> Vec<_> {
            walkdir::WalkDir::new(&folder)
                .sort_by_file_name()
                .into_iter()
                .filter_map(Result::ok)
                .filter(|it| it.file_type().is_file())
                .map(|it| (it.path().to_owned(), std::fs::read(it.path()).unwrap()))
                .collect()
        };
        let whole = on_disk();
        assert_eq!(whole.len(), num_files(&PICTURES));
        assert!(!whole.is_empty());
        std::fs::write(&whole[0].0, "").unwrap();
        std::fs::remove_file(&whole[whole.len() - 1].0).unwrap();
        unpack(library.path()).unwrap();
        assert_eq!(on_disk(), whole);
    }
}
