//! What the engine thread owns, and its turns.

mod backlog;
mod budget;
mod cache;
mod duplicates;
mod edits;
mod embedding;
mod inbox;
mod outlet;
mod places;
mod post;
mod release;
mod requests;
mod results;
mod searches;
mod settings;
mod show;
mod similar;
mod similar_question;
mod similarity;
mod tag_counts;
mod turn;

pub(super) use inbox::Inbox;
pub(super) use outlet::Outlet;

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};

use crate::library::{Changes, Library, LibraryError, OpenOptions, Reader};
use crate::memory::{self, Accounted as _, Budget};
use crate::message::{Event, LibrarySummary, Notice};
use crate::settings::Settings;

use super::jobs::{
    CacheRenewal, DuplicateSlot, EditQueue, ImportContext, ImportQueue, ImportSource, IndexBuild,
    MemoryWatch, News, PlaceDesk, SettingsFile,
};
use super::similarity::{BuildPolicy, CompareContext, Comparer, IndexKind, LoadOptions};
use super::tag_cache::{BuildError, CacheStore};
use super::thumbs::ThumbPool;
use super::{EngineConfig, jobs};
use cache::LiveCache;
use embedding::EmbedDesk;
use places::FilterInUse;
use release::GiveQueue;
use requests::Postponed;
use results::ResultStream;
use show::ShowDesk;
use similar::SimilarDesk;
use similarity::IndexDesk;
use tag_counts::TagCounter;

/// News of jobs that may wait; jobs then wait for the engine.
const NEWS_CAPACITY: usize = 8;

/// At most five a second, so that a window is not kept busy by an import.
const CHANGE_INTERVAL: Duration = Duration::from_millis(200);

/// How long closing waits for jobs to end, once no change of posts comes farther.
const CLOSE_LIMIT: Duration = Duration::from_secs(10);

/// The state of the engine thread.
pub(super) struct Core<'a> {
    inbox: &'a Inbox,
    outlet: &'a mut Outlet,
    library: Arc<Library>,
    reader: Reader,
    cache: LiveCache,
    /// Of the newest search; what waits of older ones is not sent.
    stream: Option<ResultStream>,
    tag_counter: Option<TagCounter>,
    /// Of the posts whose tags are being edited.
    tagging_counter: Option<TagCounter>,
    /// The newest search, where it waits for a new snapshot.
    postponed: Option<Postponed>,
    news_sender: Sender<News>,
    news: Receiver<News>,
    imports: ImportQueue,
    edits: EditQueue,
    show: ShowDesk,
    thumbs: ThumbPool,
    watch: MemoryWatch,
    settings: Settings,
    settings_file: SettingsFile,
    /// What stands in the settings' file and has no effect.
    settings_problems: Vec<Notice>,
    budget: Budget,
    giving: GiveQueue,
    similar: SimilarDesk,
    index: IndexDesk,
    embedding: EmbedDesk,
    duplicates: DuplicateSlot,
    /// Decisions about duplicates that are being carried out, or wait for it.
    num_deciding: u32,
    places: PlaceDesk,
    filter: FilterInUse,
    /// Heard of before an earlier commit was.
    late_commits: Vec<Changes>,
    /// When the window was last told that the library changed.
    change_told: Instant,
    /// Something changed since.
    is_changed: bool,
}

