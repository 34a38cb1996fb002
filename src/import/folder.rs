//! Walks a folder as people expect: hidden names and the library's own folder
//! are left out, links are followed, loops end, and nothing is listed in memory.

use std::collections::HashSet;
use std::fs::Metadata;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use super::sidecar;
use crate::model::FileFormat;

/// What a walk comes by, in the order of the file system.
#[derive(Debug)]
pub(super) enum Entry {
    /// A file that may be a picture: not a sidecar by its name.
    File(DirEntry),
    /// Something that should be readable and is not.
    Failed { path: PathBuf, reason: String },
}

/// Folders that are not walked.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedOver {
    /// However it is reached.
    pub library: PathBuf,
    /// By the user's wish.
    pub excluded: HashSet<PathBuf>,
}

/// Tells a folder however it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct FolderId {
    device: u64,
    inode: u64,
}

impl FolderId {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
        })
    }

    #[cfg(not(unix))]
    fn of(_metadata: &Metadata) -> Option<Self> {
        None
    }
}

/// Walks everything below `root`; the error is of `root` itself.
///
/// A linked folder that lies inside `root` is found there anyway, and one that
/// lies outside is walked once, so that links among folders can't multiply them.
/// What is `passed_over` is not entered, unless it is the root.
pub(super) fn walk(
    root: &Path,
    passed_over: &PassedOver,
    each: &mut dyn FnMut(Entry) -> ControlFlow<()>,
) -> io::Result<()> {
    let mut filter = Filter::new(root, passed_over)?;
    let entries = WalkDir::new(root)
        .follow_links(true)
        .into_iter()
        .filter_entry(|it| filter.wants(it));
    for entry in entries {
        let entry = match entry {
            Ok(entry) if entry.file_type().is_file() => {
                if sidecar::is_sidecar_name(entry.path()) {
                    continue;
                }
                Entry::File(entry)
            }
            Ok(_) => continue,
            Err(err) => match failure(err, root)? {
                Some(failed) => failed,
                None => continue,
            },
        };
        if each(entry).is_break() {
            break;
        }
    }
    Ok(())
}

/// `None` for what is no failure: a loop, a file that is gone by now. The error is
/// of `root` itself.
fn failure(err: walkdir::Error, root: &Path) -> io::Result<Option<Entry>> {
    if err.loop_ancestor().is_some() {
        return Ok(None);
    }
    let depth = err.depth();
    let path = err.path().map(Path::to_path_buf);
    let err = io::Error::from(err);
    if depth == 0 {
        return Err(err);
    }
    // Where listing breaks off in the middle of a folder, no path is told.
    let path = path.unwrap_or_else(|| root.to_path_buf());
    if err.kind() == io::ErrorKind::NotFound && !has_picture_name(&path) {
        return Ok(None);
    }
    let reason = match std::fs::read_link(&path) {
        Ok(target) => format!("links to {}, which can't be read: {err}", target.display()),
        Err(_) => format!("can't be read: {err}; check its permissions"),
    };
    Ok(Some(Entry::Failed { path, reason }))
}

/// Formats of pictures and videos that are not read.
const FOREIGN_FORMATS: [&str; 34] = [
    "avi", "avif", "blp", "bpg", "clip", "cr2", "dds", "dng", "exr", "flif", "heic", "heif", "hdr",
    "ico", "j2k", "jp2", "jpf", "jxl", "kra", "mkv", "mov", "mp4", "nef", "pbm", "pcx", "pgm",
    "ppm", "psd", "qoi", "sgi", "svg", "tga", "webm", "xcf",
];

/// Whether a file of this name should be a picture or a video of a format that
/// is not read, which a person would want to be told of.
pub(super) fn has_foreign_picture_name(path: &Path) -> bool {
    path.extension()
        .and_then(|it| it.to_str())
        .is_some_and(|it| FOREIGN_FORMATS.contains(&it.to_ascii_lowercase().as_str()))
}

/// Whether a file of this name should be a picture.
pub(super) fn has_picture_name(path: &Path) -> bool {
    path.extension()
        .and_then(|it| it.to_str())
        .is_some_and(|it| FileFormat::from_extension(it).is_some())
}

struct Filter<'a> {
    root: PathBuf,
    library: Option<FolderId>,
    excluded: &'a HashSet<PathBuf>,
    /// How deep the linked folder is that the walk is inside of.
    link_depth: Option<usize>,
    /// Folders that were walked through links.
    linked: HashSet<FolderId>,
}

impl<'a> Filter<'a> {
    fn new(root: &Path, passed_over: &'a PassedOver) -> io::Result<Self> {
        let PassedOver { library, excluded } = passed_over;
        let id = |path: &Path| {
            std::fs::metadata(path)
                .ok()
                .and_then(|it| FolderId::of(&it))
        };
        Ok(Self {
            root: root.canonicalize()?,
            library: id(library),
            excluded,
            link_depth: None,
            linked: id(root).into_iter().collect(),
        })
    }

