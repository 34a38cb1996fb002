//! An open post, looked at closely.

use eframe::egui::accesskit::Toggled;
use eframe::egui::{Event as Input, Key, Modifiers, ViewportCommand, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::app::WindowOptions;
use kobako::message::{EditRequest, Event, PostEdit, Request, ShowRequest};
use kobako::model::{PostId, Rating};

use super::Bench;

fn opened(post: u32) -> Bench {
    let mut bench = Bench::with_posts(10);
    bench.open(&format!("picture {post}.png"));
    bench
}

fn picture(bench: &Bench) -> String {
    let mut named = bench.window.query_all_by_label_contains("Picture of post");
    let node = named.next().expect("a picture is open");
    egui_kittest::kittest::NodeT::accesskit_node(&node)
        .label()
        .unwrap_or_default()
}

/// What was asked of pictures, without pictures themselves.
fn shown(bench: &Bench) -> Vec<&ShowRequest> {
    let asked = bench.engine.asked.iter();
    asked
        .filter_map(|it| match it {
            Request::Show(request) => Some(request),
            _ => None,
        })
        .collect()
}

#[test]
fn zooms_by_keys_and_says_how_far() {
    let mut bench = opened(2);
    assert_eq!(picture(&bench), "Picture of post 2");
    bench.press(Key::Z);
    assert_eq!(picture(&bench), "Picture of post 2, 100 %");
    assert!(bench.has("Zoom: 100 %"));
    bench.click("Zoom in");
    assert_eq!(picture(&bench), "Picture of post 2, 125 %");
    bench.click("Zoom out");
    bench.click("Zoom out");
    assert_eq!(picture(&bench), "Picture of post 2, 80 %");
    bench.press_with(Modifiers::SHIFT, Key::W);
    assert_eq!(picture(&bench), "Picture of post 2");
}

#[test]
fn a_picture_that_was_edited_is_read_again() {
    let mut bench = opened(2);
    assert!(bench.has_part("Modified"));
    let num_asked = |bench: &Bench| {
        let asked = bench.engine.asked.iter();
        let of_post = asked.filter(|it| {
            matches!(
                it,
                Request::Picture {
                    post: PostId(2),
                    ..
                }
            )
        });
        of_post.count()
    };
    let before = num_asked(&bench);
    bench.engine.tell(Event::OtherPictures(vec![PostId(7)]));
    bench.settle();
    assert_eq!(num_asked(&bench), before, "it is another post's");
    bench.engine.tell(Event::OtherPictures(vec![PostId(2)]));
    bench.settle();
    assert_eq!(num_asked(&bench), before + 1);
    assert_eq!(picture(&bench), "Picture of post 2");

    // Its thumbnail too.
    bench.press(Key::Escape);
    bench.engine.asked.clear();
    bench.engine.tell(Event::OtherPictures(vec![PostId(3)]));
    bench.settle();
    let is_asked =
        |it: &Request| matches!(it, Request::Thumbnails { wanted } if *wanted == [PostId(3)]);
    assert!(
        bench.engine.asked.iter().any(is_asked),
        "{:?}",
        bench.engine.asked
    );
}

#[test]
fn the_real_size_has_all_pixels() {
    let mut bench = opened(2);
    bench.press(Key::Z);
    let mut sizes = bench.engine.asked.iter().filter_map(|it| match it {
        Request::Picture {
            max_width,
            max_height,
            ..
        } => Some((*max_width, *max_height)),
        _ => None,
    });
    let (width, height) = sizes.next_back().unwrap();
    assert!(width >= 1200 && height >= 1200, "{width} × {height}");
}

#[test]
fn arrows_pan_what_is_larger_than_the_window_and_go_on_elsewhere() {
    let mut bench = opened(2);
    bench.press(Key::Z);
    bench.press(Key::ArrowRight);
    assert_eq!(picture(&bench), "Picture of post 2, 100 %");
    bench.press_with(Modifiers::SHIFT, Key::W);
    bench.press(Key::ArrowRight);
    assert_eq!(picture(&bench), "Picture of post 3");
    bench.press(Key::ArrowLeft);
    assert_eq!(picture(&bench), "Picture of post 2");
}

#[test]
fn neighbours_are_read_ahead_and_there_at_once() {
    let mut bench = opened(2);
    let ahead: Vec<PostId> = shown(&bench)
        .into_iter()
        .filter_map(|it| match it {
            ShowRequest::ReadAhead { post, .. } => Some(*post),
            _ => None,
        })
        .collect();
    assert_eq!(ahead, [PostId(3), PostId(1)]);
    bench.engine.answers_pictures = false;
    bench.press(Key::PageDown);
    assert_eq!(picture(&bench), "Picture of post 3", "nothing is loading");
    bench.press(Key::PageUp);
    assert_eq!(
        picture(&bench),
        "Picture of post 2",
        "nor the one just left"
    );
}

#[test]
fn the_file_is_named_before_it_goes() {
    let mut bench = opened(2);
    bench.press(Key::Delete);
    assert!(bench.has("Send “picture 2.png” to the trash?"));
    bench.press(Key::Escape);
    assert!(!bench.has_part("to the trash?"));
    assert_eq!(
        picture(&bench),
        "Picture of post 2",
        "only the question went"
    );
    bench.press(Key::Delete);
    bench.click("Keep");
    assert!(!bench.has_part("to the trash?"));
}

#[test]
fn fullscreen_leaves_the_picture_alone() {
    let mut bench = opened(2);
    bench.press(Key::F11);
    assert!(!bench.has("Back") && !bench.has("Search") && !bench.has("Artist"));
    let rect = bench.window.get_by_label("Picture of post 2").rect();
    assert!(rect.width() > 1190.0 && rect.height() > 790.0, "{rect}");
    bench.press(Key::Escape);
    assert!(bench.has("Back") && bench.has("Picture of post 2"));
    bench.press(Key::Escape);
    assert!(bench.has("picture 2.png"));
}

#[test]
fn a_slideshow_has_the_full_screen_and_gives_it_back() {
    let mut bench = opened(2);
    // It is never idle.
    let press = |bench: &mut Bench, key: Key| {
        bench.window.key_press(key);
        bench.window.run_steps(3);
    };
    press(&mut bench, Key::F9);
    assert!(!bench.has("Back") && !bench.has("Search"));
    press(&mut bench, Key::Escape);
    assert!(bench.has("Back") && bench.has("Picture of post 2"));
    // A screen that was full before stays so.
    press(&mut bench, Key::F11);
    press(&mut bench, Key::F9);
    press(&mut bench, Key::F9);
    assert!(!bench.has("Back"));
    press(&mut bench, Key::F9);
    press(&mut bench, Key::F11);
    assert!(bench.has("Back") && bench.has("Pause the slideshow"));
    press(&mut bench, Key::Escape);
    assert!(bench.has("Back") && !bench.has("Pause the slideshow"));
}

#[test]
fn fullscreen_is_left_with_escape_in_the_grid_too() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::F11);
    bench.press(Key::ArrowRight);
    bench.open("picture 2.png");
    assert!(!bench.has("Back"));
    bench.press(Key::F11);
    bench.press(Key::Escape);
    bench.press(Key::F11);
    bench.press(Key::Escape);
    bench.open("picture 2.png");
    assert!(bench.has("Back"));
}