impl<'a> Core<'a> {
    /// Opens the library and tells `Ready`.
    pub fn open(
        config: EngineConfig,
        inbox: &'a Inbox,
        outlet: &'a mut Outlet,
    ) -> Result<Self, LibraryError> {
        let started = Instant::now();
        let library = Arc::new(Library::open(
            &config.library,
            &open_options(&config.settings, config.create),
        )?);
        let (news_sender, news) = crossbeam_channel::bounded(NEWS_CAPACITY);
        let embedding = EmbedDesk::new(
            embedding::context(&config, &library, &news_sender),
            config.settings.semantic_similarity,
        );
        let EngineConfig {
            library: dir,
            create,
            demo,
            settings,
            worker: _,
            budget,
            notices,
            recent,
        } = config;
        let reader = library.reader("engine")?;
        let store = CacheStore::new(
            &dir,
            library.read_only().is_some(),
            settings.tag_cache_held_mb << 20,
        );
        let (cache, _) = store.open(&reader).map_err(|err| match err {
            BuildError::Library(err) => err,
            BuildError::Snapshot(err) => {
                LibraryError::io(store.path(), "writing the tag cache", err)
            }
        })?;
        // What only opening needed.
        memory::purge_all();
        tracing::info!(
            elapsed_ms = started.elapsed().as_millis(),
            num_posts = cache.num_posts(),
            num_tags = cache.num_tags(),
            "library opened"
        );
        if create
            && library.read_only().is_none()
            && let Err(err) = Settings::write_template(library.dir())
        {
            tracing::warn!("no settings file could be made: {err}");
        }
        let context = ImportContext {
            library: library.clone(),
            permits: budget.pictures().clone(),
            news: news_sender.clone(),
        };
        let comparer = Comparer::new(CompareContext {
            library: library.clone(),
            news: news_sender.clone(),
            budget: budget.clone(),
            embed: embedding.asked(),
            build: BuildPolicy {
                wish: IndexKind::named(&settings.similarity_index),
                ..BuildPolicy::default()
            },
            load: load_options(&settings),
            is_semantic: settings.semantic_similarity,
        });
        let mut core = Self {
            inbox,
            outlet,
            reader,
            cache: LiveCache::new(
                cache,
                CacheRenewal::new(library.clone(), store, news_sender.clone()),
            ),
            stream: None,
            tag_counter: None,
            tagging_counter: None,
            postponed: None,
            imports: ImportQueue::new(context),
            edits: EditQueue::new(library.clone(), news_sender.clone()),
            show: ShowDesk::new(&budget, &news_sender),
            thumbs: ThumbPool::new(library.clone(), budget.clone()),
            watch: MemoryWatch::new(budget.clone(), news_sender.clone()),
            settings_file: SettingsFile::new(dir, settings.clone(), news_sender.clone()),
            settings_problems: Vec::new(),
            settings,
            budget,
            giving: GiveQueue::default(),
            similar: SimilarDesk::new(comparer),
            index: IndexDesk::default(),
            embedding,
            duplicates: DuplicateSlot::new(library.clone(), news_sender.clone()),
            num_deciding: 0,
            places: PlaceDesk::new(library.clone(), recent, news_sender.clone()),
            filter: FilterInUse::default(),
            late_commits: Vec::new(),
            news_sender,
            news,
            change_told: started,
            is_changed: false,
            library,
        };
        core.publish();
        let held: u64 = core.cache.get().leaves().iter().map(|it| it.bytes).sum();
        memory::mark("library opened", Some(held.cast_signed()));
        core.start_budget();
        core.tell_filter();
        core.tell_session();
        let summary = core.summary();
        core.outlet.tell(Event::Ready(summary));
        for notice in notices {
            core.outlet.tell(Event::Notice(notice));
        }
        // A mistake in the settings' file was among the notices.
        if core.settings.model.mistake.is_none()
            && let Some(problem) = core.embedding.problem()
        {
            let message = format!("No picture can be compared by look: {problem}");
            core.fail(message);
        }
        core.look_back()?;
        // Every time: what is there already costs a look at each file, and an
        // earlier run may have been killed half-way.
        if demo && core.library.read_only().is_none() {
            core.import(ImportSource::Demo);
        }
        core.outlet.wake();
        Ok(core)
    }

    fn summary(&self) -> LibrarySummary {
        LibrarySummary {
            path: self.library.dir().to_owned(),
            num_posts: self.cache.get().num_posts(),
            num_tags: self.cache.get().num_tags(),
            // Where that can't be read, what lists them says why.
            has_failures: self.reader.has_failures().unwrap_or(true),
            read_only: self.library.read_only().map(str::to_owned),
        }
    }

