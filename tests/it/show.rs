//! Pictures looked at closely, through the engine: parts, animations, other
//! programs. Real files.

use std::path::{Path, PathBuf};

use image::codecs::gif::{GifEncoder, Repeat};
use image::{Delay, RgbImage, RgbaImage};
use kobako::engine::EngineConfig;
use kobako::message::{
    Event, Frame, Generation, Pixels, PostFact, Request, ShowEvent, ShowRequest, TileId,
};
use kobako::model::PostId;

use crate::fixture::Engine;
use crate::shared_data;

struct Place {
    dir: tempfile::TempDir,
    engine: Engine,
}

impl Place {
    /// A library of what `make` puts into a folder.
    fn with(open_with: &str, make: impl FnOnce(&Path)) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let pictures = dir.path().join("pictures");
        std::fs::create_dir(&pictures).unwrap();
        make(&pictures);
        let mut config = EngineConfig {
            create: true,
            ..EngineConfig::load(dir.path().join("library"))
        };
        config.settings.open_with = open_with.to_owned();
        let mut engine = Engine::with(config);
        engine.wait(|it| matches!(it, Event::Ready(_)).then_some(()));
        let report = engine.import(&[pictures]);
        assert_eq!(report.failed, []);
        Self { dir, engine }
    }

    fn only_post(&mut self) -> PostId {
        let posts = self.engine.search("");
        assert_eq!(posts.len(), 1);
        posts[0]
    }

    fn show(&mut self, request: ShowRequest) {
        self.engine.ask(Request::Show(request));
    }

    fn play(&mut self, post: PostId, first: u32, ahead: u32) -> Generation {
        let generation = self.engine.generation();
        self.show(ShowRequest::Play {
            generation,
            post,
            first,
            max_width: 1000,
            max_height: 1000,
            ahead,
        });
        generation
    }

    fn frame(&mut self, of: Generation) -> Frame {
        self.engine.wait(|it| match it {
            Event::Show(ShowEvent::Frame { generation, frame }) if generation == of => {
                Some(frame.unwrap())
            }
            _ => None,
        })
    }
}

/// Frames of one colour each, shown for 70 ms.
fn gif(path: &Path, num: u32, repeat: Repeat) {
    let mut encoder = GifEncoder::new(std::fs::File::create(path).unwrap());
    encoder.set_repeat(repeat).unwrap();
    for index in 0..num {
        let image = RgbaImage::from_pixel(40, 30, image::Rgba([index as u8 * 40, 0, 200, 255]));
        let delay = Delay::from_numer_denom_ms(70, 1);
        let frame = image::Frame::from_parts(image, 0, 0, delay);
        encoder.encode_frame(frame).unwrap();
    }
}

#[test]
fn frames_come_as_far_ahead_as_they_are_wanted_and_go_round() {
    let mut place = Place::with("", |dir| gif(&dir.join("a.gif"), 3, Repeat::Infinite));
    let post = place.only_post();
    let generation = place.play(post, 0, 2);
    for index in 0..2 {
        let frame = place.frame(generation);
        assert_eq!((frame.index, frame.delay_ms), (index, 70));
        assert_eq!((frame.pixels.width, frame.pixels.height), (40, 30));
        assert!(frame.pixels.rgba[0].abs_diff(index as u8 * 40) < 8);
        assert_eq!((frame.num_frames, frame.num_rounds), (None, None));
    }
    // Long enough for the decoder to be given up.
    std::thread::sleep(std::time::Duration::from_millis(600));
    place.show(ShowRequest::MoreFrames { generation, num: 3 });
    let rest: Vec<(u32, Option<u32>)> = (0..3)
        .map(|_| place.frame(generation))
        .map(|it| (it.index, it.num_frames))
        .collect();
    assert_eq!(rest, [(2, None), (0, Some(3)), (1, Some(3))]);
    // Back to one that was shown.
    let generation = place.play(post, 1, 1);
    assert_eq!(place.frame(generation).index, 1);
    place.show(ShowRequest::StopPlaying);
    place.engine.stop();
}

#[test]
fn an_animation_ends_after_as_many_rounds_as_it_says() {
    let mut place = Place::with("", |dir| gif(&dir.join("a.gif"), 2, Repeat::Finite(1)));
    let post = place.only_post();
    let generation = place.play(post, 0, 50);
    let mut seen = Vec::new();
    for _ in 0..4 {
        let frame = place.frame(generation);
        seen.push(frame.index);
        if frame.num_rounds == Some(1) && seen.len() == 2 {
            break;
        }
    }
    assert!(seen == [0, 1] || seen == [0, 1, 0, 1], "{seen:?}");
    place.engine.stop();
}

