//! What is recorded of memory, against the kernel as another process sees it:
//! sums and ranges, samples, leaks that are planted, huge pages.
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

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use kobako::memory::{self, Band, Component, Recorder, Report, Sample, smaps};

const KB: u64 = 1 << 10;
const MB: u64 = 1 << 20;

#[test]
fn what_is_recorded_is_what_the_kernel_counts() {
    memory::adopt_thread(Component::General);
    if let Ok(mode) = std::env::var("KOBAKO_TEST_HUGE_PAGES") {
        return huge_pages(&mode);
    }
    rows_are_what_another_process_sees();
    samples_are_what_walks_are();
    recording_does_not_grow();
    leaks_are_named_by_their_row();
    for mode in ["off", "on"] {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "what_is_recorded_is_what_the_kernel_counts"])
            .arg("--nocapture")
            .env("KOBAKO_TEST_HUGE_PAGES", mode)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stderr).into_owned();
        assert!(child.status.success(), "huge pages {mode}: {said}");
        eprint!("{said}");
    }
}

/// Resident bytes: of the whole process, and in the ranges of each row.
fn seen_from_outside(report: &Report) -> (u64, BTreeMap<String, u64>) {
    // The child writes a file: what it writes is no memory of ours.
    let file = tempfile::NamedTempFile::new().unwrap();
    let script = format!(
        "cat /proc/{}/smaps > {}",
        std::process::id(),
        file.path().display()
    );
    let status = Command::new("sh").args(["-c", &script]).status().unwrap();
    assert!(status.success());
    let mappings = smaps::parse(&std::fs::read(file.path()).unwrap());
    let in_rows = rows_with_ranges(report).into_iter().map(|row| {
        let is_inside = |it: &&smaps::Mapping| {
            row.ranges
                .iter()
                .any(|range| it.range.start < range.end && range.start < it.range.end)
        };
        let bytes = mappings.iter().filter(is_inside).map(|it| it.rss).sum();
        (row.name.clone(), bytes)
    });
    let in_rows = in_rows.collect();
    (mappings.iter().map(|it| it.rss).sum(), in_rows)
}

fn rows_with_ranges(report: &Report) -> Vec<&memory::Row> {
    let children = report.rows.iter().flat_map(|row| &row.children);
    report
        .rows
        .iter()
        .chain(children)
        .filter(|row| !row.ranges.is_empty())
        .collect()
}

fn rows_are_what_another_process_sees() {
    let planted: Vec<Vec<u8>> = [Component::TagCache, Component::Engine, Component::Import]
        .into_iter()
        .map(|component| {
            let _scope = memory::scope(component);
            black_box(vec![1u8; 12 << 20])
        })
        .collect();
    // Whatever is set up the first time is there by then.
    for _ in 0..3 {
        seen_from_outside(&memory::report());
    }
    let report = memory::report();
    let (rss, in_rows) = seen_from_outside(&report);
    let after = memory::report();
    // Between the two reports lies the other process's look.
    let is_between = |seen: u64, a: u64, b: u64, slack: u64| {
        seen + slack >= a.min(b) && seen <= a.max(b) + slack
    };
    assert!(
        is_between(rss, report.rss_bytes, after.rss_bytes, 256 * KB),
        "from outside {rss}, from inside {} and {}",
        report.rss_bytes,
        after.rss_bytes
    );
    assert!(in_rows.len() >= 5, "{in_rows:?}");
    for (name, seen) in &in_rows {
        // Files that are mapped for a component are not in its ranges.
        let inside = |report: &Report| {
            report.row(name).map_or(0, |row| {
                let mapped = row.children.iter().filter(|it| it.is_reclaimable);
                row.bytes - mapped.map(|it| it.bytes).sum::<u64>()
            })
        };
        let (before, after) = (inside(&report), inside(&after));
        let slack = match name.as_str() {
            // The report itself.
            "memory accounting" => 256 * KB,
            _ => 64 * KB,
        };
        assert!(
            is_between(*seen, before, after, slack),
            "{name}: from outside {seen}, from inside {before} and {after}"
        );
    }
    assert!(in_rows["tag cache"] >= 12 * MB && in_rows["engine"] >= 12 * MB);
    eprintln!("seen from outside {rss}, from inside {}", report.rss_bytes);
    drop(planted);
}