    fn wants(&mut self, entry: &DirEntry) -> bool {
        if entry.depth() == 0 {
            return true;
        }
        if self.link_depth.is_some_and(|it| entry.depth() <= it) {
            self.link_depth = None;
        }
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            return false;
        }
        if !entry.file_type().is_dir() {
            return true;
        }
        let id = entry.metadata().ok().and_then(|it| FolderId::of(&it));
        if (id.is_some() && id == self.library) || self.excluded.contains(entry.path()) {
            return false;
        }
        if entry.path_is_symlink() {
            let is_inside = entry
                .path()
                .canonicalize()
                .is_ok_and(|it| it.starts_with(&self.root));
            if is_inside {
                return false;
            }
            self.link_depth.get_or_insert(entry.depth());
        }
        if self.link_depth.is_none() {
            return true;
        }
        let is_new = id.is_none_or(|it| self.linked.insert(it));
        if !is_new && entry.path_is_symlink() && self.link_depth == Some(entry.depth()) {
            self.link_depth = None;
        }
        is_new
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    fn names(root: &Path, library: &Path) -> Vec<String> {
        let passed_over = PassedOver {
            library: library.to_owned(),
            excluded: HashSet::from([root.join("left/out")]),
        };
        let mut names = Vec::new();
        walk(root, &passed_over, &mut |entry| {
            names.push(match entry {
                Entry::File(it) => {
                    let path = it.path().strip_prefix(root).unwrap();
                    path.to_string_lossy().into_owned()
                }
                Entry::Failed { path, .. } => {
                    format!("! {}", path.strip_prefix(root).unwrap().display())
                }
            });
            ControlFlow::Continue(())
        })
        .unwrap();
        names.sort();
        names
    }

    fn touch(path: &Path) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, b"x").unwrap();
    }

    #[test]
    fn hidden_names_sidecars_and_the_library_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join(".hidden root is fine");
        for name in [
            "a.png",
            "a.png.json",
            "a.txt",
            "b",
            ".c.png",
            ".d/e.png",
            "lib/f.png",
            "left/out/i.png",
            "left/out/deep/j.png",
            "g/h.JPG",
            "new\nline.png",
            "😀/😀.png",
        ] {
            touch(&root.join(name));
        }
        touch(&root.join(std::ffi::OsStr::from_bytes(b"not utf-8 \xff.png")));
        assert_eq!(
            names(&root, &root.join("lib")),
            [
                "a.png",
                "b",
                "g/h.JPG",
                "new\nline.png",
                "not utf-8 \u{fffd}.png",
                "😀/😀.png"
            ]
        );
    }

    #[test]
    fn links_are_followed_once_and_loops_end() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("root");
        let outside = dir.path().join("outside");
        touch(&root.join("sub/a.png"));
        touch(&outside.join("deep/b.png"));
        symlink(&root, root.join("sub/loop")).unwrap();
        symlink("sub", root.join("again")).unwrap();
        symlink(dir.path(), root.join("parent")).unwrap();
        symlink(&outside, root.join("sub/out")).unwrap();
        symlink(outside.join("deep"), outside.join("deeper")).unwrap();
        symlink(outside.join("deep/b.png"), root.join("linked.png")).unwrap();
        symlink("nowhere.png", root.join("dangling.png")).unwrap();
        symlink("nowhere", root.join("dangling")).unwrap();
        let names = names(&root, &dir.path().join("library"));
        let count = |end: &str| names.iter().filter(|it| it.ends_with(end)).count();
        assert_eq!(count("a.png"), 1, "{names:?}");
        assert_eq!(count("b.png"), 1, "{names:?}");
        assert_eq!(count("linked.png"), 1, "{names:?}");
        assert_eq!(count("! dangling.png"), 1, "{names:?}");
        assert_eq!(names.len(), 4, "{names:?}");
    }

    #[test]
    fn a_folder_that_may_not_be_read_is_a_failure() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        touch(&dir.path().join("a.png"));
        touch(&dir.path().join("locked/b.png"));
        let locked = dir.path().join("locked");
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
        let names = names(dir.path(), Path::new("/nonexistent"));
        let is_root = fs::read_dir(&locked).is_ok();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
        if is_root {
            eprintln!("skipped: nothing is locked for this user");
        } else {
            assert_eq!(names, ["! locked", "a.png"]);
        }
    }

    #[test]
    fn a_root_that_is_not_there_is_an_error() {
        let mut each = |_| ControlFlow::Continue(());
        assert!(
            walk(
                Path::new("/nonexistent/x"),
                &PassedOver::default(),
                &mut each
            )
            .is_err()
        );
    }
}
