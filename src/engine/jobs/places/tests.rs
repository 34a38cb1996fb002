//! Changes of many folders that are stopped on their way.

use std::path::Path;
use std::sync::Arc;

use crossbeam_channel::bounded;

use super::*;
use crate::library::OpenOptions;
use crate::message::Fate;
use crate::model::{FileDraft, FileStamp, Md5, PostDraft};

const NUM_FOLDERS: u8 = 12;

/// `one` has folders with two files each, and `two` has the same; the library knows of
/// those in `one`.
fn library(dir: &Path) -> Library {
    let library = Library::open(&dir.join("library"), &OpenOptions::default()).unwrap();
    for number in 0..NUM_FOLDERS * 2 {
        add(&library, dir, number);
    }
    let mut writer = library.writer().unwrap();
    writer.add_root(&dir.join("one")).unwrap();
    drop(writer);
    library
}

fn add(library: &Library, dir: &Path, number: u8) {
    let below = format!("{:02}/{number}.png", number / 2);
    for root in ["one", "two"] {
        let path = dir.join(root).join(&below);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, [number]).unwrap();
    }
    add_at(library, &dir.join("one").join(&below), number);
}

/// The library knows of the file, wherever it is.
fn add_at(library: &Library, path: &Path, number: u8) {
    let draft = PostDraft {
        file: Some(FileDraft {
            path: path.to_owned(),
            stamp: FileStamp {
                size: 1,
                modified_ns: 1,
            },
            sidecar_stamp: 0,
        }),
        md5: Some(Md5([number; 16])),
        ..PostDraft::default()
    };
    library.writer().unwrap().write_batch(&[draft]).unwrap();
}

/// Cancels it once its first batch is committed, where that is wanted: after that one,
/// or the next.
fn carry_out(
    library: &Arc<Library>,
    change: &PlaceChange,
    is_stopped: bool,
) -> Result<String, String> {
    carry_out_and(library, change, |is_cancelled| {
        is_cancelled.store(is_stopped, Ordering::Relaxed);
    })
}

/// `meanwhile` comes after the first batch, and before the third.
fn carry_out_and(
    library: &Arc<Library>,
    change: &PlaceChange,
    meanwhile: impl FnOnce(&AtomicBool) + Send,
) -> Result<String, String> {
    let (news, heard) = bounded(0);
    let context = Context {
        library: library.clone(),
        recent: None,
        news,
        batch: 2,
        is_cancelled: Arc::default(),
        is_closing: Arc::default(),
    };
    let is_cancelled = context.is_cancelled.clone();
    let mut meanwhile = Some(meanwhile);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for news in heard {
                if matches!(news, News::EditCommitted(_))
                    && let Some(meanwhile) = meanwhile.take()
                {
                    meanwhile(&is_cancelled);
                }
            }
        });
        let done = change::carry_out(&context, change).map(|it| it.text);
        drop(context);
        done
    })
}

fn num_files(library: &Library, folder: &Path) -> u64 {
    let folders = library.reader("test").unwrap().folders_below(folder);
    folders.unwrap().iter().map(|it| it.1).sum()
}

#[test]
fn a_move_that_is_stopped_goes_on_where_it_ended() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    let library = Arc::new(library(&dir));
    let (from, to) = (dir.join("one"), dir.join("two"));
    let change = PlaceChange::Move {
        from: from.clone(),
        to: to.clone(),
    };
    let told = carry_out(&library, &change, true).unwrap_err();
    let num = num_files(&library, &to);
    assert!(num == 2 || num == 4, "{num}");
    let wanted = format!("Stopped after {num} of 24 files, which are in ");
    assert!(told.starts_with(&wanted), "{told}");
    assert_eq!(num_files(&library, &from), 24 - num);
    let roots = || library.reader("test").unwrap().root_folders().unwrap();
    assert_eq!(roots(), [from.clone(), to.clone()], "each has its part");

    // What is left was lost on the way: that keeps nothing from ending.
    std::fs::remove_dir_all(&from).unwrap();
    std::fs::rename(&to, dir.join("elsewhere")).unwrap();
    std::fs::create_dir(&to).unwrap();
    let told = carry_out(&library, &change, false).unwrap();
    let wanted = format!("with 0 files; {} are not there and count as", 24 - num);
    assert!(told.contains(&wanted), "{told}");
    assert_eq!(roots(), std::slice::from_ref(&to));
    assert_eq!(num_files(&library, &to), 24);
}

