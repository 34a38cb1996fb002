//! The trash of Linux desktops, as the Trash specification 1.0 of freedesktop.org lays
//! it out: `info/NAME.trashinfo` says where `files/NAME` came from, and when.
//!
//! What describes a file is whole before the file moves: whoever ends the program in
//! between leaves nothing in the trash that can't be put back by any file manager.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use trash::{TrashItem, TrashItemSize, os_limited};

use super::{NotBack, TrashFile, TrashState, guarded, told};

/// Names that are tried as they are, with a number behind; then the time makes one.
const MAX_NUMBERED: u32 = 50;

/// A name in the trash, bytes: room is left for a number and the suffix.
const MAX_NAME: usize = 200;

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
    let is_link = || content_of(Path::new(&item.id)).is_some_and(|it| it.is_symlink());
    os_limited::metadata(item)
        .is_ok_and(|it| it.size == TrashItemSize::Bytes(file.stamp.size) || is_link())
}

/// What an item is in the trash: `info/NAME.trashinfo` describes `files/NAME`.
fn content_of(info: &Path) -> Option<PathBuf> {
    let in_trash = info.parent()?.parent()?;
    Some(in_trash.join("files").join(info.file_stem()?))
}

pub fn is_in_trash(file: &TrashFile, trash: &InTrash) -> Result<bool, String> {
    Ok(trash.newest(file)?.is_some())
}

/// Moves a file to the trash of its disk, or, where that can't be used, to the one at
/// home. Returns what the trash calls it.
pub fn throw(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let path = original(path);
    let info = throw_from(&path).map_err(|err| format!("the trash can't be used: {err}"))?;
    Ok(Some(info.into_os_string().into_vec()))
}

fn throw_from(path: &Path) -> std::io::Result<PathBuf> {
    let device = std::fs::symlink_metadata(path)?.dev();
    let home = home_trash()?;
    make_folder(&home)?;
    if std::fs::metadata(&home)?.dev() == device {
        return throw_into(&home, path, path);
    }
    let top = top_of_disk(path, device);
    let below = path.strip_prefix(top).unwrap_or(path);
    match trash_of_disk(top).and_then(|trash| throw_into(&trash, path, below)) {
        Err(err)
            if matches!(
                err.kind(),
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            throw_into(&home, path, path)
        }
        thrown => thrown,
    }
}

fn home_trash() -> std::io::Result<PathBuf> {
    let of = |name| std::env::var_os(name).filter(|it| !it.is_empty());
    let data = of("XDG_DATA_HOME").map(PathBuf::from);
    data.or_else(|| Some(PathBuf::from(of("HOME")?).join(".local/share")))
        .map(|it| it.join("Trash"))
        .ok_or_else(|| std::io::Error::other("neither XDG_DATA_HOME nor HOME is set"))
}

/// The folder in which the disk of `path` begins.
fn top_of_disk(path: &Path, device: u64) -> &Path {
    let above = path.ancestors().skip(1);
    let of_disk =
        above.take_while(|it| std::fs::metadata(it).is_ok_and(|found| found.dev() == device));
    of_disk.last().unwrap_or(path)
}

/// The user's trash on a disk: in the one that an administrator made, or of its own.
fn trash_of_disk(top: &Path) -> std::io::Result<PathBuf> {
    let user = user()?;
    let common = top.join(".Trash");
    let is_sound = std::fs::symlink_metadata(&common)
        .is_ok_and(|it| it.is_dir() && it.permissions().mode() & 0o1000 != 0);
    if is_sound {
        let own = common.join(user.to_string());
        if make_folder(&own).is_ok() {
            return Ok(own);
        }
    }
    let own = top.join(format!(".Trash-{user}"));
    make_folder(&own)?;
    if std::fs::symlink_metadata(&own)?.is_dir() {
        Ok(own)
    } else {
        // A link may lead to where others read along.
        Err(ErrorKind::PermissionDenied.into())
    }
}

/// The number of the user: of who owns this process, or the home folder.
fn user() -> std::io::Result<u32> {
    let home = std::env::var_os("HOME").unwrap_or_default();
    std::fs::metadata("/proc/self")
        .or_else(|_| std::fs::metadata(home))
        .map(|it| it.uid())
}

