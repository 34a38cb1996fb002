//! The files of a folder that is somewhere else now, followed one after the other.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::library::{KnownFile, LibraryError, Reader, Writer};
use crate::memory::figures;
use crate::message::PlaceEvent;

use super::super::News;
use super::{Context, INTERVAL, PAGE, files};

/// Files on their way from one folder to another.
pub(super) struct Moving<'a> {
    context: &'a Context,
    reader: &'a Reader,
    from: &'a Path,
    to: &'a Path,
    /// Those of the old place, with how many files lie in each.
    folders: Vec<(PathBuf, u64)>,
    /// By their old paths; whether they are missing at the new place.
    waiting: Vec<(PathBuf, bool)>,
    num_seen: u64,
    num_done: u64,
    pub num_there: u64,
    pub num_missing: u64,
    told: Instant,
}

impl<'a> Moving<'a> {
    pub fn new(
        context: &'a Context,
        reader: &'a Reader,
        from: &'a Path,
        to: &'a Path,
    ) -> Result<Self, LibraryError> {
        let mut folders = reader.folders_below(from)?;
        if to.starts_with(from) {
            // They are where they belong.
            folders.retain(|it| !it.0.starts_with(to));
        }
        if from.starts_with(to) {
            // A file may go to where another one was. That one goes first: its path
            // has fewer parts.
            folders.sort_by_cached_key(|it| it.0.components().count());
        }
        Ok(Self {
            context,
            reader,
            from,
            to,
            folders,
            waiting: Vec::new(),
            num_seen: 0,
            num_done: 0,
            num_there: 0,
            num_missing: 0,
            told: Instant::now(),
        })
    }

    /// How many there are to move.
    pub fn num_all(&self) -> u64 {
        self.folders.iter().map(|it| it.1).sum()
    }

    /// Whether the folder may be there: not if none of its files is. The rest of a move
    /// that has begun may be nowhere, though; only what is where it was speaks against it.
    pub fn may_be(&mut self, has_begun: bool) -> Result<bool, String> {
        let is_inward = self.from.starts_with(self.to);
        let mut is_any_old = false;
        let mut num_seen = 0;
        let what = format!("Looking for the files in {}", self.to.display());
        for at in 0..self.folders.len() {
            let mut last = None;
            while let Some(page) = self.page(at, &mut last)? {
                for file in page {
                    if self.context.is_cancelled() {
                        return Err("Stopped; nothing was changed".to_owned());
                    }
                    if self.is_there(&file.path) {
                        return Ok(true);
                    }
                    // There, the old place is a part of the new one.
                    is_any_old |= has_begun && !is_inward && file.path.is_file();
                    num_seen += 1;
                    self.tell(&what, num_seen);
                }
            }
        }
        Ok(num_seen == 0 || (has_begun && !is_any_old))
    }

    pub fn run(&mut self, writer: &mut Writer) -> Result<(), String> {
        let is_inward = self.from.starts_with(self.to);
        let what = format!("Moving {} to {}", self.from.display(), self.to.display());
        for at in 0..self.folders.len() {
            let mut last = None;
            while let Some(page) = self.page(at, &mut last)? {
                for file in page {
                    self.go_on()?;
                    self.num_seen += 1;
                    self.tell(&what, self.num_seen);
                    let is_there = self.is_there(&file.path);
                    if is_inward && self.is_of_new_place(&file.path, is_there)? {
                        continue;
                    }
                    self.num_there += u64::from(is_there);
                    self.num_missing += u64::from(!is_there);
                    self.waiting.push((file.path, !is_there));
                }
                if self.waiting.len() >= self.context.batch {
                    self.commit(writer)?;
                }
            }
            if is_inward {
                // What follows may go to the places of these.
                self.commit(writer)?;
            }
        }
        self.commit(writer)
    }

    /// Where the old place is inside of the new one, a file that was moved may be inside
    /// of the old place again, and is not to be moved twice.
    fn is_of_new_place(&self, path: &Path, is_there: bool) -> Result<bool, String> {
        if !path.is_file() {
            return Ok(false);
        }
        let new = self.new_path(path);
        let is_taken = match new.map(|it| self.reader.known_file(&it)).transpose() {
            Ok(known) => known.flatten().is_some(),
            Err(err) => return Err(err.to_string()),
        };
        Ok(is_taken || !is_there)
    }

    fn commit(&mut self, writer: &mut Writer) -> Result<(), String> {
        self.go_on()?;
        if self.waiting.is_empty() {
            return Ok(());
        }
        let changes = writer
            .move_files(self.from, self.to, &self.waiting)
            .map_err(|err| err.to_string())?;
        // Fails only where the engine has stopped.
        let _ = self.context.news.send(News::EditCommitted(changes));
        self.num_done += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Fails where it is to stop.
    fn go_on(&self) -> Result<(), String> {
        if !self.context.is_cancelled() {
            return Ok(());
        }
        let (from, to) = (self.from.display(), self.to.display());
        let done = match self.num_done {
            1 => format!("which is in {to} now"),
            _ => format!("which are in {to} now"),
        };
        Err(format!(
            "Stopped after {} of {}, {done}; the others are where they were. Say again that \
             {from} was moved there to go on",
            figures::count(self.num_done),
            files(self.num_all())
        ))
    }

    /// Some files of folder `at` that come after `last`; `None` where there are no more.
    fn page(
        &self,
        at: usize,
        last: &mut Option<PathBuf>,
    ) -> Result<Option<Vec<KnownFile>>, String> {
        let Some((folder, _)) = self.folders.get(at) else {
            return Ok(None);
        };
        let page = self.reader.files_in(folder, last.as_deref(), PAGE);
        let page = page.map_err(|err| err.to_string())?;
        let Some(end) = page.last() else {
            return Ok(None);
        };
        *last = Some(end.path.clone());
        Ok(Some(page))
    }

    fn new_path(&self, path: &Path) -> Option<PathBuf> {
        let below = path.strip_prefix(self.from);
        below.ok().map(|it| self.to.join(it))
    }

    fn is_there(&self, path: &Path) -> bool {
        self.new_path(path).is_some_and(|it| it.is_file())
    }

    fn tell(&mut self, what: &str, num_done: u64) {
        if self.told.elapsed() >= INTERVAL {
            self.told = Instant::now();
            self.context.tell(PlaceEvent::Progress {
                what: what.to_owned(),
                num_done,
                num_all: self.num_all(),
            });
        }
    }
}
