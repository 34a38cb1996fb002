//! The grid and the open post.

use eframe::egui::accesskit::Toggled;
use eframe::egui::{Event as Input, Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::message::{Event, ImportReport, JobId, PlaceChange, PlaceRequest, Request};
use kobako::model::PostId;

use super::Bench;

#[test]
fn opens_goes_on_and_back() {
    let mut bench = Bench::with_posts(10);
    bench.open("picture 2.png");
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
    bench.open("picture 1.png");
    bench.press(Key::ArrowLeft);
    assert!(bench.has("Picture of post 1"));
    bench.press(Key::ArrowRight);
    bench.press(Key::ArrowRight);
    assert!(bench.has("Picture of post 2"));
}

#[test]
fn the_picture_is_asked_for_at_the_size_of_the_window() {
    let mut bench = Bench::with_posts(3);
    bench.open("picture 1.png");
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
    bench.press(Key::Enter);
    assert!(bench.has("Picture of post 5: file is missing: /pictures/picture 5.png"));
    assert!(bench.has("The file is missing"));
    bench.click("It was moved…");
    bench.type_text("/elsewhere");
    bench.press(Key::Enter);
    let moved = bench.engine.asked.iter().rev().find_map(|it| match it {
        Request::Places(PlaceRequest::Change(change)) => Some(change.clone()),
        _ => None,
    });
    let (from, to) = ("/pictures".into(), "/elsewhere".into());
    assert_eq!(moved, Some(PlaceChange::Move { from, to }));
}

#[test]
fn tags_of_a_post_search_add_and_exclude() {
    let mut bench = Bench::with_posts(10);
    bench.search("even");
    bench.open("picture 4.png");
    bench.click("Add long_hair");
    assert_eq!(bench.searches().last(), Some(&"even long_hair"));
    bench.open("picture 4.png");
    bench.click("Exclude even");
    assert_eq!(bench.searches().last(), Some(&"long_hair -even"));
    bench.open("picture 4.png");
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
fn the_window_is_usable_when_small() {
    let mut bench = Bench::with_posts(100);
    bench.window.set_size([480.0, 320.0].into());
    bench.settle();
    assert!(bench.has("picture 1.png"));
    bench.press(Key::F12);
    bench.click("Import…");
    bench.press(Key::F12);
    bench.click("Close import");
    bench.open("picture 1.png");
    assert!(bench.has("Picture of post 1"));
    let picture = bench.window.get_by_label("Picture of post 1").rect();
    assert!(picture.height() > 155.0, "{picture}");
    assert!(!bench.has("Artist"), "half of it is the picture's");
    bench.window.set_size([480.0, 560.0].into());
    bench.settle();
    let picture = bench.window.get_by_label("Picture of post 1").rect();
    let details = bench.window.get_by_label("Artist").rect();
    assert!(details.top() > picture.bottom(), "{details}");
}

#[test]
fn in_a_narrow_window_the_memory_table_takes_the_place_of_the_pictures() {
    let mut bench = Bench::with_posts(100);
    bench.window.set_size([500.0, 400.0].into());
    bench.settle();
    bench.press(Key::F12);
    assert!(bench.has("tag cache: 10.52 MB"));
    for name in ["Rows", "Close"] {
        let rect = bench.window.get_by_label(name).rect();
        assert!(rect.right() <= 500.0, "{name}: {rect}");
    }
    assert!(!bench.has("picture 1.png"));
    bench.press(Key::Escape);
    assert!(bench.has("picture 1.png") && !bench.has("tag cache: 10.52 MB"));
}

#[test]
fn what_one_rates_asks_nothing_again_where_that_is_not_searched() {
    let mut bench = Bench::with_posts(200);
    let favourite_and_change = |bench: &mut Bench| {
        bench.click("picture 2.png");
        bench.press(Key::F);
        bench.change(bench.engine.summary());
    };
    favourite_and_change(&mut bench);
    assert_eq!(bench.searches().len(), 1);
    assert!(!bench.has_part("· show"));
    bench.change(bench.engine.summary());
    assert_eq!(bench.searches().len(), 2, "somebody else changed it");
    bench.search("fav:yes");
    let num_searches = bench.searches().len();
    bench.change(bench.engine.summary());
    let before = bench.searches().len();
    assert!(before > num_searches);
}

#[test]
fn an_import_moves_no_picture_under_the_pointer() {
    let mut bench = Bench::with_posts(200);
    bench.engine.tell(Event::ImportStarted { job: JobId(1) });
    bench.engine.num_posts = 300;
    bench.change(bench.engine.summary());
    assert_eq!(bench.searches().len(), 1, "the screen is full");
    bench.click("100 new posts · show");
    assert_eq!(bench.searches().len(), 2);
    assert!(bench.has("300 results") && !bench.has_part("· show"));

    bench.engine.num_posts = 301;
    bench.change(bench.engine.summary());
    assert!(bench.has("1 new post · show"));
    bench.press(Key::F5);
    assert!(bench.has("301 results"));

    // The end of the import is followed at the top, and nowhere else.
    bench.engine.num_posts = 310;
    bench.change(bench.engine.summary());
    assert!(bench.has("9 new posts · show"));
    finish(&mut bench);
    assert!(bench.has("310 results"));

    bench.press(Key::End);
    bench.engine.tell(Event::ImportStarted { job: JobId(1) });
    bench.engine.num_posts = 311;
    bench.change(bench.engine.summary());
    finish(&mut bench);
    assert!(bench.has("310 results") && bench.has("1 new post · show"));
}

fn finish(bench: &mut Bench) {
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let (job, report) = (JobId(1), ImportReport::default());
    bench.engine.tell(Event::ImportFinished { job, report });
    bench.settle();
}

#[test]
fn an_import_fills_a_screen_that_is_not_full() {
    let mut bench = Bench::with_posts(0);
    bench.engine.tell(Event::ImportStarted { job: JobId(1) });
    bench.engine.num_posts = 4;
    bench.engine.answers_searches = false;
    bench.change(bench.engine.summary());
    assert!(bench.has("Importing…") && !bench.has("No post matches"));
    bench.engine.answers_searches = true;
    bench.settle();
    assert!(bench.has("picture 4.png"));
    bench.engine.num_posts = 6;
    bench.change(bench.engine.summary());
    assert!(bench.has("picture 6.png"), "there was room for more");
}

#[test]
fn the_arrows_in_a_menu_leave_the_grid_alone() {
    let mut bench = Bench::with_posts(10);
    bench.click("Theme");
    bench.press(Key::ArrowDown);
    bench.press(Key::ArrowRight);
    bench.press(Key::Escape);
    for post in 1..=10 {
        // Post 5 has no file, and so no name.
        if post != 5 {
            let name = format!("picture {post}.png");
            let cell = bench.window.get_by_label(&name);
            let is_selected = cell.accesskit_node().toggled();
            assert_ne!(is_selected, Some(Toggled::True), "{name}");
        }
    }
}

#[test]
fn what_could_not_be_shown_is_asked_again_once_the_import_is_over() {
    let mut bench = Bench::with_posts(10);
    let num_asked = |bench: &Bench| {
        let asked = bench.engine.asked.iter();
        asked
            .filter(
                |it| matches!(it, Request::Thumbnails { wanted } if wanted.contains(&PostId(5))),
            )
            .count()
    };
    assert_eq!(num_asked(&bench), 1);
    let summary = bench.engine.summary();
    bench.change(summary);
    assert_eq!(num_asked(&bench), 1, "a batch was committed, that is all");
    assert!(bench.has_part("Post 5, no preview"));
    bench.engine.tell(Event::ImportFinished {
        job: JobId(1),
        report: ImportReport::default(),
    });
    bench.settle();
    assert_eq!(num_asked(&bench), 2);
}

#[test]
fn thumbnails_that_are_given_back_before_they_were_shown_come_again() {
    let mut bench = Bench::with_posts(1000);
    bench.window.set_size([2400.0, 1600.0].into());
    bench.press(Key::F12);
    bench.press(Key::Home);
    assert!(!bench.has("picture 1000.png"));
    bench.window.key_press(Key::End);
    bench.window.step();
    bench.window.step();
    assert!(bench.engine.pump(), "thumbnails are asked for");
    // Too many for the few frames that the click takes.
    bench
        .window
        .get_by_label_contains("Give memory back now")
        .click();
    bench.window.step();
    bench.settle();
    assert!(bench.has("picture 1000.png"));
    assert!(!bench.has_part("Post "), "some are still being loaded");
}
