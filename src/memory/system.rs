//! What the system as a whole says, by sysinfo.

use sysinfo::{MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// RSS of this process by the system's own count, where `/proc` can't be read.
pub(super) fn process_rss() -> Option<u64> {
    rss_of(std::process::id())
}

/// RSS of another process (the worker), bytes; `None` where it is gone.
pub fn rss_of(process: u32) -> Option<u64> {
    let pid = Pid::from_u32(process);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[pid]),
        false,
        ProcessRefreshKind::nothing().with_memory(),
    );
    system.process(pid).map(sysinfo::Process::memory)
}

/// Memory of the machine, bytes: total, and what is available without swapping;
/// `None` where the system does not tell.
pub fn machine_memory() -> Option<(u64, u64)> {
    let mut system = System::new().ok()?;
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    Some((system.total_memory(), system.available_memory()))
}
