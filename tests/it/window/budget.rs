//! What the window gives back when the engine asks.

use eframe::egui::Key;
use kobako::app::WindowOptions;
use kobako::memory::Cache;
use kobako::message::{Event, Generation, Request};

use super::Bench;

fn num_answers(bench: &Bench) -> usize {
    let asked = bench.engine.asked.iter();
    asked
        .filter(|it| matches!(it, Request::GaveBack { .. }))
        .count()
}

/// The size of the picture that was asked for last.
fn asked_size(bench: &Bench) -> Option<(u32, u32)> {
    bench.engine.asked.iter().rev().find_map(|it| match it {
        Request::Picture {
            max_width,
            max_height,
            ..
        } => Some((*max_width, *max_height)),
        _ => None,
    })
}

#[test]
fn every_request_to_give_back_is_answered_once() {
    let mut bench = Bench::with_posts(500);
    for (number, cache) in Cache::ALL.into_iter().enumerate() {
        let generation = Generation(number as u64);
        bench.engine.tell(Event::GiveBack {
            generation,
            cache,
            bytes: u64::MAX,
        });
        bench.settle();
        assert_eq!(num_answers(&bench), number + 1, "{cache:?}");
    }
}

#[test]
fn an_open_picture_is_shown_smaller_and_says_so() {
    let mut bench = Bench::with_posts(10);
    bench.press(Key::Home);
    bench.press(Key::Enter);
    let (width, height) = asked_size(&bench).unwrap();
    assert!(!bench.has_part("memory budget"));
    bench.engine.tell(Event::GiveBack {
        generation: Generation(1),
        cache: Cache::Picture,
        bytes: 1,
    });
    bench.settle();
    let (smaller_width, smaller_height) = asked_size(&bench).unwrap();
    assert!(smaller_width < width && smaller_height < height);
    assert!(bench.has_part("shown smaller to keep the memory budget"));
}

#[test]
fn a_new_limit_of_textures_reaches_the_open_picture() {
    let mut bench = Bench::with(10, WindowOptions::default());
    bench.press(Key::Home);
    bench.press(Key::Enter);
    bench.engine.tell(Event::TextureLimit(400_000));
    bench.settle();
    let (width, height) = asked_size(&bench).unwrap();
    assert!(width * height * 4 <= 200_000, "{width} × {height}");
    assert!(bench.has_part("shown smaller to keep the memory budget"));
}
