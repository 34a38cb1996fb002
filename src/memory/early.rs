//! Anonymous mappings from before the arenas were made: jemalloc's own first
//! block, what the dynamic linker and C++ constructors allocated.
//!
//! Noted once, without allocating. Their addresses do not move; a later
//! mapping may become their neighbour and share a row of smaps with them, so
//! that their part of such a row is counted page by page.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::kernel;

const MAX_MAPPINGS: usize = 64;

static STARTS: [AtomicUsize; MAX_MAPPINGS] = [const { AtomicUsize::new(0) }; MAX_MAPPINGS];
static ENDS: [AtomicUsize; MAX_MAPPINGS] = [const { AtomicUsize::new(0) }; MAX_MAPPINGS];
static NUM_MAPPINGS: AtomicUsize = AtomicUsize::new(0);

/// Notes what is mapped now. Called once, from inside the first allocation.
pub(super) fn record() {
    let mut buffer = [0u8; 32 << 10];
    let length = kernel::read_file_raw(c"/proc/self/maps", &mut buffer);
    let mut num_mappings = 0;
    for line in buffer[..length].split(|&byte| byte == b'\n') {
        let Some(range) = anonymous_writable(line) else {
            continue;
        };
        if num_mappings == MAX_MAPPINGS {
            break;
        }
        STARTS[num_mappings].store(range.start, Ordering::Relaxed);
        ENDS[num_mappings].store(range.end, Ordering::Relaxed);
        num_mappings += 1;
    }
    NUM_MAPPINGS.store(num_mappings, Ordering::Release);
}

/// The early mappings, in order of address.
pub(super) fn mappings() -> impl Iterator<Item = Range<usize>> {
    (0..NUM_MAPPINGS.load(Ordering::Acquire))
        .map(|index| STARTS[index].load(Ordering::Relaxed)..ENDS[index].load(Ordering::Relaxed))
}

/// The addresses of a line of `/proc/PID/maps` that has no name and can be written.
fn anonymous_writable(line: &[u8]) -> Option<Range<usize>> {
    let mut fields = line
        .split(|&byte| byte == b' ')
        .filter(|field| !field.is_empty());
    let addresses = std::str::from_utf8(fields.next()?).ok()?;
    let permissions = fields.next()?;
    let _offset = fields.next()?;
    let _device = fields.next()?;
    let inode = fields.next()?;
    if !permissions.starts_with(b"rw") || inode != b"0" || fields.next().is_some() {
        return None;
    }
    let (start, end) = addresses.split_once('-')?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unnamed_writable_mappings_count() {
        let anonymous = b"7f0000000000-7f0000200000 rw-p 00000000 00:00 0 ";
        assert_eq!(
            anonymous_writable(anonymous),
            Some(0x7f00_0000_0000..0x7f00_0020_0000)
        );
        for other in [
            &b"7ffc0000-7ffd0000 rw-p 00000000 00:00 0                          [stack]"[..],
            b"7f00-7f20 r--p 00000000 00:00 0 ",
            b"7f00-7f20 rw-p 00001000 08:01 77 /usr/lib/libc.so.6",
            b"",
        ] {
            assert_eq!(anonymous_writable(other), None);
        }
    }
}
