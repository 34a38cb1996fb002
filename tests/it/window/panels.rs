//! Memory, import, notices and the other states of the window.

use std::path::PathBuf;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::memory::{Action, Cache};
use kobako::message::{Event, ImportReport, JobId, Notice, Request};

use super::Bench;

#[test]
fn memory_rows_add_up_as_they_are_displayed() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F12);
    let asked = &bench.engine.asked;
    assert!(
        asked
            .iter()
            .any(|it| matches!(it, Request::WatchMemory { watch: true }))
    );
    let figure = |name: &str| -> f64 {
        let part = format!("{name}: ");
        let node = bench.window.get_by_label_contains(&part);
        let label = node.accesskit_node().label().unwrap_or_default();
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
    let rss = crate::fake_memory::memory_report().rss_bytes as f64 / f64::from(1 << 20);
    assert!(
        (sum - rss).abs() < 0.01 * top.len() as f64,
        "{sum} and {rss}"
    );
    assert!((figure("page cache") + figure("schema") - figure("sqlite")).abs() < 0.02);
    assert!(bench.has(&format!(
        "The rows add up to {rss:.2} MB, which is all of it"
    )));

    bench.click("Unfold postings");
    assert!(bench.has("overlay: 7.59 MB"));
    bench.click("Fold tag cache");
    assert!(!bench.has("overlay: 7.59 MB") && !bench.has("names: 2.93 MB"));

    bench.press_with(Modifiers::COMMAND, Key::M);
    assert!(!bench.has("tag cache: 10.52 MB"));
    let asked = &bench.engine.asked;
    let last = asked
        .iter()
        .rfind(|it| matches!(it, Request::WatchMemory { .. }));
    assert!(matches!(last, Some(Request::WatchMemory { watch: false })));
}

#[test]
fn alarms_are_listed() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F12);
    let alarm = "sqlite says it has 9 MB in use, more than its pages hold";
    assert!(!bench.has(alarm) && !bench.has_part("not all of it fits together"));
    let mut report = crate::fake_memory::memory_report();
    report.alarms.push(alarm.to_owned());
    bench.engine.tell(Event::Memory(std::sync::Arc::new(
        kobako::message::MemoryNews {
            report,
            ..Default::default()
        },
    )));
    bench.settle();
    assert!(bench.has(alarm) && bench.has_part("not all of it fits together"));
}

#[test]
fn a_demo_that_brought_nothing_new_says_nothing() {
    let mut bench = Bench::with_posts(10);
    let finish = |bench: &mut Bench, job: u32, unchanged: u64| {
        bench.engine.tell(Event::ImportFinished {
            job: JobId(job),
            report: ImportReport {
                unchanged,
                ..ImportReport::default()
            },
        });
        bench.settle();
    };
    finish(&mut bench, 1, 120);
    assert!(!bench.has_part("Imported"));
    bench.click("Import…");
    bench.window.get_by_label("Path to import").focus();
    bench.settle();
    bench.type_text("/a");
    bench.press(Key::Enter);
    bench.click("Close import");
    finish(&mut bench, 2, 7);
    assert!(bench.has_part("Imported"), "it was asked for");
}