    /// Says what the engine's caches hold.
    fn publish(&self) {
        let cache = self.cache.get();
        memory::publish(cache.component(), "tag cache", cache.leaves());
        self.publish_evictable();
    }

    /// Ends the jobs, within [`CLOSE_LIMIT`], and closes the library. A change of posts
    /// is finished first, however long it takes: what it still brings back would be lost.
    /// What a snapshot is written for then takes as long as its file takes to write.
    pub fn close(self) {
        let Self {
            inbox: _,
            outlet,
            library,
            reader: _reader,
            cache,
            stream: _,
            tag_counter: _,
            tagging_counter: _,
            postponed: _,
            news_sender,
            news,
            imports,
            edits,
            show,
            thumbs,
            watch,
            settings: _,
            settings_file,
            settings_problems: _,
            budget: _,
            giving: _,
            similar,
            index,
            embedding,
            duplicates,
            num_deciding: _,
            places,
            filter: _,
            late_commits: _,
            change_told: _,
            is_changed: _,
        } = self;
        outlet.wake();
        // Only who could have taken back what was taken out has not.
        let is_watched = places.has_recent() || edits.has_history();
        let mut threads = Vec::new();
        threads.extend(imports.stop());
        threads.extend(edits.stop());
        threads.extend(settings_file.stop());
        threads.extend(show.stop());
        threads.extend(thumbs.stop());
        threads.extend(watch.stop());
        threads.extend(embedding.stop());
        threads.extend(similar.comparer.stop());
        threads.extend(index.build.map(IndexBuild::stop));
        threads.extend(duplicates.stop());
        threads.extend(places.stop());
        let renewal = cache.into_renewal();
        let store = renewal.store().clone();
        threads.extend(renewal.stop());
        // With the receiver gone, no job can wait for the engine any more.
        drop((news, news_sender));
        let have_all_ended = jobs::wait_for(&threads, CLOSE_LIMIT, jobs::num_steps);
        if !have_all_ended {
            tracing::warn!("a job did not end in time and is left behind");
        }
        if is_watched
            && have_all_ended
            && library.read_only().is_none()
            && let Err(err) = forget_former_posts(&library)
        {
            tracing::warn!(%err, "what can't be taken back any more is still kept");
        }
        // The next start has less to follow then.
        if have_all_ended
            && library.read_only().is_none()
            && let Err(reason) = jobs::leave_snapshot(&library, &store, cache::SMALL_CHANGE_BYTES)
        {
            tracing::warn!(reason, "no snapshot of the tag cache was left behind");
        }
        // Once the threads are gone, the last connection closes here, which
        // writes the log back into the database.
    }
}

/// The way back ends with the library.
fn forget_former_posts(library: &Library) -> Result<(), LibraryError> {
    if library.reader("engine")?.has_former_posts()? {
        library.writer()?.forget_former_posts()?;
    }
    Ok(())
}

fn open_options(settings: &Settings, create: bool) -> OpenOptions {
    OpenOptions {
        create,
        cache_bytes: settings.sqlite_cache_mb << 20,
        mmap_bytes: settings.sqlite_mmap_mb << 20,
        thumbs_limit_bytes: settings.thumbs_limit_mb << 20,
    }
}

/// Of a budget, the index takes a quarter at most: a larger one is searched a
/// shard at a time.
fn load_options(settings: &Settings) -> LoadOptions {
    let most = LoadOptions::default().max_bytes;
    let of_budget = settings.budget().limit_bytes.map(|it| it / 4);
    LoadOptions {
        max_bytes: of_budget.map_or(most, |it| it.min(most)),
        is_flat_wanted: IndexKind::named(&settings.similarity_index) == Some(IndexKind::Flat),
    }
}
