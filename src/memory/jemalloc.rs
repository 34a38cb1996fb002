//! The allocator of the whole process: jemalloc, with an arena per component.
//!
//! Three doors lead in. Rust allocations come through [`Allocator`] and go to
//! the arena of the component that their thread is in. SQLite comes through
//! [`super::heap`]. C and C++ come by plain `malloc` (jemalloc exports it) and
//! go to the arena that [`bind_native`] chose for the thread: FAISS inside a
//! scope, the graphics driver on the window's thread, else "native heap".
//!
//! # Why this is sound
//! Sizes, alignments and pointers are passed on unchanged to jemalloc's own
//! functions; a pointer may be freed through any door, on any thread, since
//! jemalloc finds its arena by address. Thread caches are used by the thread
//! that made them only. No function here allocates through the door it serves.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicI32, AtomicU8, Ordering};

use tikv_jemalloc_sys as je;

use super::{Component, extents};

/// Sets jemalloc up before its first use.
///
/// One automatic arena (others are ours), which takes large blocks too instead of
/// an arena made for them that nobody counts; freed pages go back after a second;
/// no lazy purging, which would leave pages counted as resident; no
/// transparent huge pages, which round every arena up by 2 MB.
const CONFIG: &CStr = c"narenas:1,oversize_threshold:0,dirty_decay_ms:1000,muzzy_decay_ms:0,thp:never,metadata_thp:disabled,dss:disabled,percpu_arena:disabled,background_thread:false,max_background_threads:1";

// jemalloc reads the symbol of this name when it starts.
#[unsafe(export_name = "malloc_conf")]
pub(super) static MALLOC_CONF: Config = Config(CONFIG.as_ptr());

/// A C string that never changes.
#[repr(transparent)]
pub(super) struct Config(*const c_char);

// SAFETY: it points to a constant.
unsafe impl Sync for Config {}

/// Arena number of each component; -1 until made.
static ARENAS: [AtomicI32; Component::COUNT] = [const { AtomicI32::new(-1) }; Component::COUNT];

const UNINITIALISED: u8 = 0;
const INITIALISING: u8 = 1;
const READY: u8 = 2;
/// No arenas of ours: all goes through jemalloc's own, with its thread caches.
const OFF: u8 = 3;
static STATE: AtomicU8 = AtomicU8::new(UNINITIALISED);

/// What a thread's allocations are marked with.
#[derive(Clone, Copy)]
struct ThreadFlags {
    component: Component,
    home: Component,
    /// jemalloc flags for allocations now.
    alloc: c_int,
    /// jemalloc flags for frees now.
    free: c_int,
    /// The thread's own cache, as a flag; uncached where it has none.
    cache: c_int,
    /// Where blocks of its home lie: others are not kept in its cache, or they
    /// would be handed out as its home's.
    home_start: usize,
    home_length: usize,
    native: c_uint,
}

/// Of every thread while accounting is switched off: jemalloc's own arena and
/// thread cache.
const PLAIN: ThreadFlags = ThreadFlags {
    component: Component::General,
    home: Component::General,
    alloc: 0,
    free: 0,
    cache: je::MALLOCX_TCACHE_NONE,
    home_start: 0,
    home_length: usize::MAX,
    native: 0,
};

impl ThreadFlags {
    fn is_of_home(&self, ptr: *mut u8) -> bool {
        ptr.addr().wrapping_sub(self.home_start) < self.home_length
    }
}

thread_local! {
    // Constant and without a destructor, so that reading it never allocates
    // and it outlives every other thread local.
    static FLAGS: Cell<Option<ThreadFlags>> = const { Cell::new(None) };
}

/// The global allocator.
#[derive(Debug)]
pub struct Allocator;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

