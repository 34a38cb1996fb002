//! What is selected in the grid, and what is done with it.

use eframe::egui::accesskit::Toggled;
use eframe::egui::{Event as Input, Key, Modifiers, PointerButton, Pos2, Rect};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::app::WindowOptions;
use kobako::message::{
    EditOutcome, EditProgress, EditRequest, Event, PostEdit, PostMarks, Request,
};
use kobako::model::{PostId, Rating};

use super::Bench;

impl Bench {
    fn is_selected(&self, post: u32) -> bool {
        let name = format!("picture {post}.png");
        let cell = self.window.get_by_label(&name);
        cell.accesskit_node().toggled() == Some(Toggled::True)
    }

    fn click_with(&mut self, modifiers: Modifiers, name: &str) {
        self.window.get_by_label(name).click_modifiers(modifiers);
        self.settle();
    }

    /// The menu of a cell.
    fn menu_of(&mut self, name: &str) {
        self.window.get_by_label(name).click_secondary();
        self.settle();
    }

    fn rect(&self, name: &str) -> Rect {
        self.window.get_by_label(name).rect()
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.window.event(Input::PointerMoved(from));
        self.window.event(primary(from, true));
        self.window.step();
        self.window
            .event(Input::PointerMoved(from + (to - from) / 2.0));
        self.window.step();
        self.window.event(Input::PointerMoved(to));
        self.window.step();
        self.window.event(primary(to, false));
        self.settle();
    }

    fn edits(&self) -> Vec<&EditRequest> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::Edit(edit) => Some(edit),
                _ => None,
            })
            .collect()
    }
}

fn primary(pos: Pos2, pressed: bool) -> Input {
    Input::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    }
}

#[test]
fn a_click_selects_and_a_double_click_opens() {
    let mut bench = Bench::with_posts(10);
    bench.click("picture 2.png");
    assert!(bench.is_selected(2) && !bench.is_selected(3));
    assert!(bench.has("2 of 10") && !bench.has_part("Picture of post"));
    let at = bench.rect("picture 3.png").center();
    let events = &mut bench.window.input_mut().events;
    events.push(Input::PointerMoved(at));
    for pressed in [true, false, true, false] {
        events.push(primary(at, pressed));
    }
    bench.settle();
    assert!(bench.has("Picture of post 3"));
}

#[test]
fn several_are_selected_by_what_is_held() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 2.png");
    bench.click_with(Modifiers::SHIFT, "picture 4.png");
    assert!(bench.has_part("3 selected") && bench.is_selected(3));
    bench.click_with(Modifiers::COMMAND, "picture 3.png");
    assert!(bench.has_part("2 selected") && !bench.is_selected(3));
    bench.press_with(Modifiers::SHIFT, Key::ArrowRight);
    bench.press(Key::Escape);
    assert!(!bench.has_part(" selected") && !bench.is_selected(2));
}

#[test]
fn a_rectangle_selects_what_it_touches() {
    let mut bench = Bench::with_posts(30);
    let (first, second) = (bench.rect("picture 1.png"), bench.rect("picture 2.png"));
    bench.drag(first.center(), second.center());
    assert!(bench.has_part("2 selected") && bench.is_selected(1) && bench.is_selected(2));
    bench.drag(
        first.left_top(),
        first.left_top() + (second.center() - first.left_top()) * 1.01,
    );
    assert!(bench.has_part("2 selected"), "it begins anew");
}

#[test]
fn yes_and_no_stand_in_one_row_in_a_narrow_window() {
    let mut bench = Bench::with_posts(10);
    bench.window.set_size([640.0, 600.0].into());
    bench.settle();
    bench.click("picture 2.png");
    for width in [560.0, 600.0, 640.0, 700.0] {
        bench.window.set_size([width, 600.0].into());
        bench.settle();
        if !bench.has("Keep") {
            bench.press(Key::Delete);
        }
        let (yes, no) = (bench.rect("Send to trash"), bench.rect("Keep"));
        assert!((yes.center().y - no.center().y).abs() < 1.0, "{width}");
        assert!(no.left() > yes.right() && no.right() <= width, "{width}");
    }
}

