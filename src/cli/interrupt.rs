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

/// How long a window that was asked to close may take until the program ends all the
/// same; libraries are closed in that time. A change of posts that still comes farther
/// has as long as it takes.
#[cfg(unix)]
const END_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

/// Calls `end` at the first Ctrl-C or polite kill, from a thread that sleeps until then,
/// and where the program has not ended some seconds later, `clean_up`, after which it
/// ends at once. The second signal ends it at once as well.
#[cfg(unix)]
pub(super) fn on_end(
    end: impl FnOnce() + Send + 'static,
    clean_up: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    use std::io::Read as _;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use crate::engine;
    use crate::memory::{self, Component};

    let (mut told, tell) = std::os::unix::net::UnixStream::pair()?;
    let which = Arc::new(AtomicUsize::new(0));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        // Known before anybody wakes.
        signal_hook::flag::register_usize(signal, which.clone(), signal as usize)?;
        signal_hook::low_level::pipe::register(signal, tell.try_clone()?)?;
    }
    memory::spawn("signals", Component::General, move || {
        let mut byte = [0];
        if told.read_exact(&mut byte).is_err() {
            return;
        }
        end();
        // Until then, or until the next signal.
        let _ = told.set_read_timeout(Some(END_LIMIT));
        loop {
            let num_steps = engine::finished_steps();
            let heard = told.read_exact(&mut byte);
            if heard.is_ok() || engine::finished_steps() == num_steps {
                break;
            }
        }
        clean_up();
        let signal = i32::try_from(which.load(Ordering::Relaxed)).unwrap_or_default();
        if let Err(err) = signal_hook::low_level::emulate_default_handler(signal) {
            tracing::warn!(%err, "a signal did not end the program");
        }
    })?;
    Ok(())
}

/// Signals end the program at once here.
#[cfg(not(unix))]
pub(super) fn on_end(
    _end: impl FnOnce() + Send + 'static,
    _clean_up: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    Ok(())
}
