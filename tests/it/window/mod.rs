//! The window by accessible names, against an engine that makes things up.
//! Every step also proves that the window goes idle.

mod browse;
mod budget;
mod duplicates;
mod grid;
mod help;
mod memory;
mod names;
mod options;
mod palette;
mod panels;
mod places;
mod saved;
mod search;
mod similar;
mod snapshots;
mod sort;
mod tagging;
mod typing;
mod viewer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{DroppedFile, Event as Input, Key, Modifiers, ViewportId};
use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, HarnessBuilder};
use kobako::app::{KobakoApp, WindowOptions};
use kobako::message::{Event, LibrarySummary, Request, channel};

use crate::fake_engine::FakeEngine;

/// Frames after which a window that is not idle never will be.
const MAX_FRAMES: u64 = 40;

struct Bench {
    window: Harness<'static, KobakoApp>,
    engine: FakeEngine,
}

impl Bench {
    fn with_posts(num_posts: u32) -> Self {
        Self::with(num_posts, WindowOptions::default())
    }

    fn with(num_posts: u32, options: WindowOptions) -> Self {
        let window = Harness::builder().with_size([1200.0, 800.0]);
        Self::built(window, num_posts, options)
    }

    fn built(window: HarnessBuilder<KobakoApp>, num_posts: u32, options: WindowOptions) -> Self {
        let (window_side, engine_side) = channel();
        let mut engine = FakeEngine::new(engine_side, num_posts);
        let summary = engine.summary();
        engine.tell(Event::Ready(summary));
        let window = window
            .with_max_steps(MAX_FRAMES)
            .build_eframe(|creation| KobakoApp::new(&creation.egui_ctx, window_side, options));
        let mut bench = Self { window, engine };
        bench.settle();
        bench
    }

    /// Until nobody has anything to say, and no frame is asked for, ever.
    fn settle(&mut self) {
        // Tooltips, the undo of text fields and what is asked only once it rests
        // wait for a moment.
        for _ in 0..MAX_FRAMES {
            loop {
                self.window.run();
                if !self.engine.pump() {
                    break;
                }
            }
            let output = &self.window.output().viewport_output[&ViewportId::ROOT];
            if output.repaint_delay == Duration::MAX {
                return;
            }
            self.window.step();
        }
        panic!(
            "the window is not idle: {:?}",
            self.window.ctx.repaint_causes()
        );
    }

    /// Changes of the library are followed at most once a second.
    fn change(&mut self, summary: LibrarySummary) {
        std::thread::sleep(Duration::from_millis(1100));
        self.engine.tell(Event::LibraryChanged(summary));
        self.settle();
    }

    fn press(&mut self, key: Key) {
        self.press_with(Modifiers::NONE, key);
    }

    fn press_with(&mut self, modifiers: Modifiers, key: Key) {
        self.window.key_press_modifiers(modifiers, key);
        self.settle();
    }

    fn click(&mut self, name: &str) {
        self.window.get_by_label(name).click();
        self.settle();
    }

    /// Opens a post of a grid: a click selects it, Enter opens it.
    fn open(&mut self, name: &str) {
        self.click(name);
        self.press(Key::Enter);
    }

    /// Drops files on the window.
    fn drop_files(&mut self, paths: &[&str]) {
        for path in paths {
            let file = Dropped(PathBuf::from(path));
            self.window.input_mut().dropped_files.push(Arc::new(file));
        }
        self.settle();
    }

    fn type_text(&mut self, text: &str) {
        self.window.event(Input::Text(text.to_owned()));
        self.settle();
    }

    /// Ctrl+F, what stands there replaced by `query`, Enter.
    fn search(&mut self, query: &str) {
        self.press_with(Modifiers::COMMAND, Key::F);
        self.press_with(Modifiers::COMMAND, Key::A);
        self.type_text(query);
        self.press(Key::Enter);
    }

    fn has(&self, name: &str) -> bool {
        self.window.query_by_label(name).is_some()
    }

    fn has_part(&self, part: &str) -> bool {
        self.window
            .query_all_by_label_contains(part)
            .next()
            .is_some()
    }

    fn searches(&self) -> Vec<&str> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::Search { query, .. } => Some(query.as_str()),
                _ => None,
            })
            .collect()
    }

    fn search_text(&self) -> String {
        self.window
            .get_by_label("Search")
            .value()
            .unwrap_or_default()
    }
}

/// A file that was dropped; nobody reads it.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("nothing is there".to_owned())
    }
}
