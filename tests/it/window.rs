//! The window by accessible names, against an engine that makes things up.
//! Every step also proves that the window goes idle.

use std::path::PathBuf;
use std::time::Duration;

use eframe::egui::{Event as Input, Key, Modifiers, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use kobako::app::{KobakoApp, WindowOptions};
use kobako::memory::Action;
use kobako::message::{Event, ImportReport, JobId, LibrarySummary, Notice, Request, channel};

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
        let (window_side, engine_side) = channel();
        let mut engine = FakeEngine::new(engine_side, num_posts);
        let summary = engine.summary();
        engine.tell(Event::Ready(summary));
        let window = Harness::builder()
            .with_size([1200.0, 800.0])
            .with_max_steps(MAX_FRAMES)
            .build_eframe(|creation| KobakoApp::new(&creation.egui_ctx, window_side, options));
        let mut bench = Self { window, engine };
        bench.settle();
        bench
    }

    /// Until nobody has anything to say, and no frame is asked for, ever.
    fn settle(&mut self) {
        loop {
            self.window.run();
            if !self.engine.pump() {
                break;
            }
        }
        // Tooltips and the undo of text fields wait for a moment.
        for _ in 0..MAX_FRAMES {
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

#[test]
fn shows_everything_at_first_and_what_is_searched_then() {
    let mut bench = Bench::with_posts(100);
    assert_eq!(bench.searches(), [""]);
    assert!(bench.has("100 results"));
    assert!(bench.has("100 posts, 1,234 tags"));
    assert!(bench.has("picture 1.png"));

    bench.search("even");
    assert_eq!(bench.searches(), ["", "even"]);
    assert!(bench.has("50 results"));
    assert!(bench.has("in 640 µs"));
    assert!(!bench.has("picture 1.png") && bench.has("picture 2.png"));

    bench.click("Clear search");
    assert_eq!(bench.search_text(), "");
    assert!(bench.has("100 results"));
}

#[test]
fn a_limited_search_says_what_it_leaves_out() {
    let mut bench = Bench::with_posts(100);
    bench.search("limit:3");
    assert!(bench.has("3 of 100 results"));
    assert!(bench.has("picture 3.png") && !bench.has("Result 4"));
    bench.press(Key::End);
    bench.press(Key::Enter);
    assert!(bench.has("3 of 3"));
}

#[test]
fn starts_with_the_query_it_was_given() {
    let options = WindowOptions {
        start_query: Some("even".to_owned()),
        ..WindowOptions::default()
    };
    let bench = Bench::with(10, options);
    assert_eq!(bench.searches(), ["even"]);
    assert_eq!(bench.search_text(), "even");
}

#[test]
fn the_old_result_stays_until_the_new_one_comes() {
    let mut bench = Bench::with_posts(20);
    bench.engine.answers_searches = false;
    bench.search("even");
    assert!(bench.has("picture 1.png"));
    assert!(bench.has("Searching…"));
    // Another query before the answer: only that one is answered on screen.
    bench.search("none");
    bench.engine.answers_searches = true;
    bench.settle();
    assert!(bench.has("No picture matches"));
    assert!(bench.has("0 results"));
}

#[test]
fn completes_by_keyboard() {
    let mut bench = Bench::with_posts(10);
    bench.type_text("/");
    assert!(bench.window.get_by_label("Search").is_focused());
    assert_eq!(bench.search_text(), "", "the key itself is not typed");
    bench.type_text("-eve");
    assert!(bench.has("even, 6,500,123"));
    assert!(bench.has("eve_(artist), 312"));
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(bench.search_text(), "-evening ");
    assert!(!bench.has("even, 6,500,123"), "the list is gone");
    assert_eq!(bench.searches().len(), 1, "nothing was searched yet");

    bench.type_text("even");
    bench.press(Key::Tab);
    assert_eq!(bench.search_text(), "-evening even ");
    assert!(bench.window.get_by_label("Search").is_focused());

    bench.type_text("eva");
    assert!(bench.has_part("evangelion_(series)"));
    bench.press(Key::Escape);
    assert!(!bench.has_part("evangelion_(series)"));
    assert!(bench.window.get_by_label("Search").is_focused());
    bench.press(Key::Enter);
    assert_eq!(bench.searches().last(), Some(&"-evening even eva"));
}

#[test]
fn completes_by_click_and_goes_on_to_values() {
    let mut bench = Bench::with_posts(10);
    bench.type_text("/");
    bench.type_text("rat");
    bench.click("rating:");
    assert_eq!(bench.search_text(), "rating:");
    assert!(bench.window.get_by_label("Search").is_focused());
    let last = bench.engine.asked.iter().rev().find_map(|it| match it {
        Request::Complete { text, cursor, .. } => Some((text.as_str(), *cursor)),
        _ => None,
    });
    assert_eq!(last, Some(("rating:", 7)));
}

#[test]
fn an_error_names_its_column_and_offers_a_way_out() {
    let mut bench = Bench::with_posts(10);
    bench.search("even (");
    assert!(bench.has("this parenthesis is never closed (column 6)"));
    assert!(bench.has("10 results"), "the old result stays");
    bench.click("even");
    assert_eq!(bench.search_text(), "even");
    assert!(bench.has("5 results"));
    assert!(!bench.has_part("parenthesis"));
}

#[test]
fn an_unknown_tag_offers_the_nearest_and_the_words_as_text() {
    let mut bench = Bench::with_posts(10);
    bench.search("evezz");
    assert!(bench.has("There is no tag “evezz”"));
    bench.click("even (5)");
    assert_eq!(bench.searches().last(), Some(&"even"));
    bench.search("-evezz");
    bench.click("Search the words as text");
    assert_eq!(bench.searches().last(), Some(&"text:-evezz"));
}

#[test]
fn opens_goes_on_and_back() {
    let mut bench = Bench::with_posts(10);
    bench.click("picture 2.png");
    assert!(bench.has("Picture of post 2"));
    assert!(bench.has("2 of 10"));
    assert!(bench.has("1600 × 1000"));
    assert!(bench.has("2.24 MB"));
    assert!(bench.has("Search long_hair"));

    bench.press(Key::ArrowRight);
    assert!(bench.has("Picture of post 3"));
    bench.click("Next");
    assert!(bench.has("Picture of post 4"));
    assert!(bench.has_part("half its size"));
    bench.click("Previous");
    bench.press(Key::ArrowLeft);
    assert!(bench.has("Picture of post 2"));

    bench.press(Key::Escape);
    assert!(bench.has("picture 2.png"));
    bench.press(Key::ArrowRight);
    bench.press(Key::Enter);
    assert!(
        bench.has("Picture of post 3"),
        "the selection is where it was"
    );
    bench.click("Back");
    assert!(bench.has("picture 3.png"));
}

#[test]
fn the_first_and_the_last_post_have_no_neighbour() {
    let mut bench = Bench::with_posts(2);
    bench.click("picture 1.png");
    bench.press(Key::ArrowLeft);
    assert!(bench.has("Picture of post 1"));
    bench.press(Key::ArrowRight);
    bench.press(Key::ArrowRight);
    assert!(bench.has("Picture of post 2"));
}

#[test]
fn the_picture_is_asked_for_at_the_size_of_the_window() {
    let mut bench = Bench::with_posts(3);
    bench.click("picture 1.png");
    let asked = bench.engine.asked.iter().find_map(|request| match request {
        Request::Picture {
            max_width,
            max_height,
            ..
        } => Some((*max_width, *max_height)),
        _ => None,
    });
    let (width, height) = asked.expect("a picture was asked for");
    assert!((600..1200).contains(&width) && (500..800).contains(&height));
}

#[test]
fn a_missing_file_says_which() {
    let mut bench = Bench::with_posts(10);
    assert!(bench.has("Post 5, no preview: file is missing: /pictures/picture 5.png"));
    bench
        .window
        .get_by_label_contains("Post 5, no preview")
        .click();
    bench.settle();
    assert!(bench.has("Picture of post 5: file is missing: /pictures/picture 5.png"));
    assert!(bench.has("file is missing: /pictures/picture 5.png"));
}

#[test]
fn tags_of_a_post_search_add_and_exclude() {
    let mut bench = Bench::with_posts(10);
    bench.search("even");
    bench.click("picture 4.png");
    bench.click("Add long_hair");
    assert_eq!(bench.searches().last(), Some(&"even long_hair"));
    bench.click("picture 4.png");
    bench.click("Exclude even");
    assert_eq!(bench.searches().last(), Some(&"long_hair -even"));
    bench.click("picture 4.png");
    bench.click("Search eve_(artist)");
    assert_eq!(bench.searches().last(), Some(&"eve_(artist)"));
}

#[test]
fn a_million_results_scroll_to_the_end_and_back() {
    let mut bench = Bench::with_posts(1_000_000);
    assert!(bench.has("1,000,000 results"));
    bench.press(Key::End);
    assert!(bench.has("picture 1000000.png"));
    let last = bench.window.get_by_label("picture 1000000.png").rect();
    assert!(last.bottom() <= 800.0 && last.height() > 100.0, "{last}");
    bench.press(Key::PageUp);
    bench.press(Key::Enter);
    assert!(bench.has_part(" of 1,000,000"));
    bench.press(Key::Escape);
    bench.press(Key::Home);
    assert!(bench.has("picture 1.png"));
    let asked: usize = bench
        .engine
        .asked
        .iter()
        .map(|request| match request {
            Request::Thumbnails { wanted } => wanted.len(),
            _ => 0,
        })
        .sum();
    assert!(asked < 600, "{asked} thumbnails were asked for");
}

#[test]
fn scrolling_by_wheel_asks_only_for_what_comes_into_view() {
    let mut bench = Bench::with_posts(1000);
    let num_lists = |bench: &Bench| {
        let asked = bench.engine.asked.iter();
        asked
            .filter(|it| matches!(it, Request::Thumbnails { .. }))
            .count()
    };
    let before = num_lists(&bench);
    bench.settle();
    bench.window.hover_at([300.0, 400.0].into());
    bench.settle();
    assert_eq!(num_lists(&bench), before, "nothing came into view");
    bench.window.event(Input::MouseWheel {
        unit: eframe::egui::MouseWheelUnit::Point,
        delta: [0.0, -2000.0].into(),
        phase: eframe::egui::TouchPhase::Move,
        source: eframe::egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    bench.settle();
    assert!(num_lists(&bench) > before);
    assert!(!bench.has("picture 1.png"));
}

#[test]
fn memory_rows_add_up_as_they_are_displayed() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F12);
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::WatchMemory { watch: true })
    ));
    let figure = |name: &str| -> f64 {
        let part = format!("{name}: ");
        let node = bench.window.get_by_label_contains(&part);
        let label = node.value().unwrap_or_default();
        label
            .trim_start_matches(&part)
            .trim_end_matches(" MB")
            .parse()
            .expect("a figure")
    };
    let top = [
        "graphics driver",
        "program code",
        "textures",
        "tag cache",
        "sqlite",
        "Unexplained",
    ];
    let sum: f64 = top.into_iter().map(figure).sum();
    let rss = crate::fake_engine::memory_report().rss_bytes as f64 / f64::from(1 << 20);
    assert!(
        (sum - rss).abs() < 0.01 * top.len() as f64,
        "{sum} and {rss}"
    );
    assert!((figure("page cache") + figure("schema") - figure("sqlite")).abs() < 0.02);
    assert!(bench.has(&format!("The rows add up to {rss:.2} MB, which is RSS")));

    bench.click("Unfold postings");
    assert!(bench.has("overlay: 7.59 MB"));
    bench.click("Fold tag cache");
    assert!(!bench.has("overlay: 7.59 MB") && !bench.has("names: 2.93 MB"));

    bench.press_with(Modifiers::COMMAND, Key::M);
    assert!(!bench.has("tag cache: 10.52 MB"));
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::WatchMemory { watch: false })
    ));
}