#[test]
fn files_that_are_where_they_were_are_not_moved_to_another_root() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    let library = Arc::new(library(&dir));
    let (from, to) = (dir.join("one"), dir.join("other"));
    std::fs::create_dir(&to).unwrap();
    library.writer().unwrap().add_root(&to).unwrap();
    let change = PlaceChange::Move {
        from: from.clone(),
        to,
    };
    let told = carry_out(&library, &change, false).unwrap_err();
    assert!(told.starts_with("None of the 24 files of "), "{told}");
    assert_eq!(num_files(&library, &from), 24);
}

#[test]
fn a_folder_that_is_left_out_can_be_stopped_on_its_way() {
    let dir = tempfile::tempdir().unwrap();
    let library = Arc::new(library(dir.path()));
    let folder = dir.path().join("one");
    let change = PlaceChange::Exclude {
        folder: folder.clone(),
        fate: Fate::Leave,
    };
    // The root, which is the folder itself, would have them all stay.
    library.writer().unwrap().remove_root(&folder).unwrap();
    let told = carry_out(&library, &change, true).unwrap_err();
    let num = 24 - num_files(&library, &folder);
    assert!(num == 2 || num == 4, "{num}");
    assert_eq!(
        told,
        format!("Stopped after {num} of 24 files; what was done stays")
    );
    let told = carry_out(&library, &change, false).unwrap();
    assert!(
        told.ends_with(&format!("{} files are forgotten", 24 - num)),
        "{told}"
    );
    assert_eq!(num_files(&library, &folder), 0);
}

#[test]
fn a_root_that_is_taken_out_is_one_until_its_files_are() {
    for fate in [Fate::Stay, Fate::Leave] {
        let dir = tempfile::tempdir().unwrap();
        let library = Arc::new(library(dir.path()));
        let root = dir.path().join("one");
        let change = PlaceChange::RemoveRoot {
            root: root.clone(),
            fate,
        };
        let told = carry_out(&library, &change, true).unwrap_err();
        assert!(told.starts_with("Stopped after "), "{told}");
        assert!(told.ends_with("take it out again to go on"), "{told}");
        let listed = || list::folders(&library, &[]).unwrap().roots;
        let [still] = &listed()[..] else {
            panic!("{:?}", listed());
        };
        assert!(still.is_imported && still.folder.path == root, "{still:?}");
        assert_eq!(still.folder.num_posts, num_files(&library, &root));

        // Again, with what an import brought on the way.
        let brought = root.join("00/99.png");
        let told = carry_out_and(&library, &change, |_| add_at(&library, &brought, 99));
        let told = told.unwrap();
        assert!(told.contains(" is out: "), "{told}");
        assert!(listed().iter().all(|it| !it.is_imported));
        let reader = library.reader("test").unwrap();
        let is_out = |path: &Path| {
            let file = reader.known_file(path).unwrap();
            file.is_none_or(|it| it.is_missing)
        };
        assert!(is_out(&brought), "{fate:?}");
        assert!(is_out(&root.join("11/23.png")), "{fate:?}");
    }
}

#[test]
fn files_that_are_imported_while_their_folder_moves_count() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().canonicalize().unwrap();
    let library = Arc::new(library(&dir));
    let last = dir.join("two/11/23.png");
    std::fs::remove_file(&last).unwrap();
    let change = PlaceChange::Move {
        from: dir.join("one"),
        to: dir.join("two"),
    };
    let told = carry_out_and(&library, &change, |_| {
        // In the last folder, of which it is known already.
        let number = NUM_FOLDERS * 2;
        for number in [number, number + 1] {
            let known = dir.join(format!("one/11/{number}.png"));
            add_at(&library, &known, number);
            std::fs::write(dir.join(format!("two/11/{number}.png")), [number]).unwrap();
        }
    });
    let told = told.unwrap();
    let wanted = "with 25 files; 1 is not there and counts as missing";
    assert!(told.ends_with(wanted), "{told}");
    assert_eq!(num_files(&library, &dir.join("two")), 26);
}

#[test]
fn one_file_is_told_as_one() {
    let told = |num, fate| change::told(Path::new("/a"), num, fate);
    assert_eq!(told(1, Fate::Leave), "/a is out: 1 file is forgotten");
    assert_eq!(told(0, Fate::Leave), "/a is out: 0 files are forgotten");
    assert_eq!(
        told(1, Fate::Stay),
        "/a is out: 1 file counts as missing, its post stays"
    );
    assert_eq!(
        told(1234, Fate::Stay),
        "/a is out: 1,234 files count as missing, their posts stay"
    );
}
