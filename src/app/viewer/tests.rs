use super::*;
use crate::memory::Permits;
use crate::message::channel;

fn pixels(width: u32, height: u32) -> Pixels {
    Pixels {
        width,
        height,
        rgba: vec![200; (width * height * 4) as usize],
        full_width: width * 2,
        full_height: height * 2,
        degraded: None,
        permit: None,
    }
}

#[test]
fn asks_once_for_a_size_and_drops_stale_pictures() {
    let ctx = egui::Context::default();
    let (window, engine) = channel();
    let mut link = Link::new(window);
    let mut viewer = Viewer::open(Place::Results(0), PostId(7), u64::MAX, &mut link);
    viewer.want(&ctx, [800, 600], &mut link);
    viewer.want(&ctx, [800, 600], &mut link);
    let asked: Vec<Request> = engine.requests.try_iter().collect();
    assert_eq!(asked.len(), 2, "{asked:?}");
    assert!(matches!(
        asked[1],
        Request::Picture {
            post: PostId(7),
            max_width: 800,
            max_height: 600,
            ..
        }
    ));

    viewer.take_picture(&ctx, Generation(99), Ok(pixels(4, 4)));
    assert!(matches!(viewer.picture, Picture::Loading));
    let generation = viewer.picture_asked.unwrap().generation;
    viewer.take_picture(&ctx, generation, Ok(pixels(4, 4)));
    assert!(matches!(viewer.picture, Picture::Shown(_)));
}

#[test]
fn a_picture_on_screen_holds_no_permit() {
    let ctx = egui::Context::default();
    let (window, _engine) = channel();
    let mut link = Link::new(window);
    let mut viewer = Viewer::open(Place::Results(0), PostId(7), u64::MAX, &mut link);
    viewer.want(&ctx, [80, 60], &mut link);
    let permits = Permits::new(1000);
    let mut picture = pixels(4, 4);
    picture.permit = Some(permits.try_acquire(64).unwrap());
    let generation = viewer.picture_asked.unwrap().generation;
    viewer.take_picture(&ctx, generation, Ok(picture));
    assert!(matches!(viewer.picture, Picture::Shown(_)));
    assert_eq!(permits.used(), 0);
}

#[test]
fn a_budget_without_room_shows_it_smaller_and_says_so() {
    let ctx = egui::Context::default();
    let (window, engine) = channel();
    let mut link = Link::new(window);
    let mut viewer = Viewer::open(Place::Results(0), PostId(7), u64::MAX, &mut link);
    viewer.want(&ctx, [800, 800], &mut link);
    let generation = viewer.picture_asked.unwrap().generation;
    viewer.take_picture(&ctx, generation, Ok(pixels(800, 800)));
    assert_eq!(viewer.texture_bytes(), 800 * 800 * 4);

    viewer.show_smaller();
    assert_eq!(viewer.texture_bytes(), 0);
    engine.requests.try_iter().for_each(drop);
    viewer.want(&ctx, [800, 800], &mut link);
    assert!(matches!(
        engine.requests.try_recv(),
        Ok(Request::Picture {
            max_width: 400,
            max_height: 400,
            ..
        })
    ));
    let generation = viewer.picture_asked.unwrap().generation;
    viewer.take_picture(&ctx, generation, Ok(pixels(400, 400)));
    let Picture::Shown(shown) = &viewer.picture else {
        panic!("nothing is shown");
    };
    assert!(shown.degraded.as_ref().unwrap().contains("budget"));
    viewer.want(&ctx, [800, 800], &mut link);
    assert_eq!(engine.requests.len(), 0, "it is as large as it may be");
    viewer.show_smaller();
    viewer.show_smaller();
    assert!(viewer.max_bytes >= LEAST_BYTES);

    viewer.limit_bytes(u64::MAX);
    assert!(matches!(
        viewer.picture,
        Picture::Shown(_) | Picture::Loading
    ));
    viewer.want(&ctx, [800, 800], &mut link);
    assert!(matches!(
        engine.requests.try_recv(),
        Ok(Request::Picture { max_width: 800, .. })
    ));
}

#[test]
fn a_larger_window_asks_again_only_once_it_rests() {
    let ctx = egui::Context::default();
    let (window, engine) = channel();
    let mut link = Link::new(window);
    let mut viewer = Viewer::open(Place::Results(0), PostId(7), u64::MAX, &mut link);
    viewer.want(&ctx, [80, 60], &mut link);
    let generation = viewer.picture_asked.unwrap().generation;
    viewer.take_picture(&ctx, generation, Ok(pixels(80, 60)));
    engine.requests.try_iter().for_each(drop);

    viewer.want(&ctx, [160, 120], &mut link);
    assert_eq!(engine.requests.len(), 0, "still moving");
    viewer.resized = viewer
        .resized
        .map(|(since, size)| (since - RESIZE_SECS, size));
    viewer.want(&ctx, [160, 120], &mut link);
    assert_eq!(engine.requests.len(), 1);
    viewer.want(&ctx, [100, 100], &mut link);
    assert_eq!(engine.requests.len(), 1, "smaller needs nothing");
}