#[test]
fn information_comes_in_a_low_window_where_it_is_asked_for() {
    let mut bench = opened_in(580.0, 320.0);
    assert!(!bench.has("Artist"));
    bench.press(Key::I);
    assert!(bench.has("Rating"));
    let picture = bench.window.get_by_label_contains("Picture of post").rect();
    assert!(picture.height() > 60.0, "{picture}");
    bench.press(Key::I);
    assert!(!bench.has("Rating"));
}

#[test]
fn fullscreen_is_asked_of_the_desktop() {
    let mut bench = opened(2);
    bench.window.key_press(Key::F11);
    bench.window.step();
    bench.window.step();
    let output = bench.window.output();
    let commands = &output.viewport_output[&ViewportId::ROOT].commands;
    assert!(
        commands.is_empty() || commands.contains(&ViewportCommand::Fullscreen(true)),
        "{commands:?}"
    );
    bench.settle();
}

#[test]
fn other_programs_get_the_post() {
    let mut bench = opened(2);
    bench.press_with(Modifiers::COMMAND, Key::Enter);
    bench.press_with(Modifiers::COMMAND | Modifiers::SHIFT, Key::O);
    let handed: Vec<_> = shown(&bench)
        .into_iter()
        .filter(|it| !matches!(it, ShowRequest::ReadAhead { .. }))
        .collect();
    assert_eq!(
        handed,
        [
            &ShowRequest::ShowInFolder { post: PostId(2) },
            &ShowRequest::OpenWith { post: PostId(2) }
        ]
    );
    bench.press_with(Modifiers::COMMAND | Modifiers::ALT, Key::C);
    assert!(bench.has_part("there is no clipboard here"));
}