/// For nobody else, where it is not there.
fn make_folder(path: &Path) -> std::io::Result<()> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
}

/// Moves `path` into a trash, where it is said to come from `told`. Returns the path of
/// what describes it.
fn throw_into(trash: &Path, path: &Path, told: &Path) -> std::io::Result<PathBuf> {
    let (infos, files) = (trash.join("info"), trash.join("files"));
    make_folder(&infos)?;
    make_folder(&files)?;
    let now = jiff::Zoned::now();
    let date = now.strftime("%Y-%m-%dT%H:%M:%S");
    let text = format!(
        "[Trash Info]\nPath={}\nDeletionDate={date}\n",
        encoded(told)
    );
    let name = path.file_name().unwrap_or_default();
    for number in 1.. {
        let name = name_in_trash(name, number);
        let mut of_info = name.clone();
        of_info.push(".trashinfo");
        let info = infos.join(of_info);
        // Who makes this one has the name.
        let mut described = match File::create_new(&info) {
            Err(err) if err.kind() == ErrorKind::AlreadyExists => continue,
            described => described?,
        };
        let content = files.join(name);
        let moved = match std::fs::symlink_metadata(&content) {
            Err(err) if err.kind() == ErrorKind::NotFound => described
                .write_all(text.as_bytes())
                .and_then(|()| move_file(path, &content))
                .map(|()| true),
            // Something that nothing describes.
            Ok(_) => Ok(false),
            Err(err) => Err(err),
        };
        if matches!(moved, Ok(true)) {
            return Ok(info);
        }
        std::fs::remove_file(&info)?;
        moved?;
    }
    Err(std::io::Error::other("no name is free in it"))
}

fn name_in_trash(name: &OsStr, number: u32) -> OsString {
    let bytes = name.as_bytes();
    let mut name = OsStr::from_bytes(bytes.get(..MAX_NAME).unwrap_or(bytes)).to_owned();
    if number > MAX_NUMBERED {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        name.push(format!(".{}", now.unwrap_or_default().as_nanos()));
    } else if number > 1 {
        name.push(format!(".{number}"));
    }
    name
}

/// As in a URL.
fn encoded(path: &Path) -> String {
    let mut text = String::new();
    for &byte in path.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// Also to another disk. Nothing may be at `to`.
fn move_file(from: &Path, to: &Path) -> std::io::Result<()> {
    match std::fs::rename(from, to) {
        Err(err) if err.kind() == ErrorKind::CrossesDevices => {}
        moved => return moved,
    }
    let copied = copy(from, to).and_then(|()| std::fs::remove_file(from));
    copied.inspect_err(|_| {
        // The other one is still there.
        let _ = std::fs::remove_file(to);
    })
}

/// A copy that has the time of the original, and is on the disk.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    let metadata = std::fs::symlink_metadata(from)?;
    if metadata.is_symlink() {
        return std::os::unix::fs::symlink(std::fs::read_link(from)?, to);
    }
    std::fs::copy(from, to)?;
    // Times can be set through what is open for reading, too: it may be read-only.
    let copy = File::open(to)?;
    copy.set_modified(metadata.modified()?)?;
    copy.sync_all()
}

/// Nothing may be where the file was.
pub fn restore(file: &TrashFile, trash: &InTrash) -> Result<(), NotBack> {
    let items = trash.from(&original(&file.path)).map_err(NotBack::Yet)?;
    let named = match &file.state {
        TrashState::InTrash { item } => item.clone().map(OsString::from_vec),
        TrashState::Planned | TrashState::Refused(_) => None,
    };
    let is_named = |it: &&TrashItem| named.as_ref() == Some(&it.id) && fits(it, file);
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
    bring_back(Path::new(&item.id), &item.original_path())
        .map_err(|err| NotBack::Yet(format!("the trash can't be used: {err}")))
}

