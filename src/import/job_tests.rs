//! The import job against a library in memory: what is read, what is counted,
//! what a second run does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use image::{ImageFormat, RgbImage};

use super::job::{self, Input};
use super::store::{Known, Store};
use super::{ImportError, ImportNews};
use crate::library::{Changes, KnownFile, LibraryError, Outcome};
use crate::memory::Permits;
use crate::message::{FailedFile, ImportReport};
use crate::model::{FileStamp, Md5, PostDraft, PostId};

/// Behaves as the library is documented to.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    files: BTreeMap<PathBuf, KnownFile>,
    posts: Vec<PostDraft>,
    failures: BTreeMap<PathBuf, (FailedFile, FileStamp)>,
    num_batches: usize,
    roots: Vec<PathBuf>,
}

impl Known for Memory {
    fn excluded_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        Ok(Vec::new())
    }

    fn known_file(&self, path: &Path) -> Result<Option<KnownFile>, LibraryError> {
        Ok(self.0.lock().unwrap().files.get(path).cloned())
    }

    fn post_md5(&self, post: PostId) -> Result<Option<Md5>, LibraryError> {
        Ok(self.0.lock().unwrap().posts[post.index()].md5)
    }

    fn for_each_known_file(
        &self,
        root: &Path,
        f: &mut dyn FnMut(KnownFile),
    ) -> Result<(), LibraryError> {
        // Not under the lock, as the real one reads while others write.
        let files: Vec<_> = self.0.lock().unwrap().files.values().cloned().collect();
        files
            .into_iter()
            .filter(|it| it.path.starts_with(root))
            .for_each(f);
        Ok(())
    }

    fn failures(&self) -> Result<Vec<FailedFile>, LibraryError> {
        let state = self.0.lock().unwrap();
        Ok(state.failures.values().map(|it| it.0.clone()).collect())
    }

    fn failure_of(
        &self,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<Option<FailedFile>, LibraryError> {
        let state = self.0.lock().unwrap();
        let known = state.failures.get(path).filter(|it| it.1 == stamp);
        Ok(known.map(|it| it.0.clone()))
    }
}

impl Store for Memory {
    fn add_root(&mut self, folder: &Path) -> Result<(), LibraryError> {
        self.0.lock().unwrap().roots.push(folder.to_owned());
        Ok(())
    }

    fn write_batch(
        &mut self,
        drafts: &[PostDraft],
    ) -> Result<(Vec<Outcome>, Changes), LibraryError> {
        let mut state = self.0.lock().unwrap();
        state.num_batches += 1;
        let mut outcomes = Vec::new();
        for draft in drafts {
            let file = draft.file.clone().unwrap();
            let index = state.posts.iter().position(|it| it.md5 == draft.md5);
            let (index, outcome) = match index {
                Some(index) => {
                    let post = PostId(index as u32);
                    let is_same = state.posts[index].tags == draft.tags
                        && state.files.contains_key(&file.path);
                    state.posts[index].tags = draft.tags.clone();
                    let outcome = if is_same {
                        Outcome::Unchanged(post)
                    } else {
                        Outcome::Updated(post)
                    };
                    // A move: the old path is gone.
                    let gone: Vec<_> = state
                        .files
                        .values()
                        .filter(|it| it.post == post && !it.path.exists())
                        .map(|it| it.path.clone())
                        .collect();
                    for path in gone {
                        state.files.remove(&path);
                    }
                    (index, outcome)
                }
                None => {
                    state.posts.push(draft.clone());
                    let index = state.posts.len() - 1;
                    (index, Outcome::Added(PostId(index as u32)))
                }
            };
            state.files.insert(
                file.path.clone(),
                KnownFile {
                    path: file.path,
                    stamp: file.stamp,
                    sidecar_stamp: file.sidecar_stamp,
                    post: PostId(index as u32),
                    is_missing: false,
                },
            );
            outcomes.push(outcome);
        }
        Ok((outcomes, Changes::default()))
    }