#[test]
fn information_can_be_hidden_and_every_fact_copied() {
    let mut bench = opened(2);
    assert!(bench.has("Copy perceptual hash 0123456789abcdef"));
    assert!(bench.has("Copy path /pictures/picture 2.png"));
    bench.press(Key::I);
    assert!(!bench.has("Artist"));
    bench.press(Key::PageDown);
    assert!(!bench.has("Artist"), "it stays hidden");
    bench.press(Key::I);
    assert!(bench.has("Artist"));
}

#[test]
fn the_first_post_is_compared_with_the_next() {
    let mut bench = opened(1);
    bench.press(Key::C);
    assert!(bench.has("Left: picture of post 1") && bench.has("Right: picture of post 2"));
}

#[test]
fn two_posts_are_compared() {
    let mut bench = opened(3);
    bench.press(Key::C);
    assert!(bench.has("Left: picture of post 2") && bench.has("Right: picture of post 3"));
    assert!(bench.has_part("tags in common"));
    bench.click("Flicker");
    assert!(bench.has("Left: picture of post 2") && !bench.has_part("Right: picture"));
    bench.press(Key::Space);
    assert!(bench.has("Right: picture of post 3") && !bench.has_part("Left: picture"));
    bench.press(Key::Escape);
    assert_eq!(picture(&bench), "Picture of post 3");
}

#[test]
fn rating_and_favourite_are_in_the_menu_of_an_open_post() {
    let mut bench = opened(2);
    bench.click("More about this post");
    bench.click("Favourite");
    assert!(bench.engine.asked.iter().any(|it| matches!(
        it,
        Request::Edit(EditRequest::ToggleFavorite(posts)) if *posts == [PostId(2)]
    )));
    bench.click("More about this post");
    // The facts name it too.
    bench
        .window
        .get_all_by_label("Rating")
        .last()
        .unwrap()
        .click();
    bench.settle();
    bench.click("Rate sensitive");
    assert!(bench.engine.asked.iter().any(|it| matches!(
        it,
        Request::Edit(EditRequest::Do(PostEdit::Rate {
            rating: Some(Rating::Sensitive),
            ..
        }))
    )));
}