#[test]
fn real_animations_play() {
    let Some(shared) = shared_data() else { return };
    let folder = shared.join("images/animated/fluent_anim_webp");
    let file = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    let mut place = Place::with("", |dir| {
        std::fs::copy(file.path(), dir.join("a.webp")).unwrap();
    });
    let post = place.only_post();
    let generation = place.play(post, 0, 6);
    let frames: Vec<Frame> = (0..6).map(|_| place.frame(generation)).collect();
    let moved = frames
        .windows(2)
        .filter(|it| it[0].pixels.rgba != it[1].pixels.rgba);
    assert!(moved.count() > 0, "nothing moves");
    place.engine.stop();
}

#[test]
fn parts_of_a_picture_come_one_by_one() {
    let mut place = Place::with("", |dir| {
        let image = RgbImage::from_fn(1500, 1200, |x, y| {
            image::Rgb([(x / 6) as u8, (y / 5) as u8, 90])
        });
        image.save(dir.join("a.jpg")).unwrap();
    });
    let post = place.only_post();
    let asked = place.engine.generation();
    let tiles = [(5, 4), (0, 0), (2, 1)].map(|(column, row)| TileId { column, row });
    place.show(ShowRequest::Tiles {
        generation: asked,
        post,
        divisor: 1,
        tiles: tiles.to_vec(),
    });
    let mut parts: Vec<(TileId, Pixels)> = Vec::new();
    place.engine.wait(|it| match it {
        Event::Show(ShowEvent::Tile {
            generation,
            tile,
            pixels,
        }) if generation == asked => {
            parts.push((tile, pixels));
            None
        }
        Event::Show(ShowEvent::TilesEnded { outcome, .. }) => {
            outcome.unwrap();
            Some(())
        }
        _ => None,
    });
    assert_eq!(parts.len(), 3);
    for (tile, pixels) in parts {
        let (x, y) = (tile.column * 256, tile.row * 256);
        assert!(pixels.rgba[0].abs_diff((x / 6) as u8) < 6, "{tile:?}");
        assert!(pixels.rgba[1].abs_diff((y / 5) as u8) < 6, "{tile:?}");
        assert_eq!(pixels.width, (1500 - x).min(256));
    }
    place.engine.stop();
}

/// Some of the photographs, each 768 × 512 or the other way round.
fn photographs(dir: &Path) -> Option<u32> {
    let folder = shared_data()?.join("images/kodak");
    let names = ["01.png", "04.png", "05.png"];
    for name in names {
        std::fs::copy(folder.join(name), dir.join(name)).unwrap();
    }
    Some(names.len() as u32)
}

#[test]
fn parts_of_a_real_picture_are_those_of_the_whole() {
    if shared_data().is_none() {
        return;
    }
    let mut place = Place::with("", |dir| {
        photographs(dir).unwrap();
    });
    let post = place.engine.search("filename:05")[0];
    let path = place.dir.path().join("pictures/05.png");
    let whole = image::open(path).unwrap().to_rgb8();
    let asked = place.engine.generation();
    // The last is beyond the picture: nobody hears of it.
    let tiles = [(2, 1), (0, 0), (1, 1), (40, 40)].map(|(column, row)| TileId { column, row });
    place.show(ShowRequest::Tiles {
        generation: asked,
        post,
        divisor: 1,
        tiles: tiles.to_vec(),
    });
    let mut num = 0;
    place.engine.wait(|it| match it {
        Event::Show(ShowEvent::Tile {
            generation,
            tile,
            pixels,
        }) if generation == asked => {
            num += 1;
            let (left, top) = (tile.column * 256, tile.row * 256);
            for (x, y) in [(0, 0), (100, 200), (pixels.width - 1, pixels.height - 1)] {
                let at = (y * pixels.width + x) as usize * 4;
                let wanted = whole.get_pixel(left + x, top + y).0;
                assert_eq!(pixels.rgba[at..at + 3], wanted, "{tile:?} at {x}, {y}");
            }
            None
        }
        Event::Show(ShowEvent::TilesEnded {
            generation,
            outcome,
        }) if generation == asked => {
            outcome.unwrap();
            Some(())
        }
        _ => None,
    });
    assert_eq!(num, 3);

    // A file that is gone is told of in words.
    std::fs::remove_file(place.dir.path().join("pictures/05.png")).unwrap();
    let asked = place.engine.generation();
    place.show(ShowRequest::Tiles {
        generation: asked,
        post,
        divisor: 2,
        tiles: vec![TileId { column: 0, row: 0 }],
    });
    let err = place.engine.wait(|it| match it {
        Event::Show(ShowEvent::TilesEnded {
            generation,
            outcome,
        }) if generation == asked => Some(outcome.unwrap_err()),
        _ => None,
    });
    assert!(!err.is_empty());
    place.engine.stop();
}

