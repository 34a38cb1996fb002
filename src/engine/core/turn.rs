//! The engine's loop: requests first, then a slice of everything else, then sleep.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crossbeam_channel::Select;

use crate::engine::jobs::News;
use crate::import::ImportNews;
use crate::memory::{self, Component};
use crate::message::{Event, ShowEvent};

use super::cache::Followed;
use super::{CHANGE_INTERVAL, Core};

/// Work between two looks at the requests.
const SLICE: Duration = Duration::from_millis(8);

/// Events that may wait for a slow window before thumbnails are held back;
/// each of those holds memory.
const MAX_WAITING: usize = 64;

impl Core<'_> {
    /// Runs until the window asks to stop, or is gone.
    pub fn run(&mut self) {
        while self.turn().is_continue() {
            if !self.has_work() {
                self.sleep();
            }
        }
    }

    fn turn(&mut self) -> ControlFlow<()> {
        self.outlet.flush();
        while let Some(request) = self.inbox.pop() {
            self.answer(request)?;
            self.outlet.wake();
        }
        let deadline = Instant::now() + SLICE;
        if self.outlet.num_waiting() == 0 {
            self.send_results();
        }
        self.take_thumbnails();
        self.follow_changes(deadline);
        while self.cache.is_up_to_date() && !self.is_slice_over(deadline) {
            let Ok(news) = self.news.try_recv() else {
                break;
            };
            self.hear(news);
            self.follow_changes(deadline);
        }
        self.thumbs.feed(&self.reader);
        self.stop_waiting_for_window();
        self.give_on();
        self.similar_on(deadline);
        self.count_tags_on(deadline);
        self.tell_filter();
        self.unload_idle_similarity();
        self.embed_when_due();
        if self.is_changed && self.change_told.elapsed() >= CHANGE_INTERVAL {
            self.tell_changed();
        }
        self.outlet.wake();
        ControlFlow::Continue(())
    }

    /// Whether the next turn has something to do without being woken.
    fn has_work(&self) -> bool {
        // Requests first: a look during the turn may have taken them out of the
        // channel, which then does not wake us for them.
        self.inbox.has_waiting()
            || self.cache.is_behind()
            || self.giving.has_work()
            || self.similar.has_work()
            || self.tag_counter.is_some()
            || self.tagging_counter.is_some()
            || (self.stream.is_some() && self.outlet.num_waiting() == 0)
    }

    /// Sleeps until something comes; without a limit, unless a change is to be
    /// told or the window is waited for.
    fn sleep(&mut self) {
        let mut select = Select::new();
        self.inbox.watch(&mut select);
        select.recv(&self.news);
        self.outlet.watch_room(&mut select);
        self.thumbs
            .watch(&mut select, self.outlet.num_waiting() < MAX_WAITING);
        let change_due = self.is_changed.then(|| self.change_told + CHANGE_INTERVAL);
        let due = [
            change_due,
            self.giving.deadline(),
            self.similarity_deadline(),
            self.embedding.deadline(),
        ]
        .into_iter()
        .flatten()
        .min();
        match due {
            // Running out is as good as being woken: the next turn looks at the clock.
            Some(deadline) => {
                let _ = select.ready_deadline(deadline);
            }
            None => {
                select.ready();
            }
        }
    }

    fn is_slice_over(&self, deadline: Instant) -> bool {
        Instant::now() >= deadline || self.inbox.has_waiting()
    }

    fn follow_changes(&mut self, deadline: Instant) {
        loop {
            match self.cache.follow() {
                Followed::Nothing => break,
                Followed::Visibly => self.is_changed = true,
                Followed::Unseen => {}
                Followed::Replaced => {
                    memory::mark("tag cache taken over from a new snapshot", None);
                    self.publish();
                    self.resume_search(true);
                }
            }
            if self.is_slice_over(deadline) {
                return;
            }
        }
        self.renew_cache(false);
    }

    /// Has a new snapshot made of the cache where it pays.
    fn renew_cache(&mut self, is_last: bool) {
        if let Err(err) = self.cache.renew(is_last) {
            tracing::warn!(%err, "no thread for a snapshot of the tag cache can be started");
        }
    }

    fn tell_changed(&mut self) {
        self.is_changed = false;
        self.change_told = Instant::now();
        self.publish();
        let summary = self.summary();
        self.outlet
            .tell_newest(Event::LibraryChanged(summary), |it| {
                matches!(it, Event::LibraryChanged(_))
            });
    }

    fn hear(&mut self, news: News) {
        match news {
            News::Import {
                job,
                news: ImportNews::Committed(changes),
            } => {
                self.imports.committed(&changes);
                tracing::trace!(?job, num_posts = changes.posts.len(), "batch committed");
                self.committed(changes);
            }
            News::Import {
                job,
                news: ImportNews::Progress(progress),
            } => self.outlet.tell_newest(
                Event::ImportProgress { job, progress },
                |it| matches!(it, Event::ImportProgress { job: other, .. } if *other == job),
            ),
            News::ImportEnded { job, outcome } => {
                let report = self.imports.ended(outcome);
                self.follow_late_commits();
                let num = report.added + report.updated;
                memory::mark(format!("import ended, {num} posts new or changed"), None);
                if self.is_changed {
                    self.tell_changed();
                }
                if num > 0 {
                    self.embed_soon();
                }
                memory::flush_thread_cache();
                for component in [Component::Import, Component::TagCache, Component::Sqlite] {
                    memory::purge(component);
                }
                if let Some(reason) = &report.stopped {
                    self.fail(format!("The import stopped: {reason}"));
                }
                self.outlet.tell_newest(
                    Event::ImportFinished { job, report },
                    |it| matches!(it, Event::ImportProgress { job: other, .. } if *other == job),
                );
                self.start_next_import();
                self.renew_cache(true);
            }
            News::Compare(news) => self.hear_comparer(news),
            News::Embed(news) => self.hear_embedding(news),
            News::Duplicates(news) => self.hear_duplicates(news),
            News::IndexBuilt(outcome) => self.index_built(outcome),
            News::Places(event) => self.tell_places(event),
            News::PlacesChanged { outcome, import } => self.places_changed(outcome, import),
            News::Edited(outcome) => self.edited(outcome),
            News::Told(notice) => self.outlet.tell(Event::Notice(notice)),
            News::SettingsFile(news) => self.hear_settings_file(*news),
            News::EditProgress(progress) => self
                .outlet
                .tell_newest(Event::EditProgress(progress), |it| {
                    matches!(it, Event::EditProgress(_))
                }),
            News::PostsEdited(outcome) => self.posts_edited(outcome),
            News::EditCommitted(changes) => {
                // Posts that came back have no embedding.
                if changes.posts.iter().any(|it| it.is_new) {
                    self.embed_soon();
                }
                self.committed(changes);
            }
            News::Decided { outcome, undo } => self.decided(outcome, undo),
            News::CacheRenewed(renewed) => {
                if !self.cache.renewed(renewed) {
                    self.resume_search(false);
                }
            }
            News::Picture {
                purpose,
                generation,
                post,
                picture,
            } => self.picture_read(purpose, generation, post, picture),
            News::Tile {
                generation,
                tile,
                pixels,
            } => {
                if self.show.tiles.is_wanted(generation) {
                    self.outlet.tell(Event::Show(ShowEvent::Tile {
                        generation,
                        tile,
                        pixels,
                    }));
                }
            }
            News::TilesEnded {
                generation,
                outcome,
                rows,
            } => self.tiles_ended(generation, outcome, rows),
            News::Frame { generation, frame } => {
                if self.show.play.is_wanted(generation) {
                    self.outlet
                        .tell(Event::Show(ShowEvent::Frame { generation, frame }));
                }
            }
            News::Handed(outcome) => {
                self.outlet.tell(Event::Show(ShowEvent::Handed(outcome)));
            }
            News::Usage(usage) => self.hear_usage(usage),
            News::RoomWanted {
                missing_bytes,
                keeps_index,
            } => self.make_room(missing_bytes, keeps_index),
            News::Memory(report) => {
                if self.watch.is_on() {
                    self.outlet
                        .tell_newest(Event::Memory(report), |it| matches!(it, Event::Memory(_)));
                }
            }
        }
    }

    fn take_thumbnails(&mut self) {
        while self.outlet.num_waiting() < MAX_WAITING
            && let Some((post, thumbnail)) = self.thumbs.take()
        {
            self.outlet.tell(Event::Thumbnail { post, thumbnail });
        }
        while self.outlet.num_waiting() < MAX_WAITING
            && let Some((post, edge, pixels)) = self.thumbs.take_larger()
        {
            self.outlet
                .tell(Event::LargerThumbnail { post, edge, pixels });
        }
    }
}