/// Moves what `info` describes to `path`, where nothing is taken the place of.
fn bring_back(info: &Path, path: &Path) -> std::io::Result<()> {
    let content = content_of(info).ok_or(ErrorKind::NotFound)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // A second name, which fails where there is something, then the first one goes.
    match std::fs::hard_link(&content, path) {
        Ok(()) => std::fs::remove_file(&content)?,
        Err(err) if err.kind() == ErrorKind::AlreadyExists => return Err(err),
        // Another disk, or one without such names.
        Err(_) => match std::fs::symlink_metadata(path) {
            Err(err) if err.kind() == ErrorKind::NotFound => move_file(&content, path)?,
            _ => return Err(ErrorKind::AlreadyExists.into()),
        },
    }
    if let Err(err) = std::fs::remove_file(info) {
        tracing::warn!(%err, "what described a file in the trash is still there");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_thrown_away_is_described_before_it_moves() {
        let dir = tempfile::tempdir().unwrap();
        let (trash, path) = (dir.path().join("Trash"), dir.path().join("ä b%.png"));
        std::fs::write(&path, "first").unwrap();
        let info = throw_into(&trash, &path, Path::new("in/ä b%.png")).unwrap();
        let text = std::fs::read_to_string(&info).unwrap();
        let date = text
            .strip_prefix("[Trash Info]\nPath=in/%C3%A4%20b%25.png\nDeletionDate=")
            .and_then(|it| it.strip_suffix('\n'))
            .unwrap();
        let date: jiff::civil::DateTime = date.parse().unwrap();
        let age = jiff::Zoned::now().datetime().duration_since(date);
        assert!((-1..3600).contains(&age.as_secs()), "{text}");
        assert!(!path.exists());

        // The name is taken, and so is that of something that nothing describes.
        std::fs::write(trash.join("files/ä b%.png.2"), "stray").unwrap();
        std::fs::write(&path, "second").unwrap();
        let second = throw_into(&trash, &path, &path).unwrap();
        assert_eq!(second, trash.join("info/ä b%.png.3.trashinfo"));
        let read = |info: &Path| std::fs::read_to_string(content_of(info).unwrap()).unwrap();
        assert_eq!(
            (read(&info), read(&second)),
            ("first".into(), "second".into())
        );
        assert_eq!(std::fs::read_dir(trash.join("info")).unwrap().count(), 2);

        // What can't move stays, and nothing describes it.
        let nowhere = dir.path().join("nowhere.png");
        assert!(throw_into(&trash, &nowhere, &nowhere).is_err());
        assert_eq!(std::fs::read_dir(trash.join("info")).unwrap().count(), 2);

        bring_back(&second, &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert!(!second.exists());
        let occupied = bring_back(&info, &path).unwrap_err();
        assert_eq!(occupied.kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(read(&info), "first");
    }

    #[test]
    fn many_of_one_name_and_long_names_find_room() {
        let dir = tempfile::tempdir().unwrap();
        let trash = dir.path().join("Trash");
        for name in ["a".to_owned(), format!("{}.png", "b".repeat(250))] {
            let path = dir.path().join(name);
            let mut infos = Vec::new();
            for number in 0..MAX_NUMBERED + 5 {
                std::fs::write(&path, number.to_string()).unwrap();
                infos.push(throw_into(&trash, &path, &path).unwrap());
            }
            for (number, info) in infos.iter().enumerate() {
                bring_back(info, &path).unwrap();
                assert_eq!(std::fs::read_to_string(&path).unwrap(), number.to_string());
                std::fs::remove_file(&path).unwrap();
            }
        }
    }

    #[test]
    fn a_copy_has_the_time_of_the_original() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name| dir.path().join(name);
        std::fs::write(at("from"), "a picture").unwrap();
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000);
        File::options()
            .write(true)
            .open(at("from"))
            .unwrap()
            .set_modified(time)
            .unwrap();
        let read_only = std::fs::Permissions::from_mode(0o444);
        std::fs::set_permissions(at("from"), read_only).unwrap();
        copy(&at("from"), &at("to")).unwrap();
        assert_eq!(
            std::fs::metadata(at("to")).unwrap().modified().unwrap(),
            time
        );
        std::os::unix::fs::symlink("from", at("link")).unwrap();
        copy(&at("link"), &at("link2")).unwrap();
        assert_eq!(std::fs::read_link(at("link2")).unwrap(), Path::new("from"));
    }
}
