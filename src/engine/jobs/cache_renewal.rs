//! Makes a new snapshot of the tag cache while the engine goes on with the one
//! it has.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::engine::tag_cache::{CacheStore, TagCache};
use crate::library::Library;
use crate::memory::{self, Component};

use super::{News, panic_message};

/// The renewal that runs, if one does.
#[derive(Debug)]
pub(in crate::engine) struct CacheRenewal {
    library: Arc<Library>,
    store: CacheStore,
    news: Sender<News>,
    thread: Option<JoinHandle<()>>,
}

impl CacheRenewal {
    pub fn new(library: Arc<Library>, store: CacheStore, news: Sender<News>) -> Self {
        Self {
            library,
            store,
            news,
            thread: None,
        }
    }

    pub fn store(&self) -> &CacheStore {
        &self.store
    }

    pub fn is_running(&self) -> bool {
        self.thread.is_some()
    }

    /// Starts it; the last of its news is [`News::CacheRenewed`].
    pub fn start(&mut self, is_damaged: bool) -> std::io::Result<()> {
        if self.is_running() {
            return Ok(());
        }
        let library = self.library.clone();
        let store = self.store.clone();
        let news = self.news.clone();
        self.thread = Some(memory::spawn(
            "tag cache",
            Component::TagCache,
            move || {
                let renewed = std::panic::catch_unwind(AssertUnwindSafe(|| {
                    renew(&library, &store, is_damaged)
                }))
                .unwrap_or_else(|panic| Err(panic_message(&*panic).to_owned()));
                // Fails only where the engine has stopped, and then nobody asks.
                let _ = news.send(News::CacheRenewed(renewed.map(Box::new)));
            },
        )?);
        Ok(())
    }

    /// To be called when [`News::CacheRenewed`] came.
    pub fn ended(&mut self) {
        if let Some(thread) = self.thread.take() {
            // It has sent its last news, so this does not wait.
            let _ = thread.join();
        }
    }

    pub fn stop(self) -> Option<JoinHandle<()>> {
        self.thread
    }
}

/// Writes the snapshot, and only where it is in its place forgets what it holds
/// of the journal.
fn renew(library: &Library, store: &CacheStore, is_damaged: bool) -> Result<TagCache, String> {
    let reader = library.reader("tag cache").map_err(|err| err.to_string())?;
    let renewed = store
        .renew(&reader, is_damaged)
        .map_err(|err| err.to_string())?;
    if renewed.is_in_place {
        let trimmed = library
            .writer()
            .and_then(|mut writer| writer.trim_journal(renewed.cache.commit_number()));
        if let Err(err) = trimmed {
            tracing::warn!(%err, "the journal was not shortened");
        }
    }
    Ok(renewed.cache)
}

/// Renews the snapshot where the journal after it has more than `least_bytes`.
pub(in crate::engine) fn leave_snapshot(
    library: &Library,
    store: &CacheStore,
    least_bytes: u64,
) -> Result<(), String> {
    let reader = library.reader("tag cache").map_err(|err| err.to_string())?;
    let left = reader.journal_bytes_after(store.snapshot_commit());
    if left.map_err(|err| err.to_string())? > least_bytes {
        renew(library, store, false)?;
    }
    Ok(())
}
