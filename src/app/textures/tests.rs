use super::*;

fn thumbnail(edge: u32) -> Thumbnail {
    Thumbnail {
        pixels: Pixels {
            width: edge,
            height: edge,
            rgba: vec![128; (edge * edge * 4) as usize],
            full_width: edge,
            full_height: edge,
            degraded: None,
            permit: None,
        },
        label: "a.png".to_owned(),
    }
}

fn is_ready(cache: &mut TextureCache, post: u32) -> bool {
    matches!(cache.look(PostId(post)), Look::Ready { .. })
}

#[test]
fn evicts_the_least_recently_seen_and_never_what_is_on_screen() {
    let ctx = egui::Context::default();
    let bytes = 64 * 64 * 4;
    let mut cache = TextureCache::new(3 * bytes);
    for post in 0..3 {
        cache.arrive(PostId(post), Ok(thumbnail(64)));
    }
    cache.begin_frame(&ctx, |_| true);
    for post in 0..3 {
        assert!(is_ready(&mut cache, post));
    }
    cache.end_frame();

    cache.arrive(PostId(3), Ok(thumbnail(64)));
    cache.begin_frame(&ctx, |_| true);
    assert!(is_ready(&mut cache, 0) && is_ready(&mut cache, 2) && is_ready(&mut cache, 3));
    cache.end_frame();
    assert_eq!(cache.total_bytes(), 3 * bytes);
    assert!(!is_ready(&mut cache, 1));

    cache.begin_frame(&ctx, |_| true);
    assert!(is_ready(&mut cache, 0));
    assert_eq!(cache.purge(), 2 * bytes);
    assert_eq!(cache.total_bytes(), bytes);
}

#[test]
fn what_is_on_screen_is_shown_smaller_when_it_does_not_fit() {
    let ctx = egui::Context::default();
    let mut cache = TextureCache::new(4 * 128 * 128 * 4);
    for frame in 0..2 {
        cache.begin_frame(&ctx, |_| true);
        for post in 0..4 {
            assert!(!is_ready(&mut cache, post), "frame {frame}");
        }
        cache.end_frame();
    }
    for post in 0..4 {
        cache.arrive(PostId(post), Ok(thumbnail(256)));
    }
    cache.begin_frame(&ctx, |_| true);
    assert!((0..4).all(|post| is_ready(&mut cache, post)));
    assert_eq!(cache.total_bytes(), 4 * 128 * 128 * 4);
}

#[test]
fn a_frame_uploads_no_more_than_its_budget() {
    let ctx = egui::Context::default();
    let mut cache = TextureCache::new(u64::MAX);
    for post in 0..40 {
        cache.arrive(PostId(post), Ok(thumbnail(256)));
    }
    assert!(cache.begin_frame(&ctx, |_| true));
    assert!(
        cache.total_bytes() <= UPLOAD_BYTES,
        "{}",
        cache.total_bytes()
    );
    let mut num_frames = 1;
    while cache.begin_frame(&ctx, |_| true) {
        num_frames += 1;
    }
    assert!(num_frames >= 2);
    assert!((0..40).all(|post| is_ready(&mut cache, post)));
}

#[test]
fn what_scrolled_away_is_not_uploaded_and_can_be_asked_again() {
    let ctx = egui::Context::default();
    let mut cache = TextureCache::new(u64::MAX);
    cache.arrive(PostId(1), Ok(thumbnail(64)));
    cache.begin_frame(&ctx, |_| false);
    assert!(!cache.has(PostId(1)));
}

#[test]
fn what_could_not_be_shown_is_counted_and_given_up_too() {
    let ctx = egui::Context::default();
    let mut cache = TextureCache::new(10_000);
    for post in 0..1000 {
        cache.begin_frame(&ctx, |_| true);
        cache.arrive(PostId(post), Err("the file is damaged".to_owned()));
        cache.end_frame();
    }
    assert!(cache.entries.len() < 1000);
    assert!(cache.total_bytes() <= 10_000);
    assert!(cache.has(PostId(999)) && !cache.has(PostId(0)));
    cache.forget_failures();
    assert_eq!((cache.total_bytes(), cache.entries.len()), (0, 0));
}

