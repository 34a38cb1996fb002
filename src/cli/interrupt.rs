//! Ctrl-C and a polite kill.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::Context as _;

/// Set once by Ctrl-C or a polite kill; the second time ends the program at once.
pub(super) fn watch() -> anyhow::Result<Arc<AtomicBool>> {
    let is_interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // In this order: the first signal finds the flag unset, and sets it.
        signal_hook::flag::register_conditional_shutdown(signal, 1, is_interrupted.clone())
            .and_then(|_| signal_hook::flag::register(signal, is_interrupted.clone()))
            .context("Ctrl-C can't be watched")?;
    }
    Ok(is_interrupted)
}