    fn mark_missing(
        &mut self,
        files: &[PathBuf],
        is_missing: bool,
    ) -> Result<Changes, LibraryError> {
        let mut state = self.0.lock().unwrap();
        for path in files {
            if let Some(file) = state.files.get_mut(path) {
                file.is_missing = is_missing;
            }
        }
        Ok(Changes::default())
    }

    fn record_failures(
        &mut self,
        failures: &[(FailedFile, FileStamp)],
    ) -> Result<(), LibraryError> {
        let mut state = self.0.lock().unwrap();
        for failure in failures {
            state
                .failures
                .insert(failure.0.path.clone(), failure.clone());
        }
        Ok(())
    }

    fn forget_failures(&mut self, paths: &[PathBuf]) -> Result<(), LibraryError> {
        let mut state = self.0.lock().unwrap();
        for path in paths {
            state.failures.remove(path);
        }
        Ok(())
    }
}

impl Memory {
    fn import(&self, paths: &[&Path]) -> ImportReport {
        self.try_import(paths, &|| false, &mut |_| {}).unwrap()
    }

    fn try_import(
        &self,
        paths: &[&Path],
        is_cancelled: &(dyn Fn() -> bool + Sync),
        tell: &mut dyn FnMut(ImportNews),
    ) -> Result<ImportReport, ImportError> {
        let permits = Permits::new(64 << 20);
        let paths: Vec<PathBuf> = paths.iter().map(|it| it.to_path_buf()).collect();
        let input = Input {
            paths: &paths,
            library_dir: Path::new("/nonexistent/library"),
            permits: &permits,
            num_threads: 2,
            is_cancelled,
        };
        let report = job::run(&input, self.clone(), &mut self.clone(), tell);
        assert_eq!(permits.used(), 0);
        report
    }

    fn tags_of(&self, path: &Path) -> Vec<String> {
        let state = self.0.lock().unwrap();
        let post = &state.posts[state.files[path].post.index()];
        post.tags.iter().map(|it| it.name.clone()).collect()
    }

    fn num_missing(&self) -> usize {
        let state = self.0.lock().unwrap();
        state.files.values().filter(|it| it.is_missing).count()
    }
}

/// A picture unlike any with another seed.
fn draw(path: &Path, seed: u32) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let picture = RgbImage::from_fn(24, 16, |x, y| {
        let byte = |it: u32| (it.wrapping_mul(2_654_435_761) >> 24) as u8;
        image::Rgb([byte(seed), byte(seed + x), byte(seed ^ y)])
    });
    picture.save_with_format(path, ImageFormat::Png).unwrap();
}

fn counts(report: &ImportReport) -> [u64; 5] {
    let ImportReport {
        added,
        updated,
        unchanged,
        missing,
        failed,
        skipped: _,
        num_taken_out: _,
        taken_out: _,
        notes: _,
        seconds: _,
        cancelled: _,
        stopped: _,
    } = report;
    [*added, *updated, *unchanged, *missing, failed.len() as u64]
}

fn folder_of(num_pictures: u32) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for index in 0..num_pictures {
        draw(
            &dir.path().join(format!("{}/{index}.png", index % 3)),
            index,
        );
    }
    dir
}

#[test]
fn a_second_run_adds_nothing_and_reads_nothing() {
    let dir = folder_of(150);
    fs::write(dir.path().join("0/0.png.txt"), "blue sky\ncharacter:Miku").unwrap();
    fs::write(dir.path().join("readme.md"), "not a picture").unwrap();
    fs::write(dir.path().join("modern.AVIF"), "ftypavif").unwrap();
    let library = Memory::default();
    let report = library.import(&[dir.path()]);
    assert_eq!(counts(&report), [150, 0, 0, 0, 0]);
    assert_eq!(report.skipped, 1, "the AVIF, and not the readme");
    assert_eq!(
        library.tags_of(&dir.path().join("0/0.png")),
        ["blue_sky", "miku"]
    );
    let num_batches = library.0.lock().unwrap().num_batches;
    assert!(num_batches >= 3, "batches are bounded");
    assert_eq!(
        library.0.lock().unwrap().roots,
        [dir.path().canonicalize().unwrap()]
    );
    assert_eq!(counts(&library.import(&[dir.path()])), [0, 0, 150, 0, 0]);
    assert_eq!(library.0.lock().unwrap().num_batches, num_batches);
}

