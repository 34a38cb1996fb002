//! Memory accounting against the kernel: known amounts planted in each
//! component move its row, and RSS, by that amount.
//!
//! One test function: what runs beside it would move RSS too.

#![cfg(target_os = "linux")]
// Plants memory where safe Rust has none.
#![allow(
    unsafe_code,
    clippy::print_stderr,
    clippy::unwrap_used,
    clippy::expect_used
)]

use std::hint::black_box;

use kobako::engine::similarity::index::{self, BuildPolicy};
use kobako::engine::similarity::{IndexSlot, LoadOptions, SimilarityIndex, VectorIndex};
use kobako::import::synth::{self, SynthOptions};
use kobako::library::{self, Library, OpenOptions};
use kobako::memory::{self, Accounted as _, Component, Kinds, Report};
use kobako::model::PostId;

const MB: u64 = 1 << 20;

fn row_bytes(report: &Report, name: &str) -> i64 {
    report
        .rows
        .iter()
        .find(|row| row.name == name)
        .map_or(0, |row| row.bytes as i64)
}

fn row_kinds(report: &Report, name: &str) -> Kinds {
    let row = report.rows.iter().find(|row| row.name == name);
    row.map_or(Kinds::default(), |row| row.kinds)
}

fn settle() -> Report {
    memory::purge_all();
    memory::report()
}

/// Runs `plant`, and checks that the row and RSS grew by `bytes` ± 1 %, all of
/// it private and dirty, and came back when it was dropped.
#[track_caller]
fn check<T>(row: &str, bytes: u64, plant: impl FnOnce() -> T) {
    check_kind(row, bytes, |it| it.private_dirty, plant);
}

/// See [`check`]; `kind` picks what the planted bytes are.
#[track_caller]
fn check_kind<T>(row: &str, bytes: u64, kind: impl Fn(Kinds) -> u64, plant: impl FnOnce() -> T) {
    let before = settle();
    let planted = plant();
    let during = settle();
    drop(planted);
    let after = settle();

    let tolerance = (bytes / 100) as i64;
    let grown = row_bytes(&during, row) - row_bytes(&before, row);
    assert!(
        (grown - bytes as i64).abs() <= tolerance,
        "{row}: planted {bytes}, the row grew by {grown}"
    );
    let of_kind = kind(row_kinds(&during, row)) as i64 - kind(row_kinds(&before, row)) as i64;
    assert!(
        (of_kind - grown).abs() <= tolerance,
        "{row}: the row grew by {grown}, of that kind {of_kind}"
    );
    let rss_grown = during.rss_bytes as i64 - before.rss_bytes as i64;
    assert!(
        (rss_grown - grown).abs() <= tolerance.max(MB as i64 / 2),
        "{row}: the row grew by {grown}, RSS by {rss_grown}"
    );
    let left = row_bytes(&after, row) - row_bytes(&before, row);
    assert!(
        left.abs() <= tolerance,
        "{row}: {left} bytes stayed after dropping {bytes}"
    );
    for report in [&before, &during, &after] {
        check_sums(report);
    }
    eprintln!("{row}: planted {bytes}, row {grown:+}, RSS {rss_grown:+}, left {left}");
}

#[track_caller]
fn check_sums(report: &Report) {
    assert_eq!(report.alarms, Vec::<String>::new());
    let rows: u64 = report.rows.iter().map(|row| row.bytes).sum();
    assert_eq!(
        rows as i64 + report.unexplained_bytes,
        report.rss_bytes as i64
    );
    assert!(report.unexplained_bytes >= 0);
    assert!(
        report.unexplained_bytes as u64 * 100 <= report.rss_bytes * 3,
        "unexplained: {} of {}",
        report.unexplained_bytes,
        report.rss_bytes
    );
    for row in &report.rows {
        check_children(row);
    }
    let kinds: Kinds = report.rows.iter().map(|it| it.kinds).sum();
    assert_eq!(report.kinds.total(), report.rss_bytes);
    // What nobody owns is anonymous, and so dirty.
    let unexplained = report.kinds.private_dirty - kinds.private_dirty;
    assert_eq!(unexplained as i64, report.unexplained_bytes);
}

#[track_caller]
fn check_children(row: &memory::Row) {
    let name = &row.name;
    assert_eq!(row.kinds.total(), row.bytes, "kinds of {name}");
    if !row.children.is_empty() {
        let children: u64 = row.children.iter().map(|it| it.bytes).sum();
        assert_eq!(children, row.bytes, "children of {name}");
        let kinds: Kinds = row.children.iter().map(|it| it.kinds).sum();
        assert_eq!(kinds, row.kinds, "kinds of the children of {name}");
    }
    assert!(!row.what.is_empty(), "what is {name}?");
    assert!(
        !row.without.is_empty(),
        "what would be lost without {name}?"
    );
    assert!(!row.formula.is_empty(), "how does {name} come about?");
    for child in &row.children {
        check_children(child);
    }
}

