//! Processor time of a frame while scrolling a million results, without the
//! graphics driver: layout, painting and tessellation, with thumbnails coming in.
//!
//! `cargo bench --bench window_scroll`. Percentiles and not means, since one
//! slow frame in a hundred is what people see.

#![allow(clippy::print_stdout, reason = "its result is what it prints")]

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

use std::time::{Duration, Instant};

use eframe::egui::{Event as Input, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase};
use egui_kittest::Harness;
use kobako::app::{KobakoApp, WindowOptions};
use kobako::message::{Event, channel};

const NUM_POSTS: u32 = 1_000_000;
const NUM_FRAMES: usize = 2_000;

fn main() {
    let (window_side, engine_side) = channel();
    let mut engine = fake_engine::FakeEngine::new(engine_side, NUM_POSTS);
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

    let mut frames = Vec::with_capacity(NUM_FRAMES);
    for frame in 0..NUM_FRAMES {
        // Slow and fast stretches, as a hand on the wheel makes them.
        let points = if frame / 200 % 2 == 0 { 40.0 } else { 900.0 };
        window.input_mut().events.push(Input::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: [0.0, -points].into(),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        let start = Instant::now();
        window.step();
        let output = window.output();
        let shapes = output.shapes.clone();
        let pixels_per_point = output.pixels_per_point;
        std::hint::black_box(window.ctx.tessellate(shapes, pixels_per_point));
        frames.push(start.elapsed());
        engine.pump();
    }
    frames.sort_unstable();
    let at = |share: f64| millis(frames[((NUM_FRAMES - 1) as f64 * share) as usize]);
    println!(
        "{NUM_POSTS} results, {NUM_FRAMES} frames at 1920 × 1080: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
