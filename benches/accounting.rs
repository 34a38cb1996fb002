//! What accounting costs the work that it accounts for: searches, decoding of
//! pictures and thumbnails, scrolling, with and without it.
//!
//! `cargo bench --bench accounting`. It starts itself again and again, by turns
//! with `KOBAKO_ACCOUNTING=off` and without, so that what else the machine does
//! meets both alike; compared is the processor time of the work, at its least.
//! `KOBAKO_BENCH_TURNS` chooses how many turns.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "its result is what it prints"
)]

mod common;
#[path = "../tests/it/fake_engine.rs"]
#[allow(dead_code, clippy::expect_used, reason = "shared with the tests")]
mod fake_engine;
#[path = "../tests/it/fake_memory.rs"]
#[allow(dead_code)]
mod fake_memory;
#[path = "../tests/it/fake_places.rs"]
#[allow(dead_code, clippy::expect_used, reason = "shared with the tests")]
mod fake_places;
#[path = "../tests/it/fake_posts.rs"]
#[allow(dead_code)]
mod fake_posts;
#[path = "../tests/it/fake_similar.rs"]
#[allow(dead_code)]
mod fake_similar;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use eframe::egui::{Event as Input, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase};
use egui_kittest::Harness;
use kobako::app::{KobakoApp, WindowOptions};
use kobako::engine::search::{complete, search};
use kobako::engine::tag_cache::{CacheSource, MemorySource, TagCache};
use kobako::import::synth::{SynthOptions, generate};
use kobako::memory::{self, Component, Pace, Permits};
use kobako::message::{Event, channel};
use kobako::picture;

/// Which of the two a process is.
const ROLE: &str = "KOBAKO_BENCH_ROLE";
const SWITCH: &str = "KOBAKO_ACCOUNTING";
const NUM_TURNS: usize = 7;
/// In one process; the least of them counts.
const NUM_ROUNDS: usize = 12;

fn main() {
    if std::env::var_os(ROLE).is_some() {
        return work();
    }
    let num_turns = std::env::var("KOBAKO_BENCH_TURNS").ok();
    let num_turns = num_turns
        .and_then(|it| it.parse().ok())
        .unwrap_or(NUM_TURNS);
    // By kind of work: the least without accounting and with it, microseconds.
    let mut least: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for _ in 0..num_turns {
        for (at, switch) in ["off", "on"].into_iter().enumerate() {
            for (name, micros) in run(switch) {
                let of_work = least.entry(name).or_insert([f64::INFINITY; 2]);
                of_work[at] = of_work[at].min(micros);
            }
        }
    }
    println!("{:<24} {:>12} {:>12} {:>8}", "", "without", "with", "ratio");
    for (name, [without, with]) in least {
        let ratio = with / without;
        println!("{name:<24} {without:>9.0} µs {with:>9.0} µs {ratio:>8.3}");
    }
}

/// Runs all work in a process of its own.
fn run(switch: &str) -> Vec<(String, f64)> {
    let program = std::env::current_exe().expect("a program has a path");
    let output = Command::new(program)
        .env(ROLE, "work")
        .env(SWITCH, switch)
        .output()
        .expect("it can start itself");
    let text = String::from_utf8_lossy(&output.stdout);
    let lines = text.lines().filter_map(|line| {
        let (name, micros) = line.split_once('\t')?;
        Some((name.to_owned(), micros.parse().ok()?))
    });
    lines.collect()
}

fn work() {
    let is_off = std::env::var_os(SWITCH).is_some_and(|it| it == "off");
    let has_alarm = !memory::report().alarms.is_empty();
    assert_eq!(is_off, has_alarm, "the switch is not heeded");
    on_thread("engine", Component::Engine, searches);
    on_thread("decoder", Component::Import, pictures);
    on_thread("window", Component::Window, scrolling);
}

/// At home in the component that such work has in the program.
fn on_thread(name: &str, home: Component, work: impl FnOnce() + Send + 'static) {
    let thread = memory::spawn(name, home, work).expect("a thread can be started");
    assert!(thread.join().is_ok(), "{name} failed");
}

/// Prints the least processor time of many rounds.
fn measure(name: &str, mut round: impl FnMut()) {
    // With all of a processor to itself, work may be done again after its own time.
    let clock = Pace {
        least: Duration::ZERO,
        most_share: 1.0,
    };
    round();
    let rounds = (0..NUM_ROUNDS).map(|_| clock.spend(&mut round).1);
    let least = rounds.min().unwrap_or_default();
    println!("{name}\t{}", least.as_secs_f64() * 1e6);
}

fn searches() {
    let options = SynthOptions {
        posts: 15_000,
        tags: 21_000,
        tags_per_post: 48,
        seed: 1,
    };
    let mut source = MemorySource::default();
    for draft in generate(&options) {
        source.push(&draft);
    }
    let source: &dyn CacheSource = &source;
    let cache = TagCache::build(source).expect("the cache can be built");
    let queries = [
        "1girl",
        "1girl solo long_hair",
        "sky outdoors tree",
        "1girl -solo",
        "~blue_eyes ~red_eyes",
        "*_hair",
        "1girl order:score",
        "width:>1500 1girl",
        "rating:g,s",
        "lnog_hiar",
    ];
    measure("search", || {
        for _ in 0..20 {
            for query in queries {
                let result = search(black_box(query), 1, &cache, &common::NoLibrary, &|| false);
                black_box(result.map(|it| it.total).unwrap_or(0));
            }
        }
    });
    measure("complete", || {
        for _ in 0..20 {
            for word in ["ha", "blue_e", "order:", "lnog_hair", "*hair"] {
                black_box(complete(word, word.len(), 12, &cache));
            }
        }
    });
}

fn pictures() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    let mut files = Vec::new();
    collect(&folder, &mut files);
    files.sort();
    files.truncate(60);
    let permits = Permits::new(192 << 20);
    let mut thumbnails = Vec::new();
    measure("read and hash", || {
        thumbnails.clear();
        for file in &files {
            if let Ok(read) = picture::read(file, &permits, &|| false) {
                thumbnails.push(read.facts.thumbnail);
            }
        }
    });
    assert!(thumbnails.len() >= 50, "{} thumbnails", thumbnails.len());
    measure("decode thumbnails", || {
        for thumbnail in &thumbnails {
            let pixels = picture::decode_thumbnail(thumbnail, &permits, &|| false);
            black_box(pixels.is_ok());
        }
    });
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder)
        .expect("the demo is there")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else if path.extension().is_some_and(|it| it == "webp") {
            into.push(path);
        }
    }
}

fn scrolling() {
    let (window_side, engine_side) = channel();
    let mut engine = fake_engine::FakeEngine::new(engine_side, 100_000);
    let summary = engine.summary();
    engine.tell(Event::Ready(summary));
    let mut window = Harness::builder()
        .with_size([1920.0, 1080.0])
        .with_max_steps(100)
        .with_step_dt(1.0 / 60.0)
        .build_eframe(|creation| {
            KobakoApp::new(&creation.egui_ctx, window_side, WindowOptions::default())
        });
    loop {
        window.run_ok();
        if !engine.pump() {
            break;
        }
    }
    window.hover_at([900.0, 500.0].into());
    window.step();
    measure("scroll 40 frames", || {
        for _ in 0..40 {
            window.input_mut().events.push(Input::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: [0.0, -120.0].into(),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            window.step();
            let output = window.output();
            let shapes = output.shapes.clone();
            let pixels_per_point = output.pixels_per_point;
            black_box(window.ctx.tessellate(shapes, pixels_per_point));
            engine.pump();
        }
    });
}