#[test]
fn thumbnails_larger_than_stored_are_read_from_the_pictures() {
    if shared_data().is_none() {
        return;
    }
    let mut place = Place::with("", |dir| {
        photographs(dir).unwrap();
        // Smaller than any cell: never enlarged.
        RgbImage::new(30, 20).save(dir.join("small.png")).unwrap();
    });
    let wanted = ["01", "04", "05", "small"].map(|it| {
        let found = place.engine.search(&format!("filename:{it}"));
        found[0]
    });
    let mut ask = |wanted: &[PostId], edge: u32| {
        place.engine.ask(Request::LargerThumbnails {
            wanted: wanted.to_vec(),
            edge,
        });
        let mut sizes = Vec::new();
        place.engine.wait(|it| {
            if let Event::LargerThumbnail {
                post,
                edge: of,
                pixels,
            } = it
                && of == edge
            {
                let size = pixels.map(|it| (it.width, it.height, it.rgba.len()));
                sizes.push((post, size));
            }
            (sizes.len() == wanted.len()).then_some(())
        });
        sizes
    };
    let sizes = ask(&wanted, 480);
    let posts: Vec<PostId> = sizes.iter().map(|it| it.0).collect();
    assert_eq!(posts, wanted, "the most wanted first");
    let found: Vec<_> = sizes.into_iter().map(|it| it.1.unwrap()).collect();
    let of = |width: u32, height: u32| (width, height, (width * height * 4) as usize);
    assert_eq!(
        found,
        [of(480, 320), of(320, 480), of(480, 320), of(30, 20)]
    );

    // Another size of the same, and one whose file is gone.
    std::fs::remove_file(place.dir.path().join("pictures/04.png")).unwrap();
    let sizes = ask(&wanted[..2], 600);
    assert_eq!(sizes[0].1, Ok(of(600, 400)));
    assert!(sizes[1].1.is_err());
    place.engine.stop();
}

#[test]
fn posts_are_measured_and_described() {
    if shared_data().is_none() {
        return;
    }
    let mut place = Place::with("", |dir| {
        photographs(dir).unwrap();
        std::fs::write(dir.join("01.png.txt"), "sky\nblue_water\n").unwrap();
    });
    let posts = ["01.png", "04.png", "05.png"].map(|it| {
        let found = place.engine.search(&format!("filename:{it}"));
        found[0]
    });
    let path = |name: &str| place.dir.path().join("pictures").join(name);
    let asked = place.engine.generation();
    let nobody = PostId(9_999);
    let mut of = posts.to_vec();
    of.push(nobody);
    place.engine.ask(Request::Measure {
        generation: asked,
        posts: of.clone(),
    });
    let bytes = place.engine.wait(|it| match it {
        Event::Measured { generation, bytes } if generation == asked => Some(bytes),
        _ => None,
    });
    let files = ["01.png", "04.png", "05.png"].map(path);
    let on_disk: u64 = files
        .iter()
        .map(|it| std::fs::metadata(it).unwrap().len())
        .sum();
    assert_eq!(bytes, on_disk);

    let mut describe = |fact| {
        let asked = place.engine.generation();
        place.engine.ask(Request::Describe {
            generation: asked,
            posts: of.clone(),
            fact,
        });
        place.engine.wait(|it| match it {
            Event::Described { generation, lines } if generation == asked => Some(lines),
            _ => None,
        })
    };
    let shown: Vec<String> = files.iter().map(|it| it.display().to_string()).collect();
    assert_eq!(describe(PostFact::Path), shown);
    let sums = describe(PostFact::Md5);
    let is_md5 = |it: &String| it.len() == 32 && it.chars().all(|c| c.is_ascii_hexdigit());
    assert!(sums.len() == 3 && sums.iter().all(is_md5), "{sums:?}");
    let tags = describe(PostFact::Tags);
    let mut of_first: Vec<&str> = tags[0].split(' ').collect();
    of_first.sort_unstable();
    assert_eq!(of_first, ["blue_water", "sky"]);
    place.engine.stop();
}

#[test]
fn another_program_gets_the_path_as_one_argument() {
    let dir = tempfile::tempdir().unwrap();
    let (script, said) = (dir.path().join("open"), dir.path().join("said"));
    let text = format!("#!/bin/sh\nprintf '%s|' \"$@\" > '{}'\n", said.display());
    std::fs::write(&script, text).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&script, mode).unwrap();
    let name = "it's a $(name) & more.png";
    let open_with = format!("{} --new", script.display());
    let mut place = Place::with(&open_with, |dir| {
        RgbImage::new(8, 8).save(dir.join(name)).unwrap();
    });
    let post = place.only_post();
    place.show(ShowRequest::OpenWith { post });
    place.engine.wait(|it| match it {
        Event::Show(ShowEvent::Handed(outcome)) => {
            outcome.unwrap();
            Some(())
        }
        _ => None,
    });
    let path: PathBuf = place.dir.path().join("pictures").join(name);
    let expected = format!("--new|{}|", path.display());
    assert_eq!(std::fs::read_to_string(said).unwrap(), expected);
    place.engine.stop();
}
