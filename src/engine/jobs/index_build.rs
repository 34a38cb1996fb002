//! Builds the index of embeddings, on a thread of its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::Sender;

use crate::engine::similarity::{CompareContext, SimilarityError, index, preferred_model};
use crate::memory::{self, Component, IndexAsker, IndexPermit};

use super::{News, panic_message};

/// How long room is waited for in the budget: caches that are given back take a
/// second or two, and a large picture that is being decoded as long.
const PATIENCE: Duration = Duration::from_secs(20);

/// An index that is being built.
#[derive(Debug)]
pub(in crate::engine) struct IndexBuild {
    is_cancelled: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl IndexBuild {
    /// [`News::IndexBuilt`] says when it is there.
    pub fn start(context: &CompareContext, news: Sender<News>) -> std::io::Result<Self> {
        let is_cancelled = Arc::new(AtomicBool::new(false));
        let cancel = is_cancelled.clone();
        let context = context.clone();
        let thread = memory::spawn("index build", Component::Similarity, move || {
            let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| build(&context, &cancel)))
                .unwrap_or_else(|panic| Err(panic_message(&*panic).to_owned()));
            memory::flush_thread_cache();
            memory::purge(Component::Similarity);
            // Fails only where the engine has stopped.
            let _ = news.send(News::IndexBuilt(outcome));
        })?;
        Ok(Self {
            is_cancelled,
            thread,
        })
    }

    /// Stops it at the next step; FAISS itself can't be interrupted.
    pub fn cancel(&self) {
        self.is_cancelled.store(true, Ordering::Relaxed);
    }

    pub fn stop(self) -> JoinHandle<()> {
        self.cancel();
        self.thread
    }
}

fn build(context: &CompareContext, cancel: &AtomicBool) -> Result<(), String> {
    let store = context
        .library
        .similarity("index build")
        .map_err(|err| err.to_string())?;
    let models = store.models().map_err(|err| err.to_string())?;
    let Some(model) = preferred_model(&models, context.embed.model_key().as_deref()) else {
        return Ok(());
    };
    let is_cancelled = || cancel.load(Ordering::Relaxed);
    // Another wish follows when what came of the first is gone.
    let mut permit: Option<IndexPermit> = None;
    let built = index::build_within(
        context.library.dir(),
        &store,
        model.id,
        &context.build,
        &is_cancelled,
        &mut |_, _| {},
        &mut |bytes| {
            permit = None;
            let mut asker = IndexAsker {
                is_cancelled: &is_cancelled,
                make_room: &mut |missing_bytes| {
                    // Fails only where the engine has stopped.
                    let _ = context.news.send(News::RoomWanted {
                        missing_bytes,
                        keeps_index: false,
                    });
                },
                patience: PATIENCE,
            };
            permit = Some(context.budget.acquire_index(bytes, &mut asker)?);
            Ok(())
        },
    );
    memory::flush_thread_cache();
    memory::purge(Component::Similarity);
    drop(permit);
    let report = match built {
        Ok(report) => report,
        // Whoever stopped it knows.
        Err(SimilarityError::Cancelled) => return Ok(()),
        Err(err) => return Err(err.to_string()),
    };
    tracing::info!(?report, "similarity index built");
    memory::mark("similarity index built", None);
    Ok(())
}
