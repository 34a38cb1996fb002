//! Where the sockets are: a folder that is this user's alone.

use std::fs::{DirBuilder, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::InspectError;
use crate::memory;

/// Longer paths do not fit into a socket's address.
const MAX_PATH_BYTES: usize = 107;

/// Where sockets may be, the best place first. A process that was started
/// elsewhere (by cron, over ssh) may not have `$XDG_RUNTIME_DIR`, so clients
/// look in all of them.
pub(super) fn folders() -> Vec<PathBuf> {
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    folders_with(runtime.as_deref())
}

fn folders_with(runtime: Option<&Path>) -> Vec<PathBuf> {
    let runtime = runtime
        .filter(|it| it.is_absolute() && it.is_dir())
        .map(|it| it.join("kobako"))
        // `/4294967295.sock` has to fit behind it.
        .filter(|it| it.as_os_str().len() + 16 <= MAX_PATH_BYTES);
    let other = PathBuf::from(format!("/tmp/kobako-{}", memory::user_id()));
    runtime.into_iter().chain([other]).collect()
}

pub(super) fn socket(folder: &Path, pid: u32) -> PathBuf {
    folder.join(format!("{pid}.sock"))
}

/// The process whose socket this is, by its name.
pub(super) fn pid_of(socket: &Path) -> Option<u32> {
    let name = socket.file_name()?.to_str()?;
    name.strip_suffix(".sock")?.parse().ok()
}

/// Makes the folder where it does not exist; then [`check`]s it.
pub(super) fn make(folder: &Path) -> Result<(), InspectError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(source) if source.kind() != ErrorKind::AlreadyExists => Err(InspectError::Make {
            path: folder.to_owned(),
            source,
        }),
        Ok(()) | Err(_) => check(folder),
    }
}

/// Refuses a folder that others could put something into, or lead elsewhere.
pub(super) fn check(folder: &Path) -> Result<(), InspectError> {
    let refused = |problem: String| {
        Err(InspectError::Folder {
            path: folder.to_owned(),
            problem,
        })
    };
    let metadata = match std::fs::symlink_metadata(folder) {
        Ok(metadata) => metadata,
        Err(err) => return refused(format!("can't be looked at: {err}")),
    };
    match problem(&metadata, memory::user_id()) {
        Some(problem) => refused(problem),
        None => Ok(()),
    }
}

fn problem(metadata: &Metadata, user: u32) -> Option<String> {
    if metadata.file_type().is_symlink() {
        return Some("is a symbolic link and not a folder".to_owned());
    }
    if !metadata.is_dir() {
        return Some("is not a folder".to_owned());
    }
    if metadata.uid() != user {
        return Some(format!("belongs to user {}", metadata.uid()));
    }
    let mode = metadata.mode() & 0o7777;
    (mode & 0o077 != 0).then(|| format!("can be used by others (mode {mode:o})"))
}

/// All sockets in a folder, of processes that run or ran.
pub(super) fn sockets(folder: &Path) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|it| Some((pid_of(&it.path())?, it.path())))
        .collect();
    found.sort();
    found
}

/// What `/proc` tells of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub user: u32,
    /// Of its program, without a folder.
    pub name: String,
    pub is_kobako: bool,
}

/// `None` where there is no such process (any more).
pub(super) fn process(pid: u32) -> Option<Process> {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    // Of files of a process, which are its effective user's; the folder too.
    let user = std::fs::metadata(&folder).ok()?.uid();
    let short = std::fs::read_to_string(folder.join("comm")).unwrap_or_default();
    let short = short.trim_end().to_owned();
    // Fails for processes of others.
    let program = std::fs::read_link(folder.join("exe")).ok();
    let name = program
        .as_deref()
        .and_then(Path::file_name)
        .map(|it| it.to_string_lossy().into_owned())
        .map(|it| it.trim_end_matches(" (deleted)").to_owned())
        .filter(|it| !it.is_empty())
        .unwrap_or(short);
    let is_kobako = name.starts_with("kobako");
    Some(Process {
        user,
        name,
        is_kobako,
    })
}

/// Removes the sockets of processes that have ended. Where another program has
/// got the number since, nobody answers; a Kobako may be about to.
pub(super) fn remove_stale(folder: &Path) {
    for (pid, path) in sockets(folder) {
        let is_stale = match process(pid) {
            Some(process) => !process.is_kobako && UnixStream::connect(&path).is_err(),
            None => true,
        };
        if is_stale {
            // Another Kobako may have been faster.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn a_folder_that_is_not_ours_alone_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("kobako");
        make(&folder).unwrap();
        make(&folder).unwrap();
        assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);

        let refused = |problem: &str| {
            let said = make(&folder).unwrap_err().to_string();
            assert!(said.contains(problem), "{said}");
        };
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        refused("mode 750");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o702)).unwrap();
        refused("mode 702");
        fs::remove_dir(&folder).unwrap();
        symlink(dir.path(), &folder).unwrap();
        refused("symbolic link");
        fs::remove_file(&folder).unwrap();
        fs::write(&folder, "").unwrap();
        refused("not a folder");
        let metadata = fs::metadata(dir.path()).unwrap();
        assert!(problem(&metadata, metadata.uid() + 1).is_some());
    }

    #[test]
    fn the_runtime_folder_comes_first_where_it_can_be_used() {
        let dir = tempfile::tempdir().unwrap();
        let other = PathBuf::from(format!("/tmp/kobako-{}", memory::user_id()));
        let with = folders_with(Some(dir.path()));
        assert_eq!(with, [dir.path().join("kobako"), other.clone()]);
        let long = dir.path().join("x".repeat(90));
        fs::create_dir(&long).unwrap();
        for unusable in [Path::new("relative"), &dir.path().join("none"), &long] {
            let found = folders_with(Some(unusable));
            assert_eq!(found.as_slice(), std::slice::from_ref(&other));
        }
        assert_eq!(folders_with(None), [other]);
    }

    #[test]
    fn sockets_of_dead_processes_are_removed_and_other_files_are_not() {
        let dir = tempfile::tempdir().unwrap();
        // Beyond what the kernel gives as a process id; 1 runs and is not Kobako.
        for name in ["4194999.sock", "1.sock", "notes.txt", "x.sock"] {
            fs::write(dir.path().join(name), "").unwrap();
        }
        remove_stale(dir.path());
        assert!(sockets(dir.path()).is_empty());
        assert!(dir.path().join("notes.txt").exists() && dir.path().join("x.sock").exists());
    }

    #[test]
    fn a_process_is_told_by_its_program() {
        let ours = process(std::process::id()).unwrap();
        assert_eq!(ours.user, memory::user_id());
        assert!(ours.is_kobako, "{ours:?}");
        assert_eq!(process(4_194_999), None);
    }
}
