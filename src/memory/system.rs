//! What the system as a whole says, by sysinfo.

use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// RSS of this process by the system's own count, where `/proc` can't be read.
pub(super) fn process_rss() -> Option<u64> {
    rss_of(std::process::id())
}

/// RSS of a process, bytes; `None` where it is gone.
pub(super) fn rss_of(process: u32) -> Option<u64> {
    let pid = Pid::from_u32(process);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[pid]),
        false,
        ProcessRefreshKind::nothing().with_memory(),
    );
    system.process(pid).map(sysinfo::Process::memory)
}
