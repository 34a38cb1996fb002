//! Processor time of a frame while a million results are gone through, without the
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

use std::time::Duration;

use eframe::egui::{
    Event as Input, Key, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton, TexturesDelta,
    TouchPhase,
};
use egui_kittest::{Harness, TestRenderer};
use kobako::app::{KobakoApp, WindowOptions};
use kobako::message::{Event, WindowSettings, channel};

use fake_engine::FakeEngine;

const NUM_POSTS: u32 = 1_000_000;
const NUM_FRAMES: usize = 1_000;

/// How the results are gone through.
#[derive(Clone, Copy)]
enum Way {
    /// Slow and fast stretches, as a hand on the wheel makes them.
    Wheel,
    /// The handle of the scroll bar, up and down.
    Bar,
    /// Page down, held.
    Pages,
    /// By arrows with Shift, after all was selected.
    Extend,
}

/// Lets textures go, as a driver that took them would; the harness keeps all else.
struct Forgetful;

impl TestRenderer for Forgetful {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        delta.clear();
    }
}

fn main() {
    println!("{NUM_POSTS} results, {NUM_FRAMES} frames each at 1920 × 1080");
    for (name, size, way) in [
        ("wheel, 168 points", 168, Way::Wheel),
        ("wheel, 64 points", 64, Way::Wheel),
        ("wheel, 512 points", 512, Way::Wheel),
        ("bar dragged, 168 points", 168, Way::Bar),
        ("bar dragged, 64 points", 64, Way::Bar),
        ("page down held, 168 points", 168, Way::Pages),
        ("selection extended, 168 points", 168, Way::Extend),
    ] {
        let mut frames = run(size, way);
        frames.sort_unstable();
        let at = |share: f64| millis(frames[((NUM_FRAMES - 1) as f64 * share) as usize]);
        println!(
            "{name}: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}

fn run(thumbnail_size: u32, way: Way) -> Vec<Duration> {
    let (window_side, engine_side) = channel();
    let mut engine = FakeEngine::new(engine_side, NUM_POSTS);
    let summary = engine.summary();
    engine.tell(Event::Ready(summary));
    let options = WindowOptions {
        settings: WindowSettings {
            thumbnail_size: u64::from(thumbnail_size),
            ..WindowSettings::default()
        },
        ..WindowOptions::default()
    };
    let mut window = Harness::builder()
        .with_size([1920.0, 1080.0])
        .with_max_steps(100)
        .with_step_dt(1.0 / 60.0)
        .renderer(Forgetful)
        .build_eframe(|creation| KobakoApp::new(&creation.egui_ctx, window_side, options));
    settle(&mut window, &mut engine);
    window.hover_at([900.0, 500.0].into());
    window.step();
    if let Way::Extend = way {
        window.key_press(Key::End);
        settle(&mut window, &mut engine);
        window.key_press_modifiers(Modifiers::SHIFT, Key::Home);
        settle(&mut window, &mut engine);
    }

    let mut frames = Vec::with_capacity(NUM_FRAMES);
    for frame in 0..NUM_FRAMES {
        act(&mut window, way, frame);
        let start = clock();
        window.step();
        let output = window.output();
        let shapes = output.shapes.clone();
        let pixels_per_point = output.pixels_per_point;
        std::hint::black_box(window.ctx.tessellate(shapes, pixels_per_point));
        frames.push(clock().saturating_sub(start));
        engine.pump();
    }
    frames
}

fn settle(window: &mut Harness<'_, KobakoApp>, engine: &mut FakeEngine) {
    loop {
        window.run_ok();
        if !engine.pump() {
            break;
        }
    }
}

/// Input for the next frame.
fn act(window: &mut Harness<'_, KobakoApp>, way: Way, frame: usize) {
    let events = &mut window.input_mut().events;
    let key = |key: Key, modifiers: Modifiers| Input::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: true,
        modifiers,
    };
    match way {
        Way::Wheel => {
            let points = if (frame / 200).is_multiple_of(2) {
                40.0
            } else {
                900.0
            };
            events.push(Input::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: [0.0, -points].into(),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
        }
        Way::Bar => {
            let part = (frame % 400) as f32 / 400.0;
            let pos = [1911.0, 60.0 + 900.0 * (1.0 - (part * 2.0 - 1.0).abs())].into();
            events.push(Input::PointerMoved(pos));
            if frame == 0 {
                events.push(Input::PointerButton {
                    pos,
                    button: PointerButton::Primary,
                    pressed: true,
                    modifiers: Modifiers::NONE,
                });
            }
        }
        Way::Pages => events.push(key(Key::PageDown, Modifiers::NONE)),
        Way::Extend => events.push(key(Key::ArrowDown, Modifiers::SHIFT)),
    }
}

/// What this thread has had of a processor, so that other programs do not count.
#[allow(unsafe_code)]
fn clock() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the kernel writes one time, where there is room for one.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec.cast_unsigned(), time.tv_nsec as u32)
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