fn bytes_in(component: Component, length: usize) -> Vec<u8> {
    let _scope = memory::scope(component);
    black_box(vec![1u8; length])
}

#[test]
fn rows_follow_what_is_planted() {
    memory::adopt_thread(Component::General);

    for component in [
        Component::General,
        Component::Window,
        Component::Pictures,
        Component::Import,
        Component::Engine,
        Component::TagCache,
        Component::Similarity,
        Component::Accounting,
    ] {
        check(component.name(), 32 * MB, || bytes_in(component, 32 << 20));
    }

    // Many small allocations, dropped on another thread.
    let before = settle();
    let strings: Vec<String> = {
        let _scope = memory::scope(Component::TagCache);
        (0..200_000)
            .map(|_| {
                let mut string = String::with_capacity(48);
                string.push_str("a tag's name");
                string
            })
            .collect()
    };
    let during = settle();
    let grown = row_bytes(&during, "tag cache") - row_bytes(&before, "tag cache");
    // 48 bytes each, a size class of the allocator, and the vector's 24.
    let expected = 200_000 * (48 + 24);
    assert!(
        (grown - expected).abs() <= expected / 20,
        "{grown} for {expected}"
    );
    memory::spawn("dropper", Component::Window, move || {
        drop(strings);
        memory::flush_thread_cache();
    })
    .unwrap()
    .join()
    .unwrap();
    let after = settle();
    let left = row_bytes(&after, "tag cache") - row_bytes(&before, "tag cache");
    assert!(left.abs() < 200_000, "{left} bytes stayed");

    // C: plain malloc, on a thread of no particular kind and on the window's.
    check("native heap", 16 * MB, || Malloced::new(16 << 20));
    let (send, receive) = crossbeam_channel::bounded::<Malloced>(0);
    let (done, finish) = crossbeam_channel::bounded::<()>(0);
    let window = memory::spawn("window", Component::Window, move || {
        memory::adopt_driver_thread();
        while finish.recv().is_ok() {
            send.send(Malloced::new(16 << 20)).unwrap();
        }
    })
    .unwrap();
    check("graphics driver", 16 * MB, || {
        done.send(()).unwrap();
        receive.recv().unwrap()
    });
    drop(done);
    window.join().unwrap();

    // C: the door that SQLite uses, and SQLite itself.
    check("sqlite", 24 * MB, || HeapBlock::new(24 << 20));
    sqlite_is_counted_by_its_own_figures();

    // C++: FAISS, 15,000 vectors of 1024.
    let row = vec![0.5f32; 1024 * 100];
    check("similarity", 15_000 * 1024 * 4, || {
        let mut index = VectorIndex::flat(1024).unwrap();
        for _ in 0..150 {
            index.add(&row).unwrap();
        }
        assert_eq!(index.num_vectors(), 15_000);
        assert_eq!(index.nearest(&row[..1024], 10).unwrap().len(), 10);
        index
    });
    drop(row);

    // A mapped file.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), vec![7u8; 16 << 20]).unwrap();
    let is_file = |it: Kinds| it.private_clean + it.shared;
    check_kind("other files", 16 * MB, is_file, || {
        MappedFile::open(file.path())
    });

    // A thread's stack.
    let (ready, wait) = crossbeam_channel::bounded::<()>(0);
    let (go_on, next) = crossbeam_channel::bounded::<()>(0);
    let thread = memory::spawn("deep", Component::Engine, move || {
        ready.send(()).unwrap();
        next.recv().unwrap();
        touch_stack();
        ready.send(()).unwrap();
        next.recv().unwrap();
    })
    .unwrap();
    wait.recv().unwrap();
    let before = settle();
    go_on.send(()).unwrap();
    wait.recv().unwrap();
    let during = settle();
    let deep = |report: &Report| report.row("deep").map_or(0, |row| row.bytes as i64);
    let grown = deep(&during) - deep(&before);
    let planted = STACK_BYTES as i64;
    assert!(
        (grown - planted).abs() <= planted / 100,
        "a stack of {planted} grew by {grown}"
    );
    let grown = row_bytes(&during, "thread stacks") - row_bytes(&before, "thread stacks");
    assert!(
        (grown - planted).abs() <= planted / 100,
        "thread stacks grew by {grown}"
    );
    check_sums(&during);
    go_on.send(()).unwrap();
    thread.join().unwrap();

    // After the stack: threads of its own leave theirs behind, touched.
    an_index_is_given_back();

    // What nobody owns shows as unexplained, and nowhere else.
    let before = settle();
    let anonymous = MappedFile::anonymous(8 << 20);
    let during = memory::report();
    let grown = during.unexplained_bytes - before.unexplained_bytes;
    assert!(
        (grown - 8 * MB as i64).abs() < 80_000,
        "unexplained grew by {grown}"
    );
    drop(anonymous);
}