#[test]
fn content_tells_a_picture_and_a_broken_one_is_listed_until_it_is_mended() {
    let dir = tempfile::tempdir().unwrap();
    draw(&dir.path().join("picture.dat"), 1);
    draw(&dir.path().join("good.png"), 2);
    let broken = dir.path().join("broken.png");
    fs::write(&broken, b"\x89PNG\r\n\x1a\nnothing").unwrap();
    fs::write(dir.path().join("fake.jpg"), b"plain text").unwrap();
    fs::write(dir.path().join("empty.gif"), b"").unwrap();
    fs::write(dir.path().join("notes.doc"), b"plain text").unwrap();
    let library = Memory::default();
    let report = library.import(&[dir.path()]);
    assert_eq!(counts(&report), [2, 0, 0, 0, 3]);
    assert!(report.failed.iter().all(|it| !it.reason.is_empty()));

    // Still listed, not tried again.
    assert_eq!(counts(&library.import(&[dir.path()])), [0, 0, 2, 0, 3]);
    // Tried again where it is named; still broken.
    assert_eq!(counts(&library.import(&[&broken])), [0, 0, 0, 0, 1]);
    draw(&broken, 3);
    fs::remove_file(dir.path().join("fake.jpg")).unwrap();
    assert_eq!(counts(&library.import(&[dir.path()])), [1, 0, 2, 0, 1]);
    let failures = library.failures().unwrap();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(failures[0].path.ends_with("empty.gif"));
}

#[test]
fn a_bad_sidecar_costs_only_its_tags() {
    let dir = folder_of(1);
    let picture = dir.path().join("0/0.png");
    let sidecar = dir.path().join("0/0.png.json");
    fs::write(&sidecar, "{\"tags\": [").unwrap();
    let library = Memory::default();
    let report = library.import(&[dir.path()]);
    assert_eq!(counts(&report), [1, 0, 0, 0, 1]);
    assert_eq!(report.failed[0].path, sidecar);
    assert!(
        report.failed[0].reason.contains("line 1"),
        "{}",
        report.failed[0].reason
    );
    let again = library.import(&[dir.path()]);
    assert_eq!(counts(&again), [0, 0, 1, 0, 1], "still listed");
    // Naming the sidecar retries it, as naming a failed picture does.
    assert_eq!(counts(&library.import(&[&sidecar])), [0, 0, 1, 0, 1]);
    fs::write(&sidecar, "{\"tags\": [\"solo\"]}").unwrap();
    assert_eq!(counts(&library.import(&[dir.path()])), [0, 1, 0, 0, 0]);
    assert_eq!(library.tags_of(&picture), ["solo"]);
    assert!(library.failures().unwrap().is_empty());
}

#[test]
fn moved_copied_vanished_and_found_again() {
    let dir = folder_of(6);
    let library = Memory::default();
    library.import(&[dir.path()]);
    let at = |name: &str| dir.path().join(name);
    fs::rename(at("0/0.png"), at("1/moved.png")).unwrap();
    fs::copy(at("1/1.png"), at("2/copy.png")).unwrap();
    fs::rename(
        at("2/2.png"),
        dir.path().parent().unwrap().join("kobako-away.png"),
    )
    .unwrap();
    assert_eq!(counts(&library.import(&[dir.path()])), [0, 2, 4, 1, 0]);
    assert_eq!(library.num_missing(), 1);
    assert_eq!(counts(&library.import(&[dir.path()])), [0, 0, 6, 0, 0]);
    fs::rename(
        dir.path().parent().unwrap().join("kobako-away.png"),
        at("2/2.png"),
    )
    .unwrap();
    assert_eq!(counts(&library.import(&[dir.path()])), [0, 1, 6, 0, 0]);
    assert_eq!(library.num_missing(), 0);
}

