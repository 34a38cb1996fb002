//! A handful of views as pictures, drawn by the processor alone.
//!
//! `UPDATE_SNAPSHOTS=1 scripts/test --test it snapshots` makes them anew; what then
//! differs is looked at by a person before it is kept. All else is tested by names.

use std::path::Path;

use eframe::egui::{Key, Modifiers, Theme};
use egui_kittest::Harness;
use image::RgbaImage;
use kobako::app::WindowOptions;
use kobako::message::WindowSettings;

use super::Bench;
use crate::rasterizer::Rasterizer;

/// Of the screen, pixels.
const WIDTH: f32 = 960.0;
const HEIGHT: f32 = 640.0;

/// How far a channel may be off, 0 to 255, where machines round or shape text differently.
const MOST_OFF: u8 = 24;

struct View {
    bench: Bench,
    rasterizer: Rasterizer,
}

impl View {
    fn new(num_posts: u32, theme: &str, scale: f32) -> Self {
        let options = WindowOptions {
            settings: WindowSettings {
                theme: theme.to_owned(),
                ..WindowSettings::default()
            },
            ..WindowOptions::default()
        };
        let rasterizer = Rasterizer::default();
        let window = Harness::builder()
            .with_size([WIDTH / scale, HEIGHT / scale])
            .with_pixels_per_point(scale)
            .with_theme(if theme == "light" {
                Theme::Light
            } else {
                Theme::Dark
            })
            .renderer(rasterizer.clone());
        Self {
            bench: Bench::built(window, num_posts, options),
            rasterizer,
        }
    }

    /// Compares what the window shows now with what was kept.
    fn compare(mut self, name: &str) {
        // The pointer where nothing is below it.
        self.bench.window.remove_cursor();
        self.bench.settle();
        let window = &self.bench.window;
        let now = self.rasterizer.draw(&window.ctx, window.output());
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
        let kept_at = folder.join(format!("{name}.png"));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            now.save(&kept_at).unwrap();
            return;
        }
        let kept = image::open(&kept_at).unwrap().to_rgba8();
        let num_off = num_off(&kept, &now);
        if num_off > 0 {
            let now_at = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
            now.save(&now_at).unwrap();
            panic!(
                "{num_off} pixels are not as in {}: {}",
                kept_at.display(),
                now_at.display()
            );
        }
    }
}

/// Pixels that a person would see to differ.
fn num_off(a: &RgbaImage, b: &RgbaImage) -> usize {
    assert_eq!(a.dimensions(), b.dimensions());
    let is_off = |(a, b): &(&image::Rgba<u8>, &image::Rgba<u8>)| {
        let mut channels = a.0.iter().zip(b.0);
        channels.any(|(a, b)| a.abs_diff(b) > MOST_OFF)
    };
    a.pixels().zip(b.pixels()).filter(is_off).count()
}

#[test]
fn results_with_one_selected() {
    let mut view = View::new(60, "dark", 1.0);
    view.bench.click("picture 3.png");
    view.compare("results_dark");
}

#[test]
fn results_at_twice_the_scale() {
    let mut view = View::new(60, "light", 2.0);
    view.bench.click("picture 2.png");
    view.compare("results_light_200");
}

#[test]
fn an_open_post() {
    let mut view = View::new(60, "light", 1.0);
    view.bench.open("picture 3.png");
    // What is known of it has dates, which are of the place where it is shown.
    view.bench.press(Key::I);
    view.compare("post_light");
}

#[test]
fn the_memory_panel() {
    let mut view = View::new(60, "dark", 1.0);
    view.bench.press(Key::F12);
    view.compare("memory_dark");
}

#[test]
fn settings_in_high_contrast() {
    let mut view = View::new(60, "high_contrast", 1.0);
    view.bench.press_with(Modifiers::COMMAND, Key::Comma);
    view.compare("settings_contrast");
}

#[test]
fn an_empty_library() {
    View::new(0, "light", 1.0).compare("empty_light");
}