/// The posts of which the files were sent to the trash.
fn trashed(bench: &Bench) -> Vec<Vec<PostId>> {
    let asked = bench.engine.asked.iter();
    asked
        .filter_map(|it| match it {
            Request::Edit(EditRequest::Do(PostEdit::Trash { posts })) => Some(posts.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_question_of_the_trash_goes_with_the_post_that_it_is_about() {
    let mut bench = opened(2);
    bench.press(Key::Delete);
    assert!(bench.has("Send “picture 2.png” to the trash?"));
    bench.press(Key::PageDown);
    assert!(!bench.has_part("to the trash?"));
    assert_eq!(picture(&bench), "Picture of post 3");
    bench.press(Key::Escape);
    assert!(bench.has("picture 3.png"), "Escape closes the post at once");
    assert!(trashed(&bench).is_empty());
}

#[test]
fn enter_sends_to_the_trash_and_tab_leads_to_keeping() {
    let mut bench = opened(2);
    bench.press(Key::Delete);
    bench.press(Key::Tab);
    bench.press(Key::Enter);
    assert!(!bench.has_part("to the trash?") && trashed(&bench).is_empty());
    bench.press(Key::Delete);
    bench.press(Key::Enter);
    assert_eq!(trashed(&bench), [[PostId(2)]]);
    assert_eq!(
        picture(&bench),
        "Picture of post 3",
        "its neighbour follows"
    );
}

#[test]
fn a_favourite_is_one_in_the_facts_and_in_the_menu() {
    let mut bench = opened(2);
    assert!(!bench.has("Favourite"));
    bench.press(Key::F);
    bench.press(Key::PageDown);
    assert!(!bench.has("Favourite"));
    bench.press(Key::PageUp);
    assert!(bench.has("Favourite") && bench.has("yes"));
    bench.click("More about this post");
    let named: Vec<_> = bench.window.query_all_by_label("Favourite").collect();
    let entry = named.last().unwrap().accesskit_node();
    assert_eq!(entry.toggled(), Some(Toggled::True));
}

#[test]
fn an_arrow_pressed_again_at_the_edge_goes_on() {
    let mut bench = opened(2);
    bench.press(Key::Z);
    for _ in 0..2 {
        bench.press(Key::Plus);
        bench.type_text("+");
    }
    let mut num_pressed = 0;
    // Held, it stops at the edge.
    while num_pressed < 30 {
        let press = Input::Key {
            key: Key::ArrowRight,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        bench.window.event(press);
        bench.settle();
        num_pressed += 1;
    }
    assert!(picture(&bench).starts_with("Picture of post 2,"));
    let release = Input::Key {
        key: Key::ArrowRight,
        physical_key: None,
        pressed: false,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    bench.window.event(release);
    bench.settle();
    bench.press(Key::ArrowRight);
    assert!(picture(&bench).starts_with("Picture of post 3"));
}

/// A window of this size with a post open.
fn opened_in(width: f32, height: f32) -> Bench {
    let window = Harness::builder().with_size([width, height]);
    let mut bench = Bench::built(window, 10, WindowOptions::default());
    bench.press(Key::ArrowRight);
    bench.press(Key::Enter);
    bench
}

#[test]
fn half_of_a_low_window_is_the_picture() {
    // The last is 1240 × 800 at twice the size.
    for (width, height) in [
        (1200.0, 800.0),
        (1000.0, 560.0),
        (900.0, 480.0),
        (640.0, 800.0),
        (640.0, 480.0),
        (500.0, 900.0),
        (580.0, 320.0),
        (580.0, 400.0),
        (620.0, 400.0),
    ] {
        let bench = opened_in(width, height);
        let picture = bench.window.get_by_label_contains("Picture of post");
        let share = picture.rect().height() / height;
        assert!(share >= 0.49, "{share} of {width} × {height}");
    }
    let bench = opened_in(1200.0, 800.0);
    assert!(bench.has("Hide similar") && bench.has("Artist"));
    let bench = opened_in(580.0, 600.0);
    assert!(!bench.has("Hide similar"), "the strip goes first");
    assert!(bench.has("picture 1.png"), "the facts stay");
    let bench = opened_in(580.0, 320.0);
    assert!(!bench.has("Hide similar") && !bench.has("picture 1.png"));
}
