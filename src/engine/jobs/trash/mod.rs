//! Moves files to the system's trash and back; nothing is ever deleted.
//!
//! A file goes only where the picture that is kept was just found as it was
//! imported, and is another file: not the same by another path, nor a hard link
//! or the target of a link to it. What changed since the import stays: it may be
//! another picture by now.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

use crate::library::{Changes, KnownFile, LibraryError, Reader, TrashFile, TrashState, Writer};
use crate::picture::file_stamp;

use super::panic_message;

/// Tells a file from every other one, links followed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Identity {
    canonical: PathBuf,
    /// Device and number there.
    #[cfg(unix)]
    inode: (u64, u64),
}

impl Identity {
    fn of(path: &Path, metadata: &Metadata) -> std::io::Result<Self> {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        #[cfg(not(unix))]
        let _ = metadata;
        Ok(Self {
            canonical: path.canonicalize()?,
            #[cfg(unix)]
            inode: (metadata.dev(), metadata.ino()),
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        #[cfg(unix)]
        if self.inode == other.inode {
            return true;
        }
        self.canonical == other.canonical
    }
}

/// The files of a post that is kept.
#[derive(Debug)]
struct Kept {
    files: Vec<Identity>,
    /// One of them can be read, and is as it was imported.
    is_sound: bool,
}

impl Kept {
    fn look(files: &[KnownFile]) -> Self {
        let mut kept = Self {
            files: Vec::new(),
            is_sound: false,
        };
        for KnownFile { path, stamp, .. } in files {
            let Ok(metadata) = std::fs::metadata(path) else {
                continue;
            };
            let Ok(identity) = Identity::of(path, &metadata) else {
                continue;
            };
            kept.files.push(identity);
            let is_as_imported = metadata.is_file() && file_stamp(&metadata) == *stamp;
            kept.is_sound |= is_as_imported && File::open(path).is_ok();
        }
        kept
    }
}

/// What goes to the trash: the files of posts that are not missing.
pub(super) fn plan(files: Vec<KnownFile>) -> Vec<TrashFile> {
    files
        .into_iter()
        .filter(|it| !it.is_missing)
        .map(|it| TrashFile {
            path: it.path,
            stamp: it.stamp,
            state: TrashState::Planned,
        })
        .collect()
}

/// Moves `files` to the trash, each that may; says of each what became of it.
/// `kept` are the files of the post that is kept.
pub(super) fn throw_away(files: &mut [TrashFile], kept: &[KnownFile]) {
    for file in files.iter_mut() {
        // Looked at anew each time: the one before may have been the same.
        file.state = match check(file, &Kept::look(kept)).and_then(|()| move_there(&file.path)) {
            Ok(item) => TrashState::InTrash { item },
            Err(reason) => TrashState::Refused(reason),
        };
    }
}

/// Moves `files` to the trash, whatever else there is; says of each what became of it.
pub(super) fn throw_all_away(files: &mut [TrashFile]) {
    for file in files.iter_mut() {
        file.state = match look(file).and_then(|_| move_there(&file.path)) {
            Ok(item) => TrashState::InTrash { item },
            Err(reason) => TrashState::Refused(reason),
        };
    }
}

pub(super) use platform::InTrash;

/// Why a file must stay, where it must.
fn check(file: &TrashFile, kept: &Kept) -> Result<(), String> {
    if !kept.is_sound {
        return Err("no file of the post that is kept is there as it was imported".to_owned());
    }
    let identity = look(file)?;
    if kept.files.iter().any(|it| it.is_same(&identity)) {
        return Err("it is the very file that is kept, by another name or a link".to_owned());
    }
    Ok(())
}

/// What the file is, if it is as it was imported; else why it can't be thrown away.
fn look(file: &TrashFile) -> Result<Identity, String> {
    let metadata = std::fs::metadata(&file.path).map_err(|err| match err.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => "it is not there any more".to_owned(),
        _ => format!("it can't be looked at ({err})"),
    })?;
    let identity = Identity::of(&file.path, &metadata)
        .map_err(|err| format!("it can't be looked at ({err})"))?;
    if !metadata.is_file() {
        return Err("it is not a file any more".to_owned());
    }
    if file_stamp(&metadata) != file.stamp {
        return Err("it changed since it was imported; import it again first".to_owned());
    }
    Ok(identity)
}

/// Returns what the trash calls it, where that is known.
fn move_there(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let item = guarded(|| platform::throw(path))?;
    match std::fs::symlink_metadata(path) {
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(item),
        _ => Err("the trash took it, and yet it is there".to_owned()),
    }
}

/// Why a file did not come back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotBack {
    /// It can't as things are.
    Yet(String),
    /// There is nothing of it that could.
    Ever(String),
}

/// Puts a file back where it was; `Err` says why not. `trash` is what lay in the trash
/// before the first of several files.
pub(super) fn put_back(file: &TrashFile, trash: &InTrash) -> Result<(), NotBack> {
    match std::fs::symlink_metadata(&file.path) {
        Err(err) if err.kind() == ErrorKind::NotFound => platform::restore(file, trash),
        Err(err) => Err(NotBack::Yet(format!(
            "its place can't be looked at ({err})"
        ))),
        Ok(_) if is_there(file) => Ok(()),
        Ok(_) if platform::is_in_trash(file, trash).is_ok_and(|it| !it) => Err(NotBack::Ever(
            "another file is in its place now, and it is not in the trash any more".to_owned(),
        )),
        Ok(_) => Err(NotBack::Yet(
            "another file is in its place now; move that away, then take it back again".to_owned(),
        )),
    }
}