fn bytes_of(sample: &Sample, band: Band) -> u64 {
    u64::from(sample.bands_kb[band.index()]) << 10
}

fn samples_are_what_walks_are() {
    memory::purge_all();
    let planted = {
        let _scope = memory::scope(Component::TagCache);
        black_box(vec![1u8; 24 << 20])
    };
    let mut recorder = Recorder::new();
    let (_, _) = recorder.walk();
    let sample = recorder.sample();
    let (report, walked) = recorder.walk();
    let sum: u32 = sample.bands_kb.iter().sum();
    assert_eq!(sum, sample.rss_kb);
    assert_eq!(u64::from(walked.rss_kb), report.rss_bytes >> 10);
    for band in Band::all() {
        let (cheap, full) = (bytes_of(&sample, band), bytes_of(&walked, band));
        assert!(
            cheap.abs_diff(full) <= (full / 100).max(512 * KB),
            "{}: {cheap} by a sample, {full} by a walk",
            band.name()
        );
    }
    let tags = bytes_of(&sample, Band::Arena(Component::TagCache));
    assert!(tags.abs_diff(24 * MB) <= 24 * MB / 100 + 512 * KB, "{tags}");
    drop(planted);
}

/// Hours of watching: what the accounting takes stays what it is, below 1 MB.
fn recording_does_not_grow() {
    let mut recorder = Recorder::new();
    let mut record = |times: u32| {
        for number in 0..times {
            memory::mark("something was loaded", None);
            if number % 6 == 0 {
                recorder.walk();
            } else {
                recorder.sample();
            }
        }
        let news = recorder.history().clone();
        memory::purge_all();
        let report = memory::report();
        drop(news);
        report.row("memory accounting").unwrap().bytes
    };
    let full = record(1300);
    let later = record(600);
    assert!(full <= MB, "accounting takes {full} bytes");
    assert!(later <= full + 32 * KB, "{full} grew to {later} bytes");
    let history = recorder.history();
    assert_eq!(history.recent.len(), 600);
    assert!(history.session.len() <= 600 && history.session.len() >= 300);
    assert_eq!(history.marks.len(), 200);
    assert!(history.audit.shares.len() <= 600);
    assert_eq!(
        history.audit.num_bad, 0,
        "worst {}",
        history.audit.worst_share
    );
    eprintln!("accounting takes {full} bytes, later {later}");
}

/// A minute is a few seconds here.
fn leaks_are_named_by_their_row() {
    const WINDOW: Duration = Duration::from_secs(5);
    const INTERVAL: Duration = Duration::from_millis(50);
    let mut recorder = Recorder::with_leak_window(WINDOW);
    let mut alarms = |leak: &mut dyn FnMut(), until: &dyn Fn(&[String]) -> bool| {
        let start = Instant::now();
        let mut rows = Vec::new();
        while start.elapsed() < WINDOW + WINDOW / 2 && !until(&rows) {
            leak();
            recorder.sample();
            let (report, _) = recorder.walk();
            let findings = report.findings.into_iter().filter(|it| it.is_alarm);
            rows = findings.map(|it| it.row).collect();
            std::thread::sleep(INTERVAL);
        }
        (rows, start.elapsed())
    };

    // What comes and goes, and what is loaded once, is none.
    let mut loaded = Vec::new();
    let mut busy = || {
        let _scope = memory::scope(Component::Engine);
        drop(black_box(vec![1u8; 3 << 20]));
        if loaded.is_empty() {
            loaded = black_box(vec![1u8; 8 << 20]);
        }
    };
    let (rows, _) = alarms(&mut busy, &|rows| !rows.is_empty());
    assert_eq!(rows, Vec::<String>::new());

    // Memory of a component that nobody itemises, and mappings of nobody.
    let mut leaked = Vec::new();
    let mut mapped = Vec::new();
    let mut leak = || {
        {
            let _scope = memory::scope(Component::Engine);
            leaked.push(black_box(vec![1u8; 64 << 10]));
        }
        mapped.push(Anonymous::new(64 << 10));
    };
    let (rows, elapsed) = alarms(&mut leak, &|rows| rows.len() >= 2);
    assert_eq!(rows, ["engine", "unexplained"], "after {elapsed:?}");
    eprintln!("leaks named after {elapsed:?} of a window of {WINDOW:?}");
    let named = |row: &str| {
        let marks = &recorder.history().marks;
        marks.iter().any(|it| it.text.starts_with(row))
    };
    assert!(named("engine") && named("unexplained"));
}

