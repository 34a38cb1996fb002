//! What each request does.

use std::ops::ControlFlow;

use crate::engine::jobs::{Edit, ImportSource};
use crate::engine::search::{self, SearchFailure};
use crate::library::LibraryError;
use crate::memory;
use crate::message::{Event, Generation, ImportReport, Notice, Request, SearchError};

use super::Core;
use super::post::post_details;
use super::results::{Progress, ResultStream};

/// A search that met a damaged snapshot.
#[derive(Debug)]
pub(super) struct Postponed {
    generation: Generation,
    query: String,
    seed: u64,
    /// The answer where the snapshot can't be replaced.
    error: SearchError,
}

impl Core<'_> {
    pub(super) fn answer(&mut self, request: Request) -> ControlFlow<()> {
        self.watch.asked();
        match request {
            Request::Search {
                generation,
                query,
                seed,
            } => self.search(generation, &query, seed, true),
            Request::Complete {
                generation,
                text,
                cursor,
                limit,
            } => {
                let (replace, items) = search::complete(&text, cursor, limit, self.cache.get());
                self.outlet.tell_newest(
                    Event::Completions {
                        generation,
                        replace,
                        items,
                    },
                    |it| matches!(it, Event::Completions { .. }),
                );
            }
            Request::Thumbnails { wanted } => {
                self.watch.hurry();
                if let Err(err) = self.thumbs.want(wanted) {
                    self.fail(format!("No thread for thumbnails can be started: {err}"));
                }
            }
            Request::LargerThumbnails { wanted, edge } => {
                if let Err(err) = self.thumbs.want_larger(wanted, edge) {
                    self.fail(format!("No thread for thumbnails can be started: {err}"));
                }
            }
            Request::OpenPost { generation, post } => {
                let details = post_details(&self.reader, self.cache.get(), post).map(Box::new);
                self.outlet.tell_newest(
                    Event::Post {
                        generation,
                        details,
                    },
                    |it| matches!(it, Event::Post { .. }),
                );
            }
            Request::Picture {
                generation,
                post,
                max_width,
                max_height,
            } => self.show_picture(generation, post, max_width, max_height),
            Request::Import { paths } => self.import(ImportSource::Paths(paths)),
            Request::BringBack { paths } => self.import(ImportSource::TakenOut(paths)),
            Request::RetryFailures => self.import(ImportSource::Failures),
            Request::Cancel { job } => {
                if self.imports.cancel(job) {
                    let report = ImportReport {
                        cancelled: true,
                        ..ImportReport::default()
                    };
                    self.outlet.tell(Event::ImportFinished { job, report });
                }
            }
            Request::ListFailures => match self.reader.failures() {
                Ok(failures) => self.outlet.tell(Event::Failures(failures)),
                Err(err) => self.fail(format!("The list of failures can't be read: {err}")),
            },
            Request::SaveSearch { name, query } => self.edit(Edit::SaveSearch { name, query }),
            Request::RemoveSavedSearch { name } => self.edit(Edit::RemoveSavedSearch { name }),
            Request::RenameSavedSearch { from, to } => {
                self.edit(Edit::RenameSavedSearch { from, to });
            }
            Request::RememberSearch { query } => self.remember_search(query),
            Request::ForgetHistory => self.edit(Edit::ForgetHistory),
            Request::ListSearches => self.tell_searches(),
            Request::WatchMemory { watch } => {
                if let Err(err) = self.watch.set(watch) {
                    self.fail(format!(
                        "No thread for the memory walk can be started: {err}"
                    ));
                }
            }
            Request::Release { action } => self.release(action),
            Request::GaveBack { generation } => self.window_gave(generation),
            Request::SetBudget(wish) => self.set_budget(wish),
            Request::SetCap { cache, bytes } => self.set_cap(cache, bytes),
            Request::FindSimilar { generation, query } => self.find_similar(generation, *query),
            Request::WatchSimilarity { watch } => self.watch_similarity(watch),
            Request::Embed(command) => self.embed(command),
            Request::Index(command) => self.command_index(command),
            Request::FindDuplicates {
                generation,
                measure,
            } => self.find_duplicates(generation, measure),
            Request::StopDuplicates => self.stop_duplicates(),
            Request::Duplicates(decision) => self.decide_duplicates(decision),
            Request::Edit(request) => self.edit_posts(request),
            Request::Marks { generation, posts } => self.tell_marks(generation, &posts),
            Request::Measure { generation, posts } => self.tell_bytes(generation, &posts),
            Request::Describe {
                generation,
                posts,
                fact,
            } => self.describe(generation, &posts, fact),
            Request::Tagging(request) => self.answer_tagging(request),
            Request::CountTags {
                generation,
                of,
                limit,
            } => self.count_tags(generation, of, limit),
            Request::Places(request) => self.answer_places(request),
            Request::Settings(request) => self.ask_settings(request),
            Request::Show(request) => self.show(request),
            Request::Shutdown => return ControlFlow::Break(()),
        }
        ControlFlow::Continue(())
    }

    fn search(&mut self, generation: Generation, query: &str, seed: u64, may_wait: bool) {
        self.stream = None;
        self.postponed = None;
        let inbox = self.inbox;
        let cache = self.cache.get();
        let lookup = search::LibraryLookup::new(cache, &self.reader);
        let filter = self.filter.query(&self.settings);
        let outcome = search::search_within(query, filter, seed, cache, &lookup, &|| {
            inbox.has_newer_search()
        });
        let is_damaged = lookup.is_damaged();
        let error = match outcome {
            Ok(result) => {
                self.stream = Some(ResultStream::new(generation, result));
                self.send_results();
                return;
            }
            // The newer one gives the answer.
            Err(SearchFailure::Cancelled) => return,
            Err(SearchFailure::Query(error)) => error,
            Err(SearchFailure::Library(err)) => {
                let error = SearchError {
                    column: 1,
                    message: match err {
                        LibraryError::Texts { .. } => err.to_string(),
                        err => format!("The library can't be read: {err}"),
                    },
                    suggestion: None,
                };
                if may_wait && is_damaged && self.cache.replace_damaged() {
                    self.postponed = Some(Postponed {
                        generation,
                        query: query.to_owned(),
                        seed,
                        error,
                    });
                    return;
                }
                error
            }
        };
        self.outlet
            .tell_newest(Event::SearchFailed { generation, error }, |it| {
                matches!(it, Event::Results(_) | Event::SearchFailed { .. })
            });
    }

    /// The snapshot was replaced, or could not be: what waited for it goes on.
    pub(super) fn resume_search(&mut self, is_replaced: bool) {
        let Some(postponed) = self.postponed.take() else {
            return;
        };
        let Postponed {
            generation,
            query,
            seed,
            error,
        } = postponed;
        if is_replaced {
            self.search(generation, &query, seed, false);
        } else {
            self.outlet.tell(Event::SearchFailed { generation, error });
        }
    }

    /// Sends the next batch of the newest result. Batches of an older one that
    /// were not fetched yet are dropped.
    pub(super) fn send_results(&mut self) {
        let Some(stream) = &mut self.stream else {
            return;
        };
        match stream.advance() {
            Progress::Batch(batch) if batch.offset == 0 => {
                self.outlet.tell_newest(Event::Results(batch), |it| {
                    matches!(it, Event::Results(_) | Event::SearchFailed { .. })
                });
            }
            Progress::Batch(batch) => self.outlet.tell(Event::Results(batch)),
            Progress::Ordering => {}
            Progress::Finished => self.stream = None,
        }
    }

    pub(super) fn import(&mut self, source: ImportSource) {
        self.watch.hurry();
        let job = self.imports.push(source);
        memory::mark("import began", None);
        self.outlet.tell(Event::ImportStarted { job });
        self.start_next_import();
    }

    pub(super) fn start_next_import(&mut self) {
        while let Err((job, err)) = self.imports.start_next() {
            self.fail(format!("No thread for the import can be started: {err}"));
            let report = ImportReport {
                stopped: Some(err.to_string()),
                ..ImportReport::default()
            };
            self.outlet.tell(Event::ImportFinished { job, report });
        }
    }

    /// Tells an error that no event of its own exists for.
    pub(super) fn fail(&mut self, message: String) {
        self.outlet.tell(Event::Notice(Notice {
            is_error: true,
            message,
            way_out: None,
        }));
    }
}