/// A library whose pages fill a cache: the row grows by what SQLite says.
fn sqlite_is_counted_by_its_own_figures() {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions {
        cache_bytes: 64 << 20,
        ..OpenOptions::default()
    };
    let library = Library::open(dir.path(), &options).unwrap();
    let synth = SynthOptions {
        posts: 4_000,
        tags: 8_000,
        tags_per_post: 48,
        seed: 1,
    };
    let drafts: Vec<_> = synth::generate(&synth).collect();
    let mut writer = library.writer().unwrap();
    for batch in drafts.chunks(500) {
        writer.write_batch(batch).unwrap();
    }
    drop((writer, drafts));

    let reader = library.reader("test").unwrap();
    library::publish_memory();
    let before = settle();
    let mut num_references = 0;
    reader
        .for_each_post_tag(&mut |_, _| num_references += 1)
        .unwrap();
    assert!(num_references > 150_000);
    library::publish_memory();
    let during = settle();
    let page_cache = |report: &Report| -> i64 {
        let row = report.rows.iter().find(|row| row.name == "sqlite");
        row.into_iter()
            .flat_map(|row| &row.children)
            .filter(|child| child.name.ends_with("page cache"))
            .map(|child| child.bytes as i64)
            .sum()
    };
    let cached = page_cache(&during) - page_cache(&before);
    let grown = row_bytes(&during, "sqlite") - row_bytes(&before, "sqlite");
    let rss_grown = during.rss_bytes as i64 - before.rss_bytes as i64;
    assert!(cached > MB as i64, "only {cached} bytes of pages");
    assert!(
        (grown - cached).abs() <= cached / 50,
        "SQLite says {cached}, its row grew by {grown}"
    );
    assert!(
        (rss_grown - grown).abs() <= MB as i64 / 2,
        "the row grew by {grown}, RSS by {rss_grown}"
    );
    check_sums(&during);

    let given_back = library::shrink_memory() as i64;
    let after = settle();
    let left = row_bytes(&after, "sqlite") - row_bytes(&before, "sqlite");
    assert!(left <= cached / 50, "{left} bytes stayed of {cached}");
    assert!(
        given_back >= cached - cached / 50,
        "{given_back} of {cached}"
    );
    eprintln!("sqlite: pages {cached:+}, row {grown:+}, RSS {rss_grown:+}, left {left}");
}

/// An index of 8,000 embeddings, loaded, asked and unloaded again and again.
fn an_index_is_given_back() {
    const DIMENSIONS: usize = 1024;
    let dir = tempfile::tempdir().unwrap();
    let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
    let mut store = library.similarity("test").unwrap();
    let model = store.model("m", "M", DIMENSIONS as u32).unwrap();
    let vector = |post: u32| -> Vec<f32> {
        (0..DIMENSIONS as u32)
            .map(|it| ((it + post % 80) as f32 * 0.1).sin() + (it * post % 97) as f32 / 97.0)
            .collect()
    };
    for first in (0..8000).step_by(1000) {
        let rows: Vec<_> = (first..first + 1000).map(|it| (it, vector(it))).collect();
        let rows: Vec<_> = rows.iter().map(|it| (PostId(it.0), &*it.1)).collect();
        store.put(model, &rows).unwrap();
    }
    let policy = BuildPolicy::default();
    let need = index::build_need(&store, model, &policy).unwrap() as i64;
    let resting = row_bytes(&settle(), "similarity");
    let is_done = std::sync::atomic::AtomicBool::new(false);
    let peak = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut peak = 0;
            while !is_done.load(std::sync::atomic::Ordering::Relaxed) {
                peak = peak.max(row_bytes(&memory::report(), "similarity"));
            }
            peak
        });
        let built = index::build(
            dir.path(),
            &store,
            model,
            &policy,
            &|| false,
            &mut |_, _| {},
        );
        is_done.store(true, std::sync::atomic::Ordering::Relaxed);
        built.unwrap();
        watch.join().unwrap() - resting
    });
    eprintln!("building the index: {need} predicted, {peak} at most");
    assert!(
        peak <= need && peak >= need / 3,
        "{need} predicted, {peak} taken"
    );
    let options = LoadOptions::default();
    let need = index::load_need(dir.path(), &store, model, &options);
    let need = need.unwrap().unwrap();
    let query = vector(17);
    let mut slot = IndexSlot::default();
    for _ in 0..3 {
        let before = settle();
        let loaded = SimilarityIndex::load(dir.path(), &store, model, &LoadOptions::default());
        let report = slot.put_loaded(loaded).unwrap().unwrap();
        assert_eq!(report.num_vectors, 8000);
        let index = slot.get_mut().unwrap();
        for one_of in [1, 3, 2000] {
            let some = |it: PostId| it.0.is_multiple_of(one_of);
            assert!(index.nearest(&store, &query, 10, &some).unwrap().len() >= 4);
        }
        let bytes = index.bytes();
        memory::publish(Component::Similarity, "index", slot.leaves());
        let during = settle();
        assert_eq!(slot.unload(), bytes);
        memory::publish(Component::Similarity, "index", slot.leaves());
        let after = memory::report();
        let grown = row_bytes(&during, "similarity") - row_bytes(&before, "similarity");
        // 128 bytes a vector, 8 of ids, and what it learned.
        assert!(bytes > 8000 * 136, "{bytes}");
        assert!(
            (grown - bytes as i64).abs() <= 256 << 10,
            "{bytes} held, the row grew by {grown}"
        );
        assert!(
            grown <= need.bytes as i64 && grown >= need.bytes as i64 / 3,
            "{need:?} predicted, the row grew by {grown}"
        );
        let left = row_bytes(&after, "similarity") - row_bytes(&before, "similarity");
        assert!(left <= 256 << 10, "{left} bytes stayed");
        for report in [&during, &after] {
            check_sums(report);
        }
        eprintln!("similarity index: {bytes} held, row {grown:+}, left {left}");
    }
}