#[test]
fn what_comes_back_is_selected() {
    let mut bench = Bench::with_posts(10);
    bench.click("picture 9.png");
    bench.click_with(Modifiers::SHIFT, "picture 10.png");
    bench.press_with(Modifiers::SHIFT, Key::Delete);
    bench.engine.num_posts = 8;
    bench.change(bench.engine.summary());
    assert!(bench.has("8 results"));
    bench.click("picture 1.png");
    bench.press_with(Modifiers::COMMAND, Key::Z);
    bench.engine.num_posts = 10;
    bench.change(bench.engine.summary());
    assert!(bench.has("10 results"));
    assert!(bench.is_selected(9) && bench.is_selected(10) && !bench.is_selected(1));
}

#[test]
fn the_selection_is_rated_and_that_is_taken_back() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 2.png");
    bench.click_with(Modifiers::SHIFT, "picture 4.png");
    bench.menu_of("picture 3.png");
    bench.click("Rating");
    bench.click("Rate questionable");
    let posts: Vec<PostId> = (2..5).map(PostId).collect();
    let rating = Some(Rating::Questionable);
    let rate = PostEdit::Rate { posts, rating };
    assert_eq!(bench.edits(), [&EditRequest::Do(rate)]);
    assert!(bench.has("3 posts rated questionable"));
    bench.change(bench.engine.summary());
    assert!(bench.has("picture 2.png, rated questionable"));
    bench.click("Undo");
    assert!(bench.has("Taken back: 3 posts rated questionable"));
    bench.change(bench.engine.summary());
    assert!(bench.has("picture 2.png"));
}

#[test]
fn the_menu_of_another_cell_is_of_that_cell() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 2.png");
    bench.menu_of("picture 4.png");
    bench.click("Favourite");
    let favorite = EditRequest::ToggleFavorite(vec![PostId(4)]);
    assert_eq!(bench.edits(), [&favorite]);
    bench.menu_of("picture 4.png");
    bench.click("Select all");
    assert!(bench.has_part("30 selected"));
    bench.menu_of("picture 4.png");
    bench.click("Invert selection");
    assert!(!bench.has_part(" selected"));
    bench.menu_of("picture 4.png");
    bench.click("Open");
    assert!(bench.has("Picture of post 4"));
}

#[test]
fn badges_are_said_and_can_be_switched_off() {
    let mut options = WindowOptions::default();
    for has_badges in [true, false] {
        options.settings.badges = has_badges;
        let mut bench = Bench::with(10, options.clone());
        bench.engine.posts.marks.insert(
            PostId(2),
            PostMarks {
                rating: Some(Rating::Explicit),
                is_favorite: true,
                is_animated: true,
                is_missing: false,
            },
        );
        bench.change(bench.engine.summary());
        let name = "picture 2.png, favourite, rated explicit, animated";
        assert_eq!(bench.has(name), has_badges);
        let asked = bench.engine.asked.iter();
        let num_asked = asked
            .filter(|it| matches!(it, Request::Marks { .. }))
            .count();
        assert_eq!(num_asked > 0, has_badges);
    }
}

#[test]
fn marks_are_asked_only_for_what_is_shown() {
    let mut bench = Bench::with_posts(1_000_000);
    bench.press(Key::End);
    let asked = bench.engine.asked.iter();
    let num_asked: usize = asked
        .map(|it| match it {
            Request::Marks { posts, .. } => posts.len(),
            _ => 0,
        })
        .sum();
    assert!((1..300).contains(&num_asked), "{num_asked} were asked for");
}