#[test]
fn an_empty_or_absent_root_makes_nothing_missing() {
    let dir = folder_of(4);
    let library = Memory::default();
    library.import(&[dir.path()]);
    for folder in ["0", "1", "2"] {
        fs::remove_dir_all(dir.path().join(folder)).unwrap();
    }
    let report = library.import(&[dir.path()]);
    assert_eq!(counts(&report), [0, 0, 0, 0, 1]);
    assert!(
        report.failed[0].reason.contains("mount"),
        "{:?}",
        report.failed
    );
    let path = dir.path().to_path_buf();
    drop(dir);
    let absent = library.try_import(&[&path], &|| false, &mut |_| {});
    assert!(matches!(absent, Err(ImportError::Root { .. })));
    assert_eq!(library.num_missing(), 0);
}

#[test]
fn one_folder_has_one_name_however_it_is_given() {
    let dir = folder_of(6);
    let library = Memory::default();
    let roundabout = dir.path().join("0/../1/..");
    let inside = dir.path().join("2");
    let report = library.import(&[&inside, &roundabout, dir.path()]);
    assert_eq!(counts(&report), [6, 0, 0, 0, 0]);
    let file = dir.path().join("1/../1/1.png");
    assert_eq!(counts(&library.import(&[&file])), [0, 0, 1, 0, 0]);
    assert_eq!(library.0.lock().unwrap().files.len(), 6);
}

#[test]
fn a_failed_file_that_is_gone_can_be_retried_without_an_error() {
    let dir = folder_of(1);
    let broken = dir.path().join("broken.png");
    fs::write(&broken, b"\x89PNG\r\n\x1a\n").unwrap();
    let library = Memory::default();
    library.import(&[dir.path()]);
    fs::remove_file(&broken).unwrap();
    assert_eq!(counts(&library.import(&[&broken])), [0, 0, 0, 1, 0]);
    assert!(library.failures().unwrap().is_empty());
}

#[test]
fn cancelling_is_prompt_and_the_next_run_completes() {
    let dir = folder_of(400);
    let library = Memory::default();
    let cancelled = AtomicBool::new(false);
    let cancelled_at = Mutex::new(None);
    let report = library
        .try_import(
            &[dir.path()],
            &|| cancelled.load(Ordering::Relaxed),
            &mut |news| {
                if matches!(news, ImportNews::Committed(_))
                    && !cancelled.swap(true, Ordering::Relaxed)
                {
                    *cancelled_at.lock().unwrap() = Some(Instant::now());
                }
            },
        )
        .unwrap();
    let waited = cancelled_at.lock().unwrap().unwrap().elapsed();
    assert!(report.cancelled);
    assert!(report.added >= 64 && report.added < 400, "{report:?}");
    assert!(waited < Duration::from_millis(500), "{waited:?}");
    assert_eq!(library.num_missing(), 0);
    let rest = library.import(&[dir.path()]);
    assert!(!rest.cancelled);
    assert_eq!(report.added + rest.added, 400);
    assert_eq!(rest.unchanged, report.added);
}

#[test]
fn progress_counts_up_to_what_was_found() {
    let dir = folder_of(60);
    let library = Memory::default();
    let last_done = AtomicU64::new(0);
    library
        .try_import(&[dir.path()], &|| false, &mut |news| {
            if let ImportNews::Progress(progress) = news {
                assert!(progress.num_done <= progress.num_found);
                let before = last_done.swap(progress.num_done, Ordering::Relaxed);
                assert!(before <= progress.num_done);
            }
        })
        .unwrap();
    assert_eq!(last_done.load(Ordering::Relaxed), 60);
}