// SAFETY: every method passes its layout on to jemalloc, which upholds the contract.
unsafe impl GlobalAlloc for Allocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the size is not 0, by this method's contract.
        unsafe { je::mallocx(layout.size(), alloc_flags() | alignment(layout)).cast() }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let flags = alloc_flags() | alignment(layout) | je::MALLOCX_ZERO;
        // SAFETY: as above.
        unsafe { je::mallocx(layout.size(), flags).cast() }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        let flags = free_flags(ptr) | alignment(layout);
        // SAFETY: `ptr` came from one of these methods with this layout.
        unsafe { je::sdallocx(ptr.cast(), layout.size(), flags) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        // The smaller of both sizes decides: its alignment is the weaker by default.
        // SAFETY: the alignment is that of a valid layout, the size not larger.
        let smaller = unsafe {
            Layout::from_size_align_unchecked(layout.size().min(new_size), layout.align())
        };
        let flags = realloc_flags(ptr) | alignment(smaller);
        // SAFETY: as above; the new size is not 0, by this method's contract.
        unsafe { je::rallocx(ptr.cast(), new_size, flags).cast() }
    }
}

fn alignment(layout: Layout) -> c_int {
    // jemalloc aligns to 16 from 16 bytes on, to 8 below.
    if layout.align() <= 8 || (layout.align() <= 16 && layout.size() >= 16) {
        0
    } else {
        je::MALLOCX_ALIGN(layout.align())
    }
}

fn alloc_flags() -> c_int {
    match FLAGS.get() {
        Some(flags) => flags.alloc,
        None => first_flags().map_or(0, |flags| flags.alloc),
    }
}

fn realloc_flags(ptr: *mut u8) -> c_int {
    match FLAGS.get() {
        Some(flags) if !flags.is_of_home(ptr) => {
            arena_flag(flags.component) | je::MALLOCX_TCACHE_NONE
        }
        _ => alloc_flags(),
    }
}

fn free_flags(ptr: *mut u8) -> c_int {
    match FLAGS.get() {
        Some(flags) if flags.is_of_home(ptr) => flags.free,
        Some(_) => je::MALLOCX_TCACHE_NONE,
        None if STATE.load(Ordering::Relaxed) == OFF => 0,
        None => je::MALLOCX_TCACHE_NONE,
    }
}

/// Flags of a thread that nobody introduced: "general", uncached.
#[cold]
fn first_flags() -> Option<ThreadFlags> {
    initialise();
    match STATE.load(Ordering::Acquire) {
        READY => {}
        OFF => {
            FLAGS.set(Some(PLAIN));
            return Some(PLAIN);
        }
        // Inside `initialise` itself, or racing with it: the default arena will do.
        _ => return None,
    }
    let flags = ThreadFlags {
        component: Component::General,
        home: Component::General,
        alloc: arena_flag(Component::General) | je::MALLOCX_TCACHE_NONE,
        free: je::MALLOCX_TCACHE_NONE,
        cache: je::MALLOCX_TCACHE_NONE,
        home_start: 0,
        home_length: 0,
        native: arena(Component::Native).unwrap_or(0),
    };
    FLAGS.set(Some(flags));
    Some(flags)
}

fn thread_flags() -> Option<ThreadFlags> {
    FLAGS.get().or_else(first_flags)
}

/// Makes the arenas, unless accounting is switched off. Runs once, at the latest with the first Rust allocation,
/// before `main`.
pub(super) fn initialise() {
    if STATE
        .compare_exchange(
            UNINITIALISED,
            INITIALISING,
            Ordering::AcqRel,
            Ordering::Acquire,
        )
        .is_err()
    {
        return;
    }
    super::kernel::disable_huge_pages();
    super::early::record();
    if super::kernel::is_environment_set(c"KOBAKO_ACCOUNTING", c"off") {
        STATE.store(OFF, Ordering::Release);
        return;
    }
    for component in Component::ALL {
        let hooks = extents::hooks(component);
        let arena = if component == Component::Native {
            // Arena 0 serves every `malloc` that nobody bound elsewhere.
            write(c"arena.0.extent_hooks", hooks).then_some(0)
        } else {
            create_arena(hooks)
        };
        if let Some(arena) = arena {
            ARENAS[component.index()].store(arena as i32, Ordering::Release);
        }
    }
    STATE.store(READY, Ordering::Release);
}

