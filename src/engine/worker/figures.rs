//! What others may know of the worker while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::memory;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// The worker's process and its memory; cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct WorkerFigures {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    /// 0: there is none.
    pid: AtomicU32,
    num_starts: AtomicU64,
}

impl WorkerFigures {
    /// The worker's process, while there is one.
    pub fn pid(&self) -> Option<u32> {
        Some(self.shared.pid.load(Ordering::Relaxed)).filter(|it| *it != 0)
    }

    /// How often a worker was started.
    pub fn num_starts(&self) -> u64 {
        self.shared.num_starts.load(Ordering::Relaxed)
    }

    /// RSS of the worker by the system's own count, bytes; `None` while there
    /// is none.
    pub fn rss_bytes(&self) -> Option<u64> {
        rss_bytes(self.pid()?)
    }

    pub(super) fn started(&self, pid: u32) {
        self.shared.pid.store(pid, Ordering::Relaxed);
        memory::set_worker(Some(pid));
        self.shared.num_starts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self) {
        self.shared.pid.store(0, Ordering::Relaxed);
        memory::set_worker(None);
    }
}

/// RSS of a process, bytes; `None` where it is gone.
fn rss_bytes(pid: u32) -> Option<u64> {
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[pid]),
        false,
        ProcessRefreshKind::nothing().with_memory(),
    );
    system.process(pid).map(sysinfo::Process::memory)
}
