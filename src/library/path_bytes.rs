//! Paths as the database stores them: bytes, since a file name on Unix need
//! not be UTF-8, split into folder and name, since folders repeat.

use std::path::{Path, PathBuf};

use super::LibraryError;

/// A path's folder and file name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SplitPath {
    pub folder: Vec<u8>,
    pub name: Vec<u8>,
}

/// Splits the path of a file; an error where it has no file name.
pub(super) fn split(path: &Path) -> Result<SplitPath, LibraryError> {
    let refused = || LibraryError::NotAFilePath {
        path: path.to_owned(),
    };
    let name = path.file_name().ok_or_else(refused)?;
    let folder = path.parent().ok_or_else(refused)?;
    Ok(SplitPath {
        folder: to_bytes(folder)?,
        name: to_bytes(Path::new(name))?,
    })
}

pub(super) fn join(folder: &[u8], name: &[u8]) -> PathBuf {
    let mut path = from_bytes(folder);
    path.push(from_bytes(name));
    path
}

#[cfg(unix)]
pub(super) fn to_bytes(path: &Path) -> Result<Vec<u8>, LibraryError> {
    use std::os::unix::ffi::OsStrExt;
    Ok(path.as_os_str().as_bytes().to_vec())
}

#[cfg(unix)]
pub(super) fn from_bytes(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// Elsewhere paths are Unicode, save for broken surrogates, which are refused.
#[cfg(not(unix))]
pub(super) fn to_bytes(path: &Path) -> Result<Vec<u8>, LibraryError> {
    match path.to_str() {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => Err(LibraryError::NotAFilePath {
            path: path.to_owned(),
        }),
    }
}

#[cfg(not(unix))]
pub(super) fn from_bytes(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

/// The bytes between which all folders below `folder` lie: `folder/` up to,
/// not including, `folder0`, as `0` follows `/`.
pub(super) fn below(folder: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let separator = std::path::MAIN_SEPARATOR as u8;
    let mut lower = folder.to_vec();
    if lower.last() != Some(&separator) {
        lower.push(separator);
    }
    let mut upper = lower.clone();
    if let Some(last) = upper.last_mut() {
        *last += 1;
    }
    (lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn any_name_survives() {
        use std::os::unix::ffi::OsStrExt;
        for bytes in [
            &b"/a/b\xff\xfe.png"[..],
            b"/a\nb/c\n.jpg",
            b"/x.gif",
            b"rel/y",
        ] {
            let path = Path::new(std::ffi::OsStr::from_bytes(bytes));
            let parts = split(path).unwrap();
            assert_eq!(join(&parts.folder, &parts.name), path);
        }
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        assert!(split(Path::new("/")).is_err());
        assert!(split(Path::new("/a/..")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn the_root_folder_has_everything_below_it() {
        let (lower, upper) = below(b"/");
        assert!((lower..upper).contains(&b"/home".to_vec()));
    }
}
