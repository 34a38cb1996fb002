//! One address range per component: jemalloc's extent hooks.
//!
//! Every arena gets its pages from a range of its own, reserved in one piece,
//! so that a single pass over `/proc/self/smaps` tells how many of its pages
//! are resident. Extents are never unmapped (jemalloc retains and reuses their
//! addresses); giving memory back is `MADV_DONTNEED`.
//!
//! # Why this is sound
//! The hooks hand out addresses of memory that this module mapped itself and
//! never unmaps, each address once (an atomic bump). They allocate nothing,
//! take no lock, and touch only atomics and system calls, so they may run inside
//! any `malloc`. jemalloc owns an address from `alloc` on and alone decides
//! when its contents may go (`purge_forced`).
#![allow(unsafe_code)]

use std::ffi::{c_uint, c_void};
use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use tikv_jemalloc_sys::extent_hooks_t;

use super::Component;

/// Address space asked for per range; less is tried where that is refused
/// (39-bit address spaces, `ulimit -v`).
const RESERVE_SIZES: [usize; 5] = [64 << 30, 16 << 30, 4 << 30, 1 << 30, 128 << 20];

/// Ranges per component: a further one is reserved when one is full.
const MAX_RANGES: usize = 16;

/// Never handed out at both ends, and so inaccessible, so that the kernel can't merge a neighbour's
/// mapping with ours and smaps rows never straddle a range.
const GUARD_BYTES: usize = 64 << 10;

/// The hooks of one arena and the addresses that they hand out.
///
/// `hooks` is first, so that the pointer that jemalloc passes is one to this.
#[repr(C)]
struct Region {
    hooks: extent_hooks_t,
    ranges: [AddressRange; MAX_RANGES],
    /// Ranges in use; those before it are full.
    num_ranges: AtomicUsize,
}

struct AddressRange {
    start: AtomicUsize,
    /// Next address never handed out.
    next: AtomicUsize,
    end: AtomicUsize,
}

const HOOKS: extent_hooks_t = extent_hooks_t {
    alloc: Some(alloc),
    // Absent: "opted out", so jemalloc retains the extent for reuse.
    dalloc: None,
    destroy: None,
    commit: None,
    decommit: None,
    purge_lazy: None,
    purge_forced: Some(purge_forced),
    split: Some(split),
    merge: Some(merge),
};

static REGIONS: [Region; Component::COUNT] = [const {
    Region {
        hooks: HOOKS,
        ranges: [const {
            AddressRange {
                start: AtomicUsize::new(0),
                next: AtomicUsize::new(0),
                end: AtomicUsize::new(0),
            }
        }; MAX_RANGES],
        num_ranges: AtomicUsize::new(0),
    }
}; Component::COUNT];

/// The hooks of a component's arena, for `arenas.create` and `arena.<i>.extent_hooks`.
pub(super) fn hooks(component: Component) -> *mut extent_hooks_t {
    (&raw const REGIONS[component.index()].hooks).cast_mut()
}

/// The addresses that `component` may have memory at, as they are now.
pub(super) fn ranges(component: Component) -> impl Iterator<Item = Range<usize>> {
    let region = &REGIONS[component.index()];
    let num_ranges = region.num_ranges.load(Ordering::Acquire).min(MAX_RANGES);
    region.ranges[..num_ranges]
        .iter()
        .map(|range| range.start.load(Ordering::Relaxed)..range.end.load(Ordering::Relaxed))
}

/// Of these, the addresses that it ever had memory at.
pub(super) fn used_ranges(component: Component) -> impl Iterator<Item = Range<usize>> {
    let region = &REGIONS[component.index()];
    let num_ranges = region.num_ranges.load(Ordering::Acquire).min(MAX_RANGES);
    region.ranges[..num_ranges]
        .iter()
        .map(|range| range.start.load(Ordering::Relaxed)..range.next.load(Ordering::Relaxed))
}

