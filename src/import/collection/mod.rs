//! Collections that are not pictures in folders: records as JSON, libraries of
//! other programs, lists of tags. Each is read by one file here.

mod chibibooru;
mod pump;
mod record;
mod records;
mod tag_lists;
mod text;

use std::path::{Path, PathBuf};

use super::sidecar;
use super::{ImportError, ImportNews};
use crate::library::{Changes, Library, LibraryError, Writer};
use crate::memory::Permits;
use crate::message::{FailedFile, ImportReport};
use crate::picture::file_stamp;
use chibibooru::place::{self, Place};
use pump::Sink;
use records::Layout;

/// Aliases, implications or categories that are written in one transaction.
const BATCH_PAIRS: usize = 2_048;

/// Of these that the library refuses, so many are listed.
const MAX_LISTED: usize = 100;

/// A path that is no picture and no folder of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Collection {
    path: PathBuf,
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Records(Layout),
    ChibiBooru(Place),
    TagList,
}

/// What an import reads besides pictures.
pub(super) struct Input<'a> {
    pub library: &'a Library,
    pub permits: &'a Permits,
    pub is_cancelled: &'a (dyn Fn() -> bool + Sync),
    /// What the import did before.
    pub report: ImportReport,
}

impl Collection {
    /// `None` where the path is for the import of pictures: a picture, a folder
    /// of them, a sidecar, or nothing at all.
    pub fn of(path: &Path) -> Option<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let kind = if path.is_dir() {
            Kind::ChibiBooru(place::in_folder(&path)?)
        } else {
            kind_of_file(&path)?
        };
        Some(Self { path, kind })
    }

    /// Lists of tags come last: they are about tags that the others bring.
    pub fn is_last(&self) -> bool {
        self.kind == Kind::TagList
    }
}

/// By its name.
fn kind_of_file(path: &Path) -> Option<Kind> {
    let is = |path: &Path, extensions: &[&str]| {
        extensions.iter().any(|it| text::has_extension(path, it))
    };
    let unpacked = if text::has_extension(path, "xz") {
        path.with_extension("")
    } else {
        path.to_owned()
    };
    if is(&unpacked, &["jsonl", "ndjson"]) {
        Some(Kind::Records(Layout::Lines))
    } else if is(&unpacked, &["csv"]) {
        Some(Kind::TagList)
    } else if is(&unpacked, &["json"]) {
        // A sidecar speaks of the picture beside it.
        let is_sidecar =
            !is(path, &["xz"]) && (names_picture(path) || !sidecar::pictures_of(path).is_empty());
        (!is_sidecar && path.is_file()).then_some(Kind::Records(Layout::List))
    } else if is(path, &["db", "sqlite", "sqlite3"]) && path.is_file() {
        Some(Kind::ChibiBooru(place::of_database(path)))
    } else {
        None
    }
}

/// `a.jpg.json`, whether or not the picture is there.
fn names_picture(sidecar: &Path) -> bool {
    let picture = sidecar.with_extension("");
    super::folder::has_picture_name(&picture) || super::folder::has_foreign_picture_name(&picture)
}

/// Imports `collections` in order; adds to the report what they brought.
pub(super) fn run(
    collections: &[Collection],
    input: Input<'_>,
    writer: &mut Writer,
    tell: &mut dyn FnMut(ImportNews),
) -> Result<ImportReport, ImportError> {
    let Input {
        library,
        permits,
        is_cancelled,
        report,
    } = input;
    let num_done = report.added + report.updated + report.unchanged;
    let was_useful = num_done > 0 || !report.failed.is_empty();
    let mut sink = Sink {
        writer,
        is_cancelled,
        tell,
        report,
        num_done,
    };
    let mut first_failure = None;
    let mut num_useless = 0;
    for collection in collections {
        if sink.report.cancelled {
            break;
        }
        let outcome = sink.import(collection, library, permits)?;
        if sink.report.cancelled {
            break;
        }
        sink.remember(&collection.path, outcome.failure.as_deref())?;
        sink.num_done += outcome.num_read;
        if let Some(reason) = outcome.failure
            && outcome.num_read == 0
        {
            num_useless += 1;
            let path = collection.path.display().to_string();
            first_failure.get_or_insert(ImportError::Collection { path, reason });
        }
    }
    match first_failure {
        Some(err) if num_useless == collections.len() && !was_useful => Err(err),
        _ => Ok(sink.report),
    }
}

/// What became of one collection.
#[derive(Debug, Default)]
struct Outcome {
    /// Records, or lines of a list.
    num_read: u64,
    failure: Option<String>,
}