#[test]
fn what_is_at_the_top_stays_when_sizes_change() {
    let mut bench = Bench::with_posts(10_000);
    bench.click("1 of 10,000");
    bench.type_text("5,000");
    bench.press(Key::Enter);
    assert!(bench.has("5,000 of 10,000") && bench.is_selected(5000));
    let top = |bench: &Bench| {
        let names = (4800..5001).map(|post| format!("picture {post}.png"));
        let mut shown = names.filter(|name| bench.has(name));
        shown.next().expect("post 5000 is shown")
    };
    let before = top(&bench);
    for width in [700.0, 1600.0, 500.0, 1200.0] {
        bench.window.set_size([width, 800.0].into());
        bench.settle();
        assert!(bench.has(&before), "{before} at {width}");
    }
    assert_eq!(top(&bench), before);
    for (key, num_steps) in [(Key::ArrowRight, 20), (Key::ArrowLeft, 30)] {
        bench.window.get_by_label("Thumbnail size").focus();
        for _ in 0..num_steps {
            bench.window.key_press(key);
        }
        bench.settle();
        assert!(bench.has(&before), "{before} after {key:?}");
    }
}

#[test]
fn digits_typed_at_once_are_of_the_number_and_rate_nothing() {
    let mut bench = Bench::with_posts(100);
    bench.click("picture 2.png");
    bench.window.key_press(Key::G);
    bench.window.step();
    for (key, digit) in [(Key::Num1, "1"), (Key::Num2, "2")] {
        bench.window.event(Input::Key {
            key,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        });
        bench.window.event(Input::Text(digit.to_owned()));
    }
    bench.window.step();
    bench.press(Key::Enter);
    assert!(bench.has("12 of 100"));
    assert!(bench.edits().is_empty());
}

#[test]
fn thumbnails_grow_and_shrink_by_the_buttons_beside_the_slider() {
    let mut bench = Bench::with_posts(100);
    let before = bench.rect("picture 1.png").width();
    bench.click("Larger thumbnails");
    let larger = bench.rect("picture 1.png").width();
    assert!(larger > before + 10.0, "{before} {larger}");
    for _ in 0..12 {
        bench.click("Smaller thumbnails");
    }
    let smallest = bench.rect("picture 1.png").width();
    assert!((60.0..80.0).contains(&smallest), "{smallest}");
    let button = bench.window.get_by_label("Smaller thumbnails");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn a_number_that_is_none_goes_nowhere() {
    let mut bench = Bench::with_posts(100);
    bench.click("1 of 100");
    assert!(bench.has("Number to go to"));
    bench.type_text("zero");
    bench.press(Key::Enter);
    assert!(bench.has("1 of 100") && !bench.has("Number to go to"));
    bench.click("1 of 100");
    bench.type_text("70");
    bench.press(Key::Escape);
    assert!(bench.has("1 of 100"));
    bench.click("1 of 100");
    bench.type_text("700");
    bench.press(Key::Enter);
    assert!(bench.has("100 of 100"));
}

#[test]
fn the_size_of_what_is_selected_is_said_once_it_rests() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 1.png");
    bench.click_with(Modifiers::SHIFT, "picture 4.png");
    assert!(bench.has("4 selected, 8.95 MB"));
    bench.click("picture 1.png");
    assert!(!bench.has_part(" selected"));
    let asked = bench.engine.asked.iter();
    let num_asked = asked.filter(|it| matches!(it, Request::Measure { .. }));
    assert_eq!(num_asked.count(), 1);
}

#[test]
fn lines_about_the_selection_are_copied() {
    let mut bench = Bench::with_posts(300);
    bench.menu_of("picture 2.png");
    bench.click("Copy");
    bench.click("Copy MD5");
    assert!(bench.has("1 MD5 copied"));
    bench.menu_of("picture 2.png");
    bench.click("Select all");
    bench.menu_of("picture 2.png");
    bench.click("Copy");
    bench.click("Copy paths");
    assert!(bench.has("300 paths copied"));
}

#[test]
fn large_cells_get_larger_pictures_and_small_ones_do_not() {
    let larger = |bench: &Bench| -> Vec<(usize, u32)> {
        let asked = bench.engine.asked.iter();
        asked
            .filter_map(|it| match it {
                Request::LargerThumbnails { wanted, edge } => Some((wanted.len(), *edge)),
                _ => None,
            })
            .collect()
    };
    let mut options = WindowOptions::default();
    let bench = Bench::with(100, options.clone());
    assert_eq!(larger(&bench), []);
    options.settings.thumbnail_size = 400;
    let bench = Bench::with(100, options);
    let asked = larger(&bench);
    assert!(matches!(asked[..], [(4.., 384)]), "{asked:?}");
}