/// `false` where the environment has `KOBAKO_ACCOUNTING=off`, which is for
/// measuring what accounting costs.
pub(super) fn is_accounting() -> bool {
    STATE.load(Ordering::Relaxed) != OFF
}

/// The arena of a component, once there is one.
pub(super) fn arena(component: Component) -> Option<c_uint> {
    c_uint::try_from(ARENAS[component.index()].load(Ordering::Acquire)).ok()
}

fn arena_flag(component: Component) -> c_int {
    arena(component).map_or(0, |arena| je::MALLOCX_ARENA(arena as usize))
}

/// Makes `component` the home of this thread: what it allocates outside of any
/// scope, through a cache of the thread's own.
pub(super) fn adopt_thread(component: Component) {
    let Some(mut flags) = thread_flags() else {
        return;
    };
    if !is_accounting() {
        return;
    }
    let cache = match flags.cache {
        je::MALLOCX_TCACHE_NONE => {
            let mut cache: c_uint = 0;
            if read(c"tcache.create", &mut cache) {
                je::MALLOCX_TCACHE(cache as usize)
            } else {
                je::MALLOCX_TCACHE_NONE
            }
        }
        cache => cache,
    };
    flush_thread();
    let range = extents::ranges(component).next().unwrap_or_default();
    flags.home_start = range.start;
    flags.home_length = range.len();
    flags.home = component;
    flags.component = component;
    flags.cache = cache;
    flags.free = cache;
    flags.alloc = arena_flag(component) | cache;
    FLAGS.set(Some(flags));
}

/// Gives up this thread's cache; the last thing that a thread of ours does.
pub(super) fn leave_thread() {
    let Some(mut flags) = FLAGS.get() else {
        return;
    };
    let Some(cache) = cache_index(flags.cache) else {
        return;
    };
    flags.cache = je::MALLOCX_TCACHE_NONE;
    flags.free = je::MALLOCX_TCACHE_NONE;
    flags.alloc = arena_flag(flags.component) | je::MALLOCX_TCACHE_NONE;
    FLAGS.set(Some(flags));
    write(c"tcache.destroy", cache);
}

fn cache_index(flags: c_int) -> Option<c_uint> {
    (flags != je::MALLOCX_TCACHE_NONE).then(|| ((flags >> 8) & 0xfff) as c_uint - 2)
}

/// Enters `component` for Rust allocations; returns the one that was there.
pub(super) fn enter(component: Component) -> Component {
    let Some(mut flags) = thread_flags() else {
        return Component::General;
    };
    let before = flags.component;
    if !is_accounting() {
        return before;
    }
    flags.component = component;
    // The thread's cache is for memory of its home. What a scope allocates and
    // frees goes straight to and from its arena, as does what is freed at home
    // and came from elsewhere.
    flags.free = if component == flags.home {
        flags.cache
    } else {
        je::MALLOCX_TCACHE_NONE
    };
    flags.alloc = arena_flag(component) | flags.free;
    FLAGS.set(Some(flags));
    before
}

/// Binds plain `malloc` of this thread to the arena of `component`; returns the
/// arena that was bound before.
pub(super) fn bind_native(component: Component) -> c_uint {
    let arena = arena(component).unwrap_or(0);
    bind_native_arena(arena)
}

/// See [`bind_native`]; the thread's cache is emptied, so that nothing of one
/// arena is handed out as the other's.
pub(super) fn bind_native_arena(arena: c_uint) -> c_uint {
    if !is_accounting() {
        return 0;
    }
    let before = thread_flags().map_or(0, |flags| flags.native);
    if let Some(mut flags) = FLAGS.get() {
        flags.native = arena;
        FLAGS.set(Some(flags));
    }
    call(c"thread.tcache.flush");
    write(c"thread.arena", arena);
    before
}