impl Sink<'_> {
    fn import(
        &mut self,
        collection: &Collection,
        library: &Library,
        permits: &Permits,
    ) -> Result<Outcome, ImportError> {
        let Collection { path, kind } = collection;
        match kind {
            Kind::Records(layout) => {
                let (file, layout, permits) = (path.clone(), *layout, permits.clone());
                let pumped = self.pump(path, move |feed| {
                    records::read(file, layout, &permits, feed)
                })?;
                Ok(Outcome {
                    num_read: pumped.num_written,
                    failure: pumped.failure,
                })
            }
            Kind::ChibiBooru(place) => self.chibibooru(path, place, library),
            Kind::TagList => self.tag_list(path, library),
        }
    }

    fn chibibooru(
        &mut self,
        path: &Path,
        place: &Place,
        library: &Library,
    ) -> Result<Outcome, ImportError> {
        if place.pictures.is_dir() {
            self.writer.add_root(&place.pictures)?;
        }
        let known = library.reader("import")?;
        let reading = place.clone();
        let pumped = self.pump(path, move |feed| chibibooru::read(&reading, &known, feed))?;
        let mut outcome = Outcome {
            num_read: pumped.num_written,
            failure: pumped.failure,
        };
        let is_opened = outcome.num_read > 0 || outcome.failure.is_none();
        if self.report.cancelled || !is_opened {
            return Ok(outcome);
        }
        match chibibooru::implications(place) {
            Ok(implications) => {
                let refused = self.put(path, &implications, Writer::put_implications)?;
                outcome.failure = outcome.failure.or(refused);
                if !implications.is_empty() {
                    self.note(path, format!("{} implications read", implications.len()));
                }
            }
            Err(reason) => {
                self.failed(path, reason.clone());
                outcome.failure.get_or_insert(reason);
            }
        }
        if !self.report.cancelled {
            self.chibibooru_embeddings(path, place, library);
        }
        Ok(outcome)
    }

    /// What can't be taken over of these is told; they are no reason for the
    /// import to have failed.
    fn chibibooru_embeddings(&mut self, path: &Path, place: &Place, library: &Library) {
        let taken = match chibibooru::take_embeddings(place, library, &self.is_cancelled) {
            Ok(Some(taken)) => taken,
            Ok(None) => return,
            Err(err) => {
                self.note(path, format!("its embeddings were not taken over: {err}"));
                return;
            }
        };
        let chibibooru::Taken {
            num_taken,
            num_known,
            num_without_post,
            num_unusable,
            is_cancelled,
        } = taken;
        self.report.cancelled |= is_cancelled;
        for (number, what) in [
            (
                num_taken,
                "embeddings taken over, which can be compared among themselves",
            ),
            (num_known, "embeddings were here already"),
            (
                num_without_post,
                "embeddings left out, as their images are not here",
            ),
            (
                num_unusable,
                "embeddings left out, as they are not 1024 values with a direction",
            ),
        ] {
            if number > 0 {
                self.note(path, format!("{number} {what}"));
            }
        }
    }

    fn tag_list(&mut self, path: &Path, library: &Library) -> Result<Outcome, ImportError> {
        let list = match tag_lists::read(path, &library.reader("import")?) {
            Ok(list) => list,
            Err(reason) => {
                self.failed(path, reason.clone());
                return Ok(Outcome {
                    num_read: 0,
                    failure: Some(reason),
                });
            }
        };
        let tag_lists::TagList {
            aliases,
            implications,
            categories,
            failures,
            num_failed,
            num_unknown,
        } = list;
        let refused = [
            self.put(path, &categories, Writer::set_categories)?,
            self.put(path, &aliases, Writer::put_aliases)?,
            self.put(path, &implications, Writer::put_implications)?,
        ];
        for (number, what) in [
            (categories.len(), "categories of tags set"),
            (aliases.len(), "aliases read"),
            (implications.len(), "implications read"),
            (
                num_unknown,
                "tags of the list left out, as no post has them",
            ),
        ] {
            if number > 0 {
                self.note(path, format!("{number} {what}"));
            }
        }
        let failure = failures
            .first()
            .cloned()
            .or_else(|| refused.into_iter().flatten().next());
        let num_unlisted = num_failed - failures.len();
        for reason in failures {
            self.failed(path, reason);
        }
        if num_unlisted > 0 {
            self.failed(path, format!("{num_unlisted} more lines can't be used"));
        }
        let num_read = categories.len() + aliases.len() + implications.len() + num_unknown;
        Ok(Outcome {
            num_read: num_read as u64,
            failure,
        })
    }

    /// Writes in batches, so that it can be cancelled between them. What the
    /// library refuses is listed, and the rest is written all the same; returns
    /// the first reason.
    fn put<T>(
        &mut self,
        path: &Path,
        items: &[T],
        write: fn(&mut Writer, &[T]) -> Result<Changes, LibraryError>,
    ) -> Result<Option<String>, LibraryError> {
        let mut refused = Vec::new();
        let mut num_refused = 0;
        for batch in items.chunks(BATCH_PAIRS) {
            if (self.is_cancelled)() {
                self.report.cancelled = true;
                break;
            }
            match write(self.writer, batch) {
                Ok(changes) => (self.tell)(ImportNews::Committed(changes)),
                // Nothing of the batch was written: one by one, most can be.
                Err(err) if err.is_refusal() => {
                    for item in batch {
                        match write(self.writer, std::slice::from_ref(item)) {
                            Ok(changes) => (self.tell)(ImportNews::Committed(changes)),
                            Err(err) if err.is_refusal() => {
                                num_refused += 1;
                                if refused.len() < MAX_LISTED {
                                    refused.push(err.to_string());
                                }
                            }
                            Err(err) => return Err(err),
                        }
                    }
                }
                Err(err) => return Err(err),
            }
        }
        let first = refused.first().cloned();
        let num_unlisted = num_refused - refused.len();
        for reason in refused {
            self.failed(path, reason);
        }
        if num_unlisted > 0 {
            self.failed(path, format!("{num_unlisted} more lines can't be used"));
        }
        Ok(first)
    }

    /// A collection that failed can be retried, as a picture can.
    fn remember(&mut self, path: &Path, failure: Option<&str>) -> Result<(), LibraryError> {
        let path = path.to_path_buf();
        match failure {
            None => self.writer.forget_failures(&[path]),
            Some(reason) => {
                let stamp = std::fs::metadata(&path).map(|it| file_stamp(&it));
                let reason = reason.to_owned();
                self.writer
                    .record_failures(&[(FailedFile { path, reason }, stamp.unwrap_or_default())])
            }
        }
    }
}