/// Looks for the files of posts that were on their way to the trash when the program
/// ended, or could not write what became of them. Those that are gone count as missing
/// from then on; their posts stay, since nobody could bring them back. Returns how many
/// files it was.
pub(super) fn look_for_thrown(
    reader: &Reader,
    writer: &mut Writer,
    committed: &mut dyn FnMut(Changes),
) -> Result<usize, LibraryError> {
    let posts = reader.leaving_posts()?;
    if posts.is_empty() {
        return Ok(0);
    }
    let mut missing = Vec::new();
    for post in posts {
        missing.extend(gone(reader.files_of(post)?));
    }
    let (_, changes) = writer.remove_posts(&[], false, &[], &missing)?;
    committed(changes);
    Ok(missing.len())
}

/// Those of `files` that are not where they are thought to be.
fn gone(files: Vec<KnownFile>) -> impl Iterator<Item = PathBuf> {
    let is_gone = |path: &Path| {
        let found = std::fs::symlink_metadata(path);
        found.is_err_and(|it| it.kind() == ErrorKind::NotFound)
    };
    let there = files.into_iter().filter(|it| !it.is_missing);
    there.map(|it| it.path).filter(move |it| is_gone(it))
}

/// Whether the file is where it was, and as it was.
pub(super) fn is_there(file: &TrashFile) -> bool {
    std::fs::metadata(&file.path).is_ok_and(|it| it.is_file() && file_stamp(&it) == file.stamp)
}

/// The trash of the system is another's code, which looks at all disks.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    std::panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(format!("the trash failed: {}", panic_message(&*panic))))
}

fn told(err: &trash::Error) -> String {
    match err {
        #[cfg(all(
            unix,
            not(any(target_os = "macos", target_os = "ios", target_os = "android"))
        ))]
        trash::Error::FileSystem { path, source } => {
            format!("the trash can't be used: {}: {source}", path.display())
        }
        trash::Error::Unknown { description } | trash::Error::Os { description, .. } => {
            format!("the trash can't be used: {description}")
        }
        err => format!("the trash can't be used: {err}"),
    }
}

#[cfg(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
))]
#[path = "freedesktop.rs"]
mod platform;

#[cfg(not(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
)))]
mod platform {
    use std::path::Path;

    use super::{NotBack, TrashFile, told};

    /// Nobody can look into it.
    #[derive(Debug, Default)]
    pub(in super::super) struct InTrash;

    /// What the trash calls it is not known.
    pub fn throw(path: &Path) -> Result<Option<Vec<u8>>, String> {
        trash::delete(path).map(|()| None).map_err(|err| told(&err))
    }

    /// Nobody can tell.
    pub fn is_in_trash(_: &TrashFile, _: &InTrash) -> Result<bool, String> {
        Ok(false)
    }

    pub fn restore(_: &TrashFile, _: &InTrash) -> Result<(), NotBack> {
        let reason = "put it back from the trash by hand, then import its folder";
        Err(NotBack::Ever(reason.to_owned()))
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::model::PostId;

    fn known(path: &Path) -> KnownFile {
        KnownFile {
            path: path.to_owned(),
            stamp: file_stamp(&std::fs::metadata(path).unwrap()),
            sidecar_stamp: 0,
            post: PostId(1),
            is_missing: false,
        }
    }

    fn reason(file: &KnownFile, kept: &[KnownFile]) -> String {
        let planned = plan(vec![file.clone()]).remove(0);
        check(&planned, &Kept::look(kept)).map_or_else(|reason| reason, |()| "goes".to_owned())
    }

    #[test]
    fn what_must_stay_is_told_from_what_may_go() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        for name in ["kept", "other", "changed"] {
            std::fs::write(at(name), name).unwrap();
        }
        std::fs::hard_link(at("kept"), at("hard")).unwrap();
        std::os::unix::fs::symlink(at("kept"), at("soft")).unwrap();
        std::os::unix::fs::symlink(dir.path(), at("folder")).unwrap();
        std::os::unix::fs::symlink(at("other"), at("kept_link")).unwrap();
        let kept = [known(&at("kept"))];
        assert_eq!(reason(&known(&at("other")), &kept), "goes");
        for same in ["kept", "hard", "soft", "folder/kept"] {
            let reason = reason(&known(&at(same)), &kept);
            assert!(reason.contains("very file"), "{same}: {reason}");
        }
        // The kept one is a link to what would go.
        let links = [known(&at("kept")), known(&at("kept_link"))];
        assert!(reason(&known(&at("other")), &links).contains("very file"));

        let changed = known(&at("changed"));
        std::fs::write(at("changed"), "longer than before").unwrap();
        assert!(reason(&changed, &kept).contains("changed"));
        let gone = known(&at("other"));
        std::fs::remove_file(at("other")).unwrap();
        assert!(reason(&gone, &kept).contains("not there"));
    }

    #[test]
    fn nothing_goes_where_nothing_would_stay() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        std::fs::write(at("kept"), "a").unwrap();
        std::fs::write(at("other"), "b").unwrap();
        let (kept, other) = (known(&at("kept")), known(&at("other")));
        assert!(reason(&other, &[]).contains("no file of the post that is kept"));
        std::fs::write(at("kept"), "other bytes").unwrap();
        let reasons = reason(&other, std::slice::from_ref(&kept));
        assert!(reasons.contains("no file of the post that is kept"));
        std::fs::remove_file(at("kept")).unwrap();
        let reasons = reason(&other, &[kept]);
        assert!(reasons.contains("no file of the post that is kept"));
    }
}
