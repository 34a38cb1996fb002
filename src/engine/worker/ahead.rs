//! The next picture, read and scaled on a thread of its own while the model
//! still runs on the one before: a photo takes a fifth as long to read as to
//! embed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

use super::model::ModelSpec;
use super::preprocess;
use crate::memory::{self, Component, Permits};

/// At most one picture wanted, one being read, and one that is ready.
#[derive(Default)]
pub(super) struct Ahead {
    desk: Mutex<Desk>,
    changed: Condvar,
}

#[derive(Default)]
struct Desk {
    wanted: Option<PathBuf>,
    reading: Option<PathBuf>,
    ready: Option<(PathBuf, Input)>,
}

/// What the model is given of a picture, or why it can't be read.
type Input = Result<Vec<f32>, String>;

impl Ahead {
    /// Starts the thread; it lives as long as the process.
    pub(super) fn start(
        self: &Arc<Self>,
        model: ModelSpec,
        permits: Permits,
    ) -> std::io::Result<()> {
        let ahead = self.clone();
        memory::spawn("reading ahead", Component::Pictures, move || {
            loop {
                let path = ahead.next();
                let input = catch_unwind(AssertUnwindSafe(|| {
                    preprocess::of_file(&model, &path, &permits, &|| false)
                        .map_err(|err| err.to_string())
                }))
                .unwrap_or_else(|_| Err("an error in the program while it was read".to_owned()));
                let mut desk = ahead.desk.lock();
                desk.reading = None;
                desk.ready = Some((path, input));
                ahead.changed.notify_all();
            }
        })?;
        Ok(())
    }

    /// Reads this one as soon as it can; the newest wish wins.
    pub(super) fn want(&self, path: PathBuf) {
        self.desk.lock().wanted = Some(path);
        self.changed.notify_all();
    }

    /// The picture if it was read ahead, or is being read; `None` where it has
    /// to be read now.
    pub(super) fn take(&self, path: &Path) -> Option<Input> {
        let mut desk = self.desk.lock();
        if desk.wanted.as_deref() == Some(path) {
            desk.wanted = None;
        }
        while desk.reading.as_deref() == Some(path) {
            self.changed.wait(&mut desk);
        }
        let ready = desk.ready.take();
        // Another one that nobody asked for in time is of no use any more.
        ready.filter(|(of, _)| of == path).map(|(_, input)| input)
    }

    fn next(&self) -> PathBuf {
        let mut desk = self.desk.lock();
        loop {
            if let Some(path) = desk.wanted.take() {
                desk.reading = Some(path.clone());
                return path;
            }
            self.changed.wait(&mut desk);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_read_once_and_nothing_else_is_taken_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.png");
        image::RgbImage::from_pixel(8, 8, image::Rgb([9, 8, 7]))
            .save(&path)
            .unwrap();
        let model = ModelSpec::built_in();
        let permits = Permits::new(16 << 20);
        let input = preprocess::of_file(&model, &path, &permits, &|| false).unwrap();
        let ahead = Arc::new(Ahead::default());
        // Wanted while nobody reads, it is read by who takes it.
        ahead.want(path.clone());
        assert_eq!(ahead.take(&path), None);
        ahead.start(model, permits).unwrap();
        for _ in 0..20 {
            ahead.want(path.clone());
            // Not begun yet, being read, or ready: never another one.
            if let Some(read) = ahead.take(&path) {
                assert_eq!(read.unwrap(), input);
            }
            ahead.want(dir.path().join("none.png"));
            assert!(ahead.take(&path).is_none());
        }
        let missing = dir.path().join("none.png");
        ahead.want(missing.clone());
        while ahead.desk.lock().ready.is_none() {
            std::thread::yield_now();
        }
        assert!(matches!(ahead.take(&missing), Some(Err(_))));
    }
}