/// Empties both caches of this thread, so that what it freed is really free.
pub(super) fn flush_thread() {
    call(c"thread.tcache.flush");
    if let Some(cache) = FLAGS.get().and_then(|flags| cache_index(flags.cache)) {
        write(c"tcache.flush", cache);
    }
}

/// Gives the freed pages of a component back to the kernel.
pub(super) fn purge(component: Component) {
    let Some(arena) = arena(component) else {
        return;
    };
    // `arena.<i>.purge` by numbers: the name would have to be formatted.
    let mut mib = [0usize; 3];
    let mut length = mib.len();
    // SAFETY: the buffers are as long as said.
    unsafe {
        if je::mallctlnametomib(c"arena.0.purge".as_ptr(), mib.as_mut_ptr(), &mut length) == 0 {
            mib[1] = arena as usize;
            je::mallctlbymib(mib.as_ptr(), length, null_mut(), null_mut(), null_mut(), 0);
        }
    }
}

/// After which a component's freed pages go back to the kernel, milliseconds.
pub(super) fn set_decay_ms(component: Component, decay_ms: isize) {
    let Some(arena) = arena(component) else {
        return;
    };
    let mut mib = [0usize; 3];
    let mut length = mib.len();
    let mut value = decay_ms;
    // SAFETY: the buffers are as long as said, and the option is a `ssize_t`.
    unsafe {
        let name = c"arena.0.dirty_decay_ms".as_ptr();
        if je::mallctlnametomib(name, mib.as_mut_ptr(), &mut length) == 0 {
            mib[1] = arena as usize;
            je::mallctlbymib(
                mib.as_ptr(),
                length,
                null_mut(),
                null_mut(),
                (&raw mut value).cast(),
                size_of::<isize>(),
            );
        }
    }
}

/// Starts the thread that gives freed pages back also while nothing is
/// allocated; it sleeps when there are none.
pub(super) fn start_background_purge() -> bool {
    write(c"background_thread", true)
}

/// What jemalloc counts for an arena, bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ArenaStats {
    /// Handed out and not freed (by size class).
    pub allocated: usize,
    /// Its own bookkeeping.
    pub metadata: usize,
}

/// As of the last [`refresh_stats`].
pub(super) fn stats(component: Component) -> ArenaStats {
    let Some(arena) = arena(component) else {
        return ArenaStats::default();
    };
    ArenaStats {
        allocated: read_stat(c"stats.arenas.0.small.allocated", arena)
            + read_stat(c"stats.arenas.0.large.allocated", arena),
        metadata: read_stat(c"stats.arenas.0.base", arena)
            + read_stat(c"stats.arenas.0.internal", arena),
    }
}

/// Freed pages of a component that were not given back yet, bytes; as of the
/// last [`refresh_stats`].
pub(super) fn dirty_bytes(component: Component) -> u64 {
    let Some(arena) = arena(component) else {
        return 0;
    };
    let num_pages =
        read_stat(c"stats.arenas.0.pdirty", arena) + read_stat(c"stats.arenas.0.pmuzzy", arena);
    (num_pages * super::kernel::page_size()) as u64
}

/// Handed out and not freed in the component that this thread allocates in,
/// bytes; as of now.
pub fn allocated_here() -> u64 {
    let Some(flags) = thread_flags() else {
        return 0;
    };
    refresh_stats();
    stats(flags.component).allocated as u64
}

/// Makes jemalloc bring its statistics up to date.
pub(super) fn refresh_stats() {
    write(c"epoch", 1u64);
}

