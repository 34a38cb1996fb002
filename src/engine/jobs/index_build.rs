//! Builds the index of embeddings, on a thread of its own.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::engine::similarity::{CompareContext, SimilarityError, index, preferred_model};
use crate::memory::{self, Component};

use super::{News, panic_message};

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
    let built = index::build(
        context.library.dir(),
        &store,
        model.id,
        &context.build,
        &|| cancel.load(Ordering::Relaxed),
        &mut |_, _| {},
    );
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