#[test]
fn what_waits_for_its_upload_is_counted_and_given_up_first() {
    let ctx = egui::Context::default();
    let bytes = 64 * 64 * 4;
    let mut cache = TextureCache::new(u64::MAX);
    cache.arrive(PostId(0), Ok(thumbnail(64)));
    cache.begin_frame(&ctx, |_| true);
    cache.begin_frame(&ctx, |_| true);
    for post in 1..4 {
        cache.arrive(PostId(post), Ok(thumbnail(64)));
    }
    let waiting = |cache: &TextureCache| {
        let leaves = cache.leaves();
        (leaves[0].bytes, leaves[0].num_items)
    };
    assert_eq!(waiting(&cache), (3 * bytes, 3));
    assert_eq!(cache.evict(1), bytes);
    assert!(cache.has(PostId(1)) && !cache.has(PostId(3)));
    assert_eq!(waiting(&cache), (2 * bytes, 2));
    assert_eq!(cache.purge(), 3 * bytes);
    assert_eq!((waiting(&cache), cache.total_bytes()), ((0, 0), 0));
    assert!(!cache.has_waiting());
}

#[test]
fn pixels_that_do_not_match_their_size_are_refused() {
    let mut broken = thumbnail(4).pixels;
    broken.rgba.pop();
    assert!(color_image(&broken, 2048).unwrap_err().contains("4 × 4"));
    assert!(color_image(&thumbnail(64).pixels, 32).is_err());
}

#[test]
fn what_is_too_large_for_many_cells_is_replaced_and_not_given_up() {
    let ctx = egui::Context::default();
    let mut cache = TextureCache::new(4 * 128 * 128 * 4);
    cache.arrive(PostId(0), Ok(thumbnail(256)));
    cache.begin_frame(&ctx, |_| true);
    assert!(is_ready(&mut cache, 0));
    assert!(!cache.end_frame(), "alone, it fits");
    for post in 1..4 {
        cache.arrive(PostId(post), Ok(thumbnail(128)));
    }
    let look_at_all = |cache: &mut TextureCache| {
        cache.begin_frame(&ctx, |_| true);
        assert!((0..4).all(|post| is_ready(cache, post)));
        cache.end_frame()
    };
    assert!(look_at_all(&mut cache));
    assert!(!look_at_all(&mut cache), "it is said once");
    assert!(!cache.has(PostId(0)) && cache.has(PostId(1)));
    cache.arrive(PostId(0), Ok(thumbnail(256)));
    assert!(!look_at_all(&mut cache));
    assert_eq!(cache.total_bytes(), 4 * 128 * 128 * 4);
    assert!(cache.has(PostId(0)));
}

fn larger(edge: u32) -> Pixels {
    thumbnail(edge).pixels
}

#[test]
fn a_larger_one_takes_the_place_of_what_is_stored() {
    let ctx = egui::Context::default();
    let mut cache = TextureCache::new(32 << 20);
    assert_eq!(cache.larger_edge(160.0, 10), None);
    let edge = cache.larger_edge(500.0, 10).unwrap();
    assert_eq!(edge, 512);
    cache.arrive(PostId(0), Ok(thumbnail(256)));
    cache.arrive(PostId(1), Ok(thumbnail(64)));
    cache.begin_frame(&ctx, |_| true);
    assert!(is_ready(&mut cache, 0) && is_ready(&mut cache, 1));
    assert!(cache.wants_larger(PostId(0), edge));
    assert!(!cache.wants_larger(PostId(1), edge), "its picture is small");
    assert!(!cache.wants_larger(PostId(2), edge), "it is not here");

    cache.arrive_larger(PostId(0), edge, Ok(larger(512)));
    cache.begin_frame(&ctx, |_| true);
    let Look::Ready { size, label, .. } = cache.look(PostId(0)) else {
        panic!("it is gone");
    };
    assert_eq!((size.x, label), (512.0, "a.png"));
    assert!(!cache.wants_larger(PostId(0), edge));
    assert!(cache.wants_larger(PostId(0), 768));
    cache.arrive_larger(PostId(0), 768, Err("the file is gone".to_owned()));
    assert!(!cache.wants_larger(PostId(0), 1536));
    assert!(is_ready(&mut cache, 0));
}

#[test]
fn many_cells_share_what_there_is() {
    let cache = TextureCache::new(32 << 20);
    for num_cells in [1, 10, 40, 100] {
        if let Some(edge) = cache.larger_edge(1000.0, num_cells) {
            let bytes = u64::from(edge) * u64::from(edge) * 4 * num_cells as u64;
            assert!(bytes <= 32 << 20, "{edge} × {num_cells}");
        }
    }
    assert_eq!(cache.larger_edge(1000.0, 100), None);
}