const STACK_BYTES: usize = 1 << 20;

#[inline(never)]
fn touch_stack() {
    let mut bytes = [0u8; STACK_BYTES];
    bytes.fill(1);
    black_box(&bytes);
}

/// What C code would have allocated.
struct Malloced(*mut std::ffi::c_void);

// SAFETY: a block may be freed on any thread.
unsafe impl Send for Malloced {}

impl Malloced {
    fn new(length: usize) -> Self {
        // SAFETY: the block is that long.
        unsafe {
            let block = libc::malloc(black_box(length));
            assert!(!block.is_null());
            std::ptr::write_bytes(block.cast::<u8>(), 5, length);
            // Or the compiler sees that nobody reads it, and leaves it out.
            Self(black_box(block))
        }
    }
}

impl Drop for Malloced {
    fn drop(&mut self) {
        // SAFETY: it came from `malloc` and is freed once.
        unsafe { libc::free(self.0) };
    }
}

struct HeapBlock(*mut std::ffi::c_void);

impl HeapBlock {
    fn new(length: usize) -> Self {
        let block = memory::heap::alloc(Component::Sqlite, length);
        assert!(!block.is_null());
        // SAFETY: the block is that long.
        unsafe { std::ptr::write_bytes(block.cast::<u8>(), 3, length) };
        Self(block)
    }
}

impl Drop for HeapBlock {
    fn drop(&mut self) {
        // SAFETY: it came from `alloc` and is freed once.
        unsafe { memory::heap::free(self.0) };
    }
}

struct MappedFile {
    address: *mut std::ffi::c_void,
    length: usize,
}

impl MappedFile {
    fn open(path: &std::path::Path) -> Self {
        use std::os::fd::AsRawFd as _;
        let file = std::fs::File::open(path).unwrap();
        let length = file.metadata().unwrap().len() as usize;
        Self::map(file.as_raw_fd(), length, libc::MAP_PRIVATE, libc::PROT_READ)
    }

    fn anonymous(length: usize) -> Self {
        let mapping = Self::map(
            -1,
            length,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            libc::PROT_READ | libc::PROT_WRITE,
        );
        // SAFETY: the mapping is that long and writable.
        unsafe { std::ptr::write_bytes(mapping.address.cast::<u8>(), 1, length) };
        mapping
    }

    fn map(file: i32, length: usize, flags: i32, protection: i32) -> Self {
        // SAFETY: a new mapping at an address of the kernel's choice.
        let address =
            unsafe { libc::mmap(std::ptr::null_mut(), length, protection, flags, file, 0) };
        assert_ne!(address, libc::MAP_FAILED);
        for offset in (0..length).step_by(4096) {
            // SAFETY: inside the mapping.
            black_box(unsafe { address.cast::<u8>().add(offset).read_volatile() });
        }
        Self { address, length }
    }
}

impl Drop for MappedFile {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and unmapped once.
        unsafe { libc::munmap(self.address, self.length) };
    }
}
