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

use crate::library::{KnownFile, TrashFile, TrashState};
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
            Ok(()) => TrashState::InTrash { item: None },
            Err(reason) => TrashState::Refused(reason),
        };
    }
    name_items(files);
}

/// Moves `files` to the trash, whatever else there is; says of each what became of it.
/// [`name_items`] is to follow.
pub(super) fn throw_all_away(files: &mut [TrashFile]) {
    for file in files.iter_mut() {
        file.state = match look(file).and_then(|_| move_there(&file.path)) {
            Ok(()) => TrashState::InTrash { item: None },
            Err(reason) => TrashState::Refused(reason),
        };
    }
}

pub(super) use platform::{InTrash, name_items};

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

fn move_there(path: &Path) -> Result<(), String> {
    guarded(|| trash::delete(path).map_err(|err| told(&err)))?;
    match std::fs::symlink_metadata(path) {
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(()),
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
mod platform {
    use std::cell::OnceCell;
    use std::collections::HashMap;
    use std::ffi::{OsStr, OsString};
    use std::io::Write as _;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::path::{Path, PathBuf};
    use std::time::SystemTime;

    use trash::{TrashItem, TrashItemSize, os_limited};

    use super::{NotBack, TrashFile, TrashState, guarded, told};

    /// What is in the trash, by the places that it came from; looked at when it is
    /// first asked for, since each item is a file to be read. An item's name is the
    /// path of the file that describes it.
    #[derive(Debug, Default)]
    pub(in super::super) struct InTrash {
        by_place: OnceCell<Result<HashMap<PathBuf, Vec<TrashItem>>, String>>,
    }

    impl InTrash {
        /// What came from `original`.
        fn from(&self, original: &Path) -> Result<&[TrashItem], String> {
            let by_place = self.by_place.get_or_init(|| {
                let mut by_place: HashMap<PathBuf, Vec<TrashItem>> = HashMap::new();
                for item in guarded(|| os_limited::list().map_err(|err| told(&err)))? {
                    by_place.entry(item.original_path()).or_default().push(item);
                }
                Ok(by_place)
            });
            let by_place = by_place.as_ref().map_err(Clone::clone)?;
            Ok(by_place.get(original).map_or(&[], Vec::as_slice))
        }

        /// Of what was thrown away from there, the last.
        fn newest(&self, file: &TrashFile) -> Result<Option<&TrashItem>, String> {
            let items = self.from(&original(&file.path))?.iter();
            Ok(items
                .filter(|it| fits(it, file))
                .max_by_key(|it| thrown_away_at(it)))
        }
    }

    /// The path as the trash knows it, as far as can be told: a folder that is
    /// gone may have been a link.
    fn original(path: &Path) -> PathBuf {
        let folder = path.parent().and_then(|it| it.canonicalize().ok());
        match folder.zip(path.file_name()) {
            Some((folder, name)) => folder.join(name),
            None => path.to_owned(),
        }
    }

    fn thrown_away_at(item: &TrashItem) -> Option<SystemTime> {
        std::fs::metadata(&item.id).ok()?.modified().ok()
    }

    /// Whether an item from the place of the file is the file.
    fn fits(item: &TrashItem, file: &TrashFile) -> bool {
        os_limited::metadata(item)
            .is_ok_and(|it| it.size == TrashItemSize::Bytes(file.stamp.size) || is_link(item))
    }

    fn is_link(item: &TrashItem) -> bool {
        // As the specification lays it out: `info/NAME.trashinfo`, `files/NAME`.
        let info = Path::new(&item.id);
        let in_trash = info.parent().and_then(Path::parent);
        in_trash
            .zip(info.file_stem())
            .is_some_and(|(folder, name)| folder.join("files").join(name).is_symlink())
    }

    /// Remembers of each file that went what the trash calls it.
    pub(in super::super) fn name_items<'a>(files: impl IntoIterator<Item = &'a mut TrashFile>) {
        let trash = InTrash::default();
        for file in files {
            if !matches!(file.state, TrashState::InTrash { .. }) {
                continue;
            }
            match trash.newest(file) {
                Ok(Some(item)) => {
                    date(item);
                    let item = Some(item.id.as_bytes().to_vec());
                    file.state = TrashState::InTrash { item };
                }
                Ok(None) => {}
                Err(reason) => return tracing::warn!(reason, "the trash can't be listed"),
            }
        }
    }

    /// Says when it was thrown away, which the specification asks for: other
    /// programs empty the trash by it.
    fn date(item: &TrashItem) {
        if item.time_deleted >= 0 {
            return;
        }
        let now = jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S").to_string();
        let written = std::fs::OpenOptions::new()
            .append(true)
            .open(&item.id)
            .and_then(|mut info| writeln!(info, "DeletionDate={now}"));
        if let Err(err) = written {
            tracing::warn!(%err, "what is in the trash has no date");
        }
    }

    pub fn is_in_trash(file: &TrashFile, trash: &InTrash) -> Result<bool, String> {
        Ok(trash.newest(file)?.is_some())
    }

    /// Nothing may be where the file was.
    pub fn restore(file: &TrashFile, trash: &InTrash) -> Result<(), NotBack> {
        let items = trash.from(&original(&file.path)).map_err(NotBack::Yet)?;
        let named: Option<OsString> = match &file.state {
            TrashState::InTrash { item } => item.clone().map(OsString::from_vec),
            TrashState::Planned | TrashState::Refused(_) => None,
        };
        let is_named =
            |it: &&TrashItem| named.as_deref() == Some::<&OsStr>(&it.id) && fits(it, file);
        let item = match items.iter().find(is_named) {
            Some(item) => Some(item),
            None => trash.newest(file).map_err(NotBack::Yet)?,
        };
        let Some(item) = item else {
            // A disk that is not there has neither the folder nor its trash.
            return Err(if file.path.parent().is_some_and(Path::is_dir) {
                NotBack::Ever("it is not in the trash any more".to_owned())
            } else {
                NotBack::Yet(
                    "neither its folder nor the trash that it went to is there; connect the \
                     disk, or make the folder anew, then take it back again"
                        .to_owned(),
                )
            });
        };
        let mut is_occupied = false;
        let restored = guarded(|| {
            os_limited::restore_all([item.clone()]).map_err(|err| {
                is_occupied = matches!(err, trash::Error::RestoreCollision { .. });
                told(&err)
            })
        });
        restored.map_err(|reason| {
            if !is_occupied {
                remove_placeholder(&file.path);
            }
            NotBack::Yet(reason)
        })
    }

    /// What restoring puts there first, and leaves where it then fails. There was
    /// nothing before, and no picture is empty.
    fn remove_placeholder(path: &Path) {
        let is_placeholder =
            std::fs::symlink_metadata(path).is_ok_and(|it| it.is_file() && it.len() == 0);
        if is_placeholder && let Err(err) = std::fs::remove_file(path) {
            tracing::warn!(%err, "an empty file was left where a picture was");
        }
    }
}

#[cfg(not(all(
    unix,
    not(any(target_os = "macos", target_os = "ios", target_os = "android"))
)))]
mod platform {
    use super::{NotBack, TrashFile};

    /// Nobody can look into it.
    #[derive(Debug, Default)]
    pub(in super::super) struct InTrash;

    pub(in super::super) fn name_items<'a>(_: impl IntoIterator<Item = &'a mut TrashFile>) {}

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