/// Run in a process of its own, where they are allowed or not.
fn huge_pages(mode: &str) {
    const HUGE: usize = 2 << 20;
    const NUM: usize = 16;
    if mode == "on" {
        // SAFETY: changes a flag of this process only.
        unsafe { libc::prctl(libc::PR_SET_THP_DISABLE, 0, 0, 0, 0) };
    }
    let mut recorder = Recorder::new();
    recorder.walk();
    let (before, _) = recorder.walk();

    // A byte of every 2 MB of an arena's block and of a mapping of nobody.
    let mut block: Vec<u8> = {
        let _scope = memory::scope(Component::Similarity);
        Vec::with_capacity((NUM + 1) * HUGE)
    };
    let mapping = Anonymous::reserve((NUM + 1) * HUGE);
    for start in [block.as_mut_ptr(), mapping.address.cast()] {
        let aligned = start.align_offset(HUGE);
        for number in 0..NUM {
            // SAFETY: inside the block or the mapping, which have a huge page to
            // spare; nothing else uses them.
            unsafe {
                let page = start.add(aligned + number * HUGE);
                libc::madvise(page.cast(), HUGE, libc::MADV_HUGEPAGE);
                page.write_volatile(1);
            }
        }
    }
    let sample = recorder.sample();
    let (report, _) = recorder.walk();
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let huge_kb: u64 = rollup
        .lines()
        .find_map(|line| line.strip_prefix("AnonHugePages:"))
        .and_then(|it| it.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    let expected = match (mode, huge_kb) {
        ("off", _) => {
            assert_eq!(huge_kb, 0, "huge pages though they are switched off");
            (NUM << 12) as u64
        }
        (_, 0) => {
            eprintln!("skipped: this machine gives no huge pages");
            return;
        }
        _ => (huge_kb << 10) / 2,
    };
    let bytes = |report: &Report| report.row("similarity").map_or(0, |it| it.bytes);
    let grown = bytes(&report) - bytes(&before);
    let cheap = bytes_of(&sample, Band::Arena(Component::Similarity)) - bytes(&before);
    let unexplained = (report.unexplained_bytes - before.unexplained_bytes) as u64;
    for (name, grown) in [
        ("the row", grown),
        ("the sample", cheap),
        ("unexplained", unexplained),
    ] {
        assert!(
            grown.abs_diff(expected) <= expected / 100 + 64 * KB,
            "huge pages {mode}: {name} grew by {grown}, not by {expected}"
        );
    }
    assert_eq!(report.alarms, Vec::<String>::new());
    eprintln!("huge pages {mode}: {huge_kb} KB of them, the row grew by {grown}");
    drop((block, mapping));
}

/// Memory that nobody accounts for.
struct Anonymous {
    address: *mut std::ffi::c_void,
    length: usize,
}

impl Anonymous {
    fn reserve(length: usize) -> Self {
        // SAFETY: a new mapping at an address of the kernel's choice.
        let address = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                length,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(address, libc::MAP_FAILED);
        Self { address, length }
    }

    fn new(length: usize) -> Self {
        let mapping = Self::reserve(length);
        // SAFETY: the mapping is that long and writable.
        unsafe { std::ptr::write_bytes(mapping.address.cast::<u8>(), 1, length) };
        mapping
    }
}

impl Drop for Anonymous {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours and unmapped once.
        unsafe { libc::munmap(self.address, self.length) };
    }
}