unsafe extern "C" fn alloc(
    hooks: *mut extent_hooks_t,
    new_addr: *mut c_void,
    size: usize,
    alignment: usize,
    zero: *mut bool,
    commit: *mut bool,
    _arena: c_uint,
) -> *mut c_void {
    if !new_addr.is_null() {
        // "At this address or not at all": retained extents grow by merging instead.
        return null_mut();
    }
    // SAFETY: jemalloc passes the pointer that `hooks()` gave it, and `Region`
    // starts with that field and lives forever.
    let region = unsafe { &*hooks.cast::<Region>() };
    let Some(address) = region.take(size, alignment) else {
        return null_mut();
    };
    // SAFETY: the pages are inside a reservation of ours, handed out just now
    // and to nobody else.
    let opened = unsafe {
        libc::mprotect(
            address as *mut c_void,
            size,
            libc::PROT_READ | libc::PROT_WRITE,
        )
    };
    if opened != 0 {
        return null_mut();
    }
    // SAFETY: jemalloc passes valid pointers to these flags.
    unsafe {
        *zero = true;
        *commit = true;
    }
    address as *mut c_void
}

unsafe extern "C" fn purge_forced(
    _hooks: *mut extent_hooks_t,
    address: *mut c_void,
    _size: usize,
    offset: usize,
    length: usize,
    _arena: c_uint,
) -> bool {
    // SAFETY: jemalloc names pages of an extent that it owns and no longer needs.
    let failed = unsafe { libc::madvise(address.byte_add(offset), length, libc::MADV_DONTNEED) };
    failed != 0
}

unsafe extern "C" fn split(
    _hooks: *mut extent_hooks_t,
    _address: *mut c_void,
    _size: usize,
    _size_a: usize,
    _size_b: usize,
    _committed: bool,
    _arena: c_uint,
) -> bool {
    false
}

unsafe extern "C" fn merge(
    _hooks: *mut extent_hooks_t,
    _address_a: *mut c_void,
    _size_a: usize,
    _address_b: *mut c_void,
    _size_b: usize,
    _committed: bool,
    _arena: c_uint,
) -> bool {
    false
}

impl Region {
    /// Addresses for `size` bytes, never handed out before.
    fn take(&self, size: usize, alignment: usize) -> Option<usize> {
        loop {
            let num_ranges = self.num_ranges.load(Ordering::Acquire);
            if let Some(last) = num_ranges.checked_sub(1)
                && let Some(address) = self.ranges.get(last)?.take(size, alignment)
            {
                return Some(address);
            }
            self.add_range(num_ranges, size, alignment)?;
        }
    }

    /// Reserves range number `index`, unless another thread just did.
    fn add_range(&self, index: usize, size: usize, alignment: usize) -> Option<()> {
        let slot = self.ranges.get(index)?;
        let wanted = size.checked_add(alignment)?.checked_add(2 * GUARD_BYTES)?;
        let (start, length) = RESERVE_SIZES
            .into_iter()
            .filter(|&length| length >= wanted)
            .chain([wanted])
            .find_map(|length| Some((reserve(length)?, length)))?;
        let start = start + GUARD_BYTES;
        let end = start + length - 2 * GUARD_BYTES;
        if slot
            .start
            .compare_exchange(0, start, Ordering::AcqRel, Ordering::Acquire)
            .is_err()
        {
            // Another thread reserved it at the same time: leave this one to the
            // other and give ours back; wait until it can be used.
            unreserve(start - GUARD_BYTES, length);
            while self.num_ranges.load(Ordering::Acquire) <= index {
                std::hint::spin_loop();
            }
            return Some(());
        }
        slot.next.store(start, Ordering::Relaxed);
        slot.end.store(end, Ordering::Relaxed);
        self.num_ranges.store(index + 1, Ordering::Release);
        Some(())
    }
}

impl AddressRange {
    fn take(&self, size: usize, alignment: usize) -> Option<usize> {
        let end = self.end.load(Ordering::Relaxed);
        let mut next = self.next.load(Ordering::Relaxed);
        loop {
            let address = next.checked_next_multiple_of(alignment.max(1))?;
            let after = address.checked_add(size)?;
            if after > end {
                return None;
            }
            match self
                .next
                .compare_exchange_weak(next, after, Ordering::Relaxed, Ordering::Relaxed)
            {
                Ok(_) => return Some(address),
                Err(current) => next = current,
            }
        }
    }
}

fn reserve(length: usize) -> Option<usize> {
    // SAFETY: a fresh private mapping at an address of the kernel's choice.
    let address = unsafe {
        libc::mmap(
            null_mut(),
            length,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
            -1,
            0,
        )
    };
    (address != libc::MAP_FAILED).then_some(address as usize)
}

fn unreserve(address: usize, length: usize) {
    // SAFETY: a mapping of our own that nothing was handed out from.
    unsafe {
        libc::munmap(address as *mut c_void, length);
    }
}
