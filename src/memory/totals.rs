//! The process as a whole, in the kernel's words: no mapping is told apart.

use std::sync::OnceLock;
use std::time::Instant;

/// RSS now, bytes, by the kernel's own sum over the mappings; 0 where it does
/// not tell. Takes a millisecond or so.
pub fn resident_bytes() -> u64 {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    field(&text, "Rss:")
}

/// RSS and what of it no file is behind, bytes; `None` where the kernel does not tell.
pub(super) fn resident_and_anonymous() -> Option<(u64, u64)> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup").ok()?;
    Some((field(&text, "Rss:"), field(&text, "Anonymous:")))
}

/// Since the first time that this was asked, early in the process; milliseconds.
pub fn uptime_ms() -> u32 {
    static START: OnceLock<Instant> = OnceLock::new();
    let elapsed = START.get_or_init(Instant::now).elapsed();
    u32::try_from(elapsed.as_millis()).unwrap_or(u32::MAX)
}

/// `VmRSS` and `VmHWM`, bytes; 0 where the system does not tell.
pub(super) fn status() -> (u64, u64) {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    (field(&text, "VmRSS:"), field(&text, "VmHWM:"))
}

/// Bytes of a line like `VmRSS:     1234 kB`; 0 where there is none.
fn field(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_ascii_whitespace().next())
        .and_then(|number| number.parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_whole_name() {
        let text = "55d0-7ffc ---p 00000000 00:00 0    [rollup]\nRss:        2048 kB\nPss: 7 kB\n";
        assert_eq!(field(text, "Rss:"), 2 << 20);
        assert_eq!(field(text, "Pss:"), 7 << 10);
        assert_eq!(field(text, "Swap:"), 0);
        assert_eq!(field("Rss: much kB", "Rss:"), 0);
    }
}