#[test]
fn a_rows_button_gives_back_and_says_what_it_did() {
    let mut bench = Bench::with_posts(10);
    bench.click("Memory");
    bench.click("Shrink SQLite");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::Release {
            action: Action::GiveBack(Cache::Sqlite)
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
    bench.click("Type a path instead");
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
    let said = bench.window.get_by_label("Imported: 1,234 added in 5.0 s");
    assert!(said.rect().top() > 700.0, "in the bar at the bottom");
    assert!(!bench.has("Dismiss") && !bench.has("Redo"));

    // What has more to say than that stays until it was read.
    bench.engine.tell(Event::ImportFinished {
        job: JobId(10),
        report: ImportReport {
            added: 3,
            skipped: 2,
            ..ImportReport::default()
        },
    });
    bench.settle();
    assert!(bench.has("Dismiss"));
}

#[test]
fn the_panel_goes_once_all_of_an_import_went_well() {
    let mut bench = Bench::with_posts(10);
    let finish = |bench: &mut Bench, report: ImportReport| {
        let job = JobId(9);
        bench.engine.tell(Event::ImportFinished { job, report });
        bench.settle();
    };
    bench.press_with(Modifiers::COMMAND, Key::I);
    let report = ImportReport {
        added: 3,
        skipped: 1,
        ..ImportReport::default()
    };
    finish(&mut bench, report);
    assert!(bench.has("Path to import"), "there is something to read");
    let report = ImportReport {
        added: 3,
        seconds: 1.0,
        ..ImportReport::default()
    };
    finish(&mut bench, report);
    assert!(!bench.has("Path to import"));
    assert!(bench.has("Imported: 3 added in 1.0 s"));
}

#[test]
fn files_that_an_import_misses_can_be_shown() {
    let mut bench = Bench::with_posts(10);
    bench.engine.tell(Event::ImportFinished {
        job: JobId(9),
        report: ImportReport {
            unchanged: 27,
            missing: 51,
            ..ImportReport::default()
        },
    });
    bench.settle();
    assert!(bench.has_part("51 files missing") && bench.has("Dismiss"));
    bench.click("Show missing files");
    assert_eq!(bench.searches().last(), Some(&"is:missing"));
    assert!(!bench.has("Show missing files"));
}

#[test]
fn what_was_taken_out_is_brought_back_where_the_import_says_so() {
    let mut bench = Bench::with_posts(10);
    let paths = vec![PathBuf::from("/a/1.png"), PathBuf::from("/a/2.png")];
    bench.engine.tell(Event::ImportFinished {
        job: JobId(9),
        report: ImportReport {
            missing: 1,
            num_taken_out: 2,
            taken_out: paths.clone(),
            seconds: 5.0,
            ..ImportReport::default()
        },
    });
    bench.settle();
    let said = "Imported: 0 added, 1 file missing in 5.0 s; 2 taken out earlier stay out";
    assert!(bench.has(said));
    assert!(bench.has("Import… brings back what was taken out"));
    bench.press_with(Modifiers::COMMAND, Key::I);
    bench.click("Bring them back");
    let asked = bench.engine.asked.iter().rev().find_map(|it| match it {
        Request::BringBack { paths } => Some(paths.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(paths));
    assert!(!bench.has("Bring them back"), "it is under way");
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
    assert!(bench.has("Nothing can be imported into this library: another Kobako has it open"));
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

#[test]
fn an_import_that_stopped_reports_nothing_and_is_forgotten_by_the_next() {
    let mut bench = Bench::with_posts(10);
    let message = "The import stopped: /nowhere can't be read: no such file or folder";
    bench.click("Import…");
    bench.engine.tell(Event::ImportStarted { job: JobId(7) });
    bench.engine.tell(Event::Notice(Notice {
        is_error: true,
        message: message.to_owned(),
        way_out: None,
    }));
    bench.engine.tell(Event::ImportFinished {
        job: JobId(7),
        report: ImportReport {
            stopped: Some("/nowhere can't be read".to_owned()),
            ..ImportReport::default()
        },
    });
    bench.settle();
    assert!(bench.has(message));
    assert!(!bench.has_part("0 added"), "the notice has said it");
    bench.type_text("/home/me");
    bench.press(Key::Enter);
    assert!(!bench.has(message));
}

#[test]
fn a_path_can_be_typed_at_once_and_typed_again() {
    let mut bench = Bench::with_posts(10);
    bench.click("Import…");
    assert!(bench.window.get_by_label("Path to import").is_focused());
    bench.type_text("/nowhere");
    bench.press(Key::Enter);
    assert!(bench.window.get_by_label("Path to import").is_focused());
    bench.type_text("/else");
    assert_eq!(
        bench.window.get_by_label("Path to import").value(),
        Some("/else".to_owned())
    );
    assert_eq!(bench.search_text(), "");
}

#[test]
fn the_reason_of_a_failure_can_be_read_in_a_narrow_window() {
    let mut bench = Bench::with_posts(10);
    bench.engine.failures[0].path = PathBuf::from("/home/me").join("long ".repeat(40));
    bench.window.set_size([500.0, 400.0].into());
    bench.settle();
    bench.click("Import…");
    bench.click("Show failures");
    let reason = "the file ends in the middle of the picture";
    let rect = bench.window.get_by_label(reason).rect();
    assert!(rect.width() > 200.0 && rect.right() < 500.0, "{rect}");
    let close = bench.window.get_by_label("Close failures").rect();
    assert!(close.right() < 500.0, "{close}");
}

#[test]
fn the_pictures_are_below_the_notices_after_a_resize() {
    let mut bench = Bench::with_posts(10);
    for number in 0..3 {
        bench.engine.tell(Event::Notice(Notice {
            is_error: true,
            message: format!("Folder {number} can't be read, and this is a long reason for it"),
            way_out: Some("Check the path and its permissions, then try it again".to_owned()),
        }));
    }
    bench.settle();
    for size in [[500.0, 400.0], [1200.0, 800.0], [500.0, 400.0]] {
        bench.window.set_size(size.into());
        bench.settle();
        let path = bench.window.get_by_label("Search").rect();
        let cell = bench.window.get_by_label("picture 1.png").rect();
        let gap = cell.top() - path.bottom();
        assert!(
            (0.0..size[1] / 3.0 + 20.0).contains(&gap),
            "{gap} at {size:?}"
        );
    }
}

#[test]
fn tab_goes_along_the_top_from_left_to_right() {
    let mut bench = Bench::with_posts(10);
    bench.search("even");
    bench.press_with(Modifiers::COMMAND, Key::F);
    for name in [
        "Clear search",
        "Save this search",
        "Saved",
        "Similar",
        "Memory",
        "Theme",
    ] {
        bench.press(Key::Tab);
        assert!(bench.window.get_by_label(name).is_focused(), "{name}");
    }
    let theme = bench.window.get_by_label("Theme").rect();
    assert!((1180.0..1200.0).contains(&theme.right()), "{theme}");
}