#[test]
fn a_rows_button_gives_back_and_says_what_it_did() {
    let mut bench = Bench::with_posts(10);
    bench.click("Memory");
    bench.click("Shrink SQLite");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Release {
            action: Action::ShrinkSqlite
        })
    ));
    assert!(bench.has("Shrink SQLite: 9.00 MB given back (10.0 MB predicted)"));
}

#[test]
fn imports_a_typed_path_shows_progress_and_cancels() {
    let mut bench = Bench::with_posts(10);
    bench.click("Import…");
    bench.window.get_by_label("Path to import").focus();
    bench.settle();
    bench.type_text("/home/me/Pictures ");
    bench.press(Key::Enter);
    let asked = bench.engine.asked.iter().find_map(|request| match request {
        Request::Import { paths } => Some(paths.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(vec![PathBuf::from("/home/me/Pictures")]));
    assert!(bench.has("Importing: 120 of 391 files, 45 files/s, 6 s left, 2 failed"));

    bench.click("Close import");
    assert!(bench.has_part("Importing: 120"), "the status bar shows it");
    bench.click("Cancel import");
    assert!(
        bench
            .engine
            .asked
            .iter()
            .any(|it| matches!(it, Request::Cancel { job: JobId(1) }))
    );
    assert!(bench.has("Cancelled: 120 added, 2 failed in 2.7 s"));
    bench.click("Dismiss");
    bench.click("Import…");
    assert!(bench.has("Cancelled: 120 added, 2 failed in 2.7 s"));
}

#[test]
fn failures_are_listed_with_reasons_and_can_be_tried_again() {
    let mut bench = Bench::with_posts(10);
    bench.click("Import…");
    bench.click("Show failures");
    assert!(bench.has("2 files could not be imported"));
    assert!(bench.has("/pictures/broken.png"));
    assert!(bench.has("the file ends in the middle of the picture"));
    bench.click("Try again");
    assert!(
        bench
            .engine
            .asked
            .iter()
            .any(|it| matches!(it, Request::RetryFailures))
    );
    bench.engine.failures.clear();
    bench.engine.tell(Event::ImportFinished {
        job: JobId(2),
        report: ImportReport::default(),
    });
    bench.settle();
    assert!(bench.has("No file failed to import"));
    bench.click("Close failures");
    assert!(!bench.has("No file failed to import"));
}

#[test]
fn an_empty_library_shows_the_way_to_the_first_import() {
    let mut bench = Bench::with_posts(0);
    assert!(bench.has("Your library is empty"));
    bench.click("Import pictures…");
    assert!(bench.has("Choose folder…"));
    // The import brings posts: they come on screen by themselves.
    bench.engine.num_posts = 4;
    let summary = bench.engine.summary();
    bench.change(summary);
    assert!(bench.has("picture 4.png"));
}

#[test]
fn notices_stand_until_dismissed() {
    let mut bench = Bench::with_posts(10);
    bench.engine.tell(Event::Notice(Notice {
        is_error: true,
        message: "/nowhere can't be read: no such folder".to_owned(),
        way_out: Some("Check the path and its permissions".to_owned()),
    }));
    bench.settle();
    assert!(bench.has("/nowhere can't be read: no such folder"));
    assert!(bench.has("Check the path and its permissions"));
    bench.click("Dismiss");
    assert!(!bench.has("/nowhere can't be read: no such folder"));
}

#[test]
fn an_engine_that_stopped_says_why() {
    let mut bench = Bench::with_posts(0);
    bench.engine.tell(Event::Notice(Notice {
        is_error: true,
        message: "library.db is damaged".to_owned(),
        way_out: Some("Restore it from a copy".to_owned()),
    }));
    bench.engine.tell(Event::Stopped);
    bench.settle();
    assert!(bench.has_part("The library is closed"));
    assert!(bench.has_part("library.db is damaged"));
}

#[test]
fn the_theme_can_be_chosen() {
    let mut bench = Bench::with_posts(10);
    for (name, is_dark) in [("Light", false), ("Dark", true)] {
        bench.click("Theme");
        bench.click(name);
        assert_eq!(bench.window.ctx.global_style().visuals.dark_mode, is_dark);
    }
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl eframe::egui::DroppedFile for Dropped {
    fn path(&self) -> &std::path::Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the window never reads files".to_owned())
    }
}

#[test]
fn dropped_folders_are_imported_together() {
    let mut bench = Bench::with_posts(10);
    for folder in ["/a", "/b c"] {
        let file = std::sync::Arc::new(Dropped(PathBuf::from(folder)));
        bench.window.input_mut().dropped_files.push(file);
    }
    bench.settle();
    let imports: Vec<&Request> = bench
        .engine
        .asked
        .iter()
        .filter(|it| matches!(it, Request::Import { .. }))
        .collect();
    let [Request::Import { paths }] = imports.as_slice() else {
        panic!("{imports:?}");
    };
    assert_eq!(*paths, [PathBuf::from("/a"), PathBuf::from("/b c")]);
}

#[test]
fn a_finished_import_is_told_where_its_panel_is_closed() {
    let mut bench = Bench::with_posts(10);
    bench.engine.tell(Event::ImportFinished {
        job: JobId(9),
        report: ImportReport {
            added: 1234,
            seconds: 5.0,
            ..ImportReport::default()
        },
    });
    bench.settle();
    assert!(bench.has("Imported: 1,234 added in 5.0 s"));
}

#[test]
fn several_keys_in_one_frame_are_all_taken() {
    let mut bench = Bench::with_posts(10);
    bench.search("none");
    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.press_with(Modifiers::COMMAND, Key::A);
    let key = |key| Input::Key {
        key,
        physical_key: None,
        pressed: true,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let events = [
        key(Key::Backspace),
        Input::Text("even".to_owned()),
        key(Key::Enter),
    ];
    bench.window.input_mut().events.extend(events);
    bench.settle();
    assert_eq!(bench.searches().last(), Some(&"even"));
    // The first arrow selects what is on screen, the others move on.
    let right = [
        key(Key::ArrowRight),
        key(Key::ArrowRight),
        key(Key::ArrowRight),
    ];
    bench.window.input_mut().events.extend(right);
    bench.settle();
    bench.press(Key::Enter);
    assert!(bench.has("3 of 5"));
}

#[test]
fn the_window_is_usable_when_small() {
    let mut bench = Bench::with_posts(100);
    bench.window.set_size([480.0, 320.0].into());
    bench.settle();
    assert!(bench.has("picture 1.png"));
    bench.click("Memory");
    bench.click("Import…");
    bench.press(Key::F12);
    bench.click("Close import");
    bench.click("picture 1.png");
    assert!(bench.has("Picture of post 1"));
}

#[test]
fn everything_can_be_reached_by_keyboard() {
    let mut bench = Bench::with_posts(10);
    bench.press_with(Modifiers::COMMAND, Key::I);
    let mut num_tabs = 0;
    while !bench.window.get_by_label("Path to import").is_focused() {
        bench.press(Key::Tab);
        num_tabs += 1;
        assert!(num_tabs < 20, "Tab never came to the path");
    }
    bench.type_text("/a/b");
    bench.press(Key::Enter);
    assert!(
        bench
            .engine
            .asked
            .iter()
            .any(|it| matches!(it, Request::Import { .. }))
    );
    while !bench.window.get_by_label("Cancel import").is_focused() {
        bench.press(Key::Tab);
        num_tabs += 1;
        assert!(num_tabs < 40, "Tab never came to the button");
    }
    bench.press(Key::Enter);
    assert!(bench.has_part("Cancelled: 120 added"));
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    assert!(!bench.has("Path to import"));
}

#[test]
fn a_read_only_library_says_why_nothing_can_be_imported() {
    let mut bench = Bench::with_posts(10);
    let mut summary = bench.engine.summary();
    summary.read_only = Some("another Kobako has it open".to_owned());
    bench.change(summary);
    assert!(bench.has("Read-only"));
    bench.click("Import…");
    assert!(bench.has("Nothing can be imported: another Kobako has it open"));
    bench.window.get_by_label("Path to import").focus();
    bench.settle();
    bench.type_text("/a");
    bench.press(Key::Enter);
    assert!(
        !bench
            .engine
            .asked
            .iter()
            .any(|it| matches!(it, Request::Import { .. }))
    );
}