fn read_stat(name: &CStr, arena: c_uint) -> usize {
    let mut mib = [0usize; 6];
    let mut length = mib.len();
    let mut value = 0usize;
    let mut value_length = size_of::<usize>();
    // SAFETY: the buffers are as long as said, and these statistics are a `size_t`.
    unsafe {
        if je::mallctlnametomib(name.as_ptr(), mib.as_mut_ptr(), &mut length) != 0 {
            return 0;
        }
        mib[2] = arena as usize;
        je::mallctlbymib(
            mib.as_ptr(),
            length,
            (&raw mut value).cast(),
            &mut value_length,
            null_mut(),
            0,
        );
    }
    value
}

/// `true` where the options of this module are in force.
pub(super) fn is_configured() -> bool {
    let mut num_arenas: c_uint = 0;
    read(c"opt.narenas", &mut num_arenas) && num_arenas == 1
}

fn heap_flags(component: Component) -> c_int {
    if is_accounting() {
        arena_flag(component) | je::MALLOCX_TCACHE_NONE
    } else {
        0
    }
}

/// Memory of a component for C code that lets us choose its allocator.
pub fn heap_alloc(component: Component, size: usize) -> *mut c_void {
    let flags = heap_flags(component);
    // SAFETY: the size is not 0.
    unsafe { je::mallocx(size.max(1), flags) }
}

/// # Safety
/// `ptr` came from `alloc` or `realloc` of this heap and was not freed.
pub unsafe fn heap_realloc(component: Component, ptr: *mut c_void, size: usize) -> *mut c_void {
    let flags = heap_flags(component);
    // SAFETY: by this function's contract.
    unsafe { je::rallocx(ptr, size.max(1), flags) }
}

/// # Safety
/// `ptr` came from `alloc` or `realloc` of this heap and was not freed.
pub unsafe fn heap_free(ptr: *mut c_void) {
    let flags = if is_accounting() {
        je::MALLOCX_TCACHE_NONE
    } else {
        0
    };
    // SAFETY: by this function's contract.
    unsafe { je::dallocx(ptr, flags) }
}

/// # Safety
/// `ptr` came from `alloc` or `realloc` of this heap and was not freed.
pub unsafe fn heap_size(ptr: *const c_void) -> usize {
    // SAFETY: by this function's contract.
    unsafe { je::sallocx(ptr, 0) }
}

fn create_arena(hooks: *mut je::extent_hooks_t) -> Option<c_uint> {
    let mut arena: c_uint = 0;
    let mut arena_length = size_of::<c_uint>();
    let mut hooks = hooks;
    // SAFETY: `arenas.create` reads a pointer to hooks and writes a number.
    let failed = unsafe {
        je::mallctl(
            c"arenas.create".as_ptr(),
            (&raw mut arena).cast(),
            &mut arena_length,
            (&raw mut hooks).cast(),
            size_of::<*mut je::extent_hooks_t>(),
        )
    };
    (failed == 0).then_some(arena)
}

/// Reads a plain value; the caller knows its type from jemalloc's manual.
fn read<T: Copy>(name: &CStr, value: &mut T) -> bool {
    let mut length = size_of::<T>();
    // SAFETY: the buffer is as long as said; jemalloc refuses another length.
    unsafe {
        je::mallctl(
            name.as_ptr(),
            (&raw mut *value).cast(),
            &mut length,
            null_mut(),
            0,
        ) == 0
    }
}

/// Writes a plain value; the caller knows its type from jemalloc's manual.
fn write<T: Copy>(name: &CStr, value: T) -> bool {
    let mut value = value;
    // SAFETY: the buffer is as long as said; jemalloc refuses another length.
    unsafe {
        je::mallctl(
            name.as_ptr(),
            null_mut(),
            null_mut(),
            (&raw mut value).cast(),
            size_of::<T>(),
        ) == 0
    }
}

fn call(name: &CStr) -> bool {
    // SAFETY: nothing is read or written.
    unsafe { je::mallctl(name.as_ptr(), null_mut(), null_mut(), null_mut(), 0) == 0 }
}
