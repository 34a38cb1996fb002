//! An open post, looked at closely.

use eframe::egui::{Key, Modifiers, ViewportCommand, ViewportId};
use egui_kittest::kittest::Queryable as _;
use kobako::message::{EditRequest, PostEdit, Request, ShowRequest};
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