#[test]
fn where_the_pointer_rests_there_is_a_preview() {
    let mut bench = Bench::with_posts(30);
    let cell = bench.rect("picture 2.png");
    bench.window.hover_at(cell.left_top());
    bench.window.hover_at(cell.center());
    bench.settle();
    assert!(bench.has("Preview of picture 2.png"));
    assert!(bench.has("1600 × 1000 · PNG · 2.24 MB · rated general"));
    assert!(bench.has_part("eve (artist), evangelion"));
    // It hides nothing that is clicked.
    bench.click("picture 3.png");
    assert!(!bench.has_part("Preview of") && bench.is_selected(3));
    bench.window.hover_at(bench.rect("picture 4.png").center());
    bench.settle();
    assert!(bench.has("Preview of picture 4.png"));
    bench.press(Key::ArrowRight);
    assert!(!bench.has_part("Preview of"), "keys hide it");

    let mut options = WindowOptions::default();
    options.settings.hover_preview = false;
    let mut bench = Bench::with(30, options);
    bench.window.hover_at(cell.center());
    bench.settle();
    assert!(!bench.has_part("Preview of"));
}

#[test]
fn a_change_that_takes_long_says_how_far_it_is_and_stops() {
    let mut bench = Bench::with_posts(10);
    bench.engine.tell(Event::EditProgress(EditProgress {
        what: "Moving files to the trash".to_owned(),
        num_done: 1_200,
        num_all: 30_000,
    }));
    bench.settle();
    assert!(bench.has("Moving files to the trash: 1,200 of 30,000"));
    bench.press_with(Modifiers::COMMAND, Key::Z);
    assert!(bench.has("Nothing was taken back: “Moving files to the trash” is not done yet"));
    assert!(bench.has_part("press “Stop the change”"));
    let is_undo = |it: &Request| matches!(it, Request::Edit(EditRequest::Undo));
    assert!(!bench.engine.asked.iter().any(is_undo));
    bench.click("Stop the change");
    let is_stop = |it: &Request| matches!(it, Request::Edit(EditRequest::Stop));
    assert!(bench.engine.asked.iter().any(is_stop));
    assert!(bench.has("Stopping…"));
    bench.engine.tell(Event::Edited(EditOutcome {
        outcome: Ok("1,204 posts in the trash; stopped before the other 28,796".to_owned()),
        undo: Some("1,204 posts in the trash; stopped before the other 28,796".to_owned()),
        redo: None,
    }));
    bench.settle();
    assert!(!bench.has("Stopping…"));
    assert!(!bench.has_part("of 30,000"));
    assert!(!bench.has_part("Nothing was taken back"), "it is done now");
    assert!(bench.has_part("1,204 posts in the trash"));
}

#[test]
fn the_question_of_the_trash_names_what_goes_and_goes_with_the_selection() {
    let mut bench = Bench::with_posts(10);
    bench.click("picture 1.png");
    bench.press(Key::Delete);
    assert!(bench.has("Send “picture 1.png” to the trash?"));
    bench.click("picture 2.png");
    assert!(!bench.has_part("to the trash?"));
    bench.press(Key::Delete);
    assert!(bench.has("Send “picture 2.png” to the trash?"));
    bench.press(Key::F1);
    assert!(!bench.has_part("to the trash?"), "another page is open");
    bench.press(Key::Escape);
    assert!(!bench.has_part("to the trash?"));
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.press(Key::Delete);
    assert!(bench.has("Send the files of 10 posts to the trash?"));
    bench.press(Key::Escape);
    assert!(!bench.has_part("to the trash?"));
    assert!(bench.is_selected(7), "only the question went");
    bench.press(Key::Delete);
    bench.press(Key::Enter);
    let asked = bench.engine.asked.iter();
    let sent: Vec<usize> = asked
        .filter_map(|it| match it {
            Request::Edit(EditRequest::Do(PostEdit::Trash { posts })) => Some(posts.len()),
            _ => None,
        })
        .collect();
    assert_eq!(sent, [10]);
}
