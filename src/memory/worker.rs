//! The worker process, whose memory is its own: beside the rows, not in them.

use std::sync::atomic::{AtomicU32, Ordering};

use serde::Serialize;

use super::system;

/// 0: there is none.
static WORKER: AtomicU32 = AtomicU32::new(0);

/// The worker process and what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerUse {
    pub pid: u32,
    /// By the system's own count (sysinfo); not in this process's RSS.
    pub rss_bytes: u64,
}

/// Says which process is the worker; `None` once it has left.
pub fn set_worker(pid: Option<u32>) {
    WORKER.store(pid.unwrap_or(0), Ordering::Relaxed);
}

/// The worker, while there is one.
pub(super) fn worker_use() -> Option<WorkerUse> {
    let pid = Some(WORKER.load(Ordering::Relaxed)).filter(|it| *it != 0)?;
    let rss_bytes = system::rss_of(pid)?;
    Some(WorkerUse { pid, rss_bytes })
}
