//! Animated PNGs: what is painted over what, for how long, and how often.

use std::path::PathBuf;

use png::{BlendOp, ColorType, DisposeOp, Encoder};

use super::*;

const RED: [u8; 4] = [255, 0, 0, 255];
const GREEN: [u8; 4] = [0, 255, 0, 255];
const BLUE: [u8; 4] = [0, 0, 255, 255];
const CLEAR: [u8; 4] = [0; 4];

/// A frame of a canvas of 4 × 2.
#[derive(Clone, Copy)]
struct Drawn {
    color: [u8; 4],
    /// Left, top, width, height.
    place: [u32; 4],
    dispose: DisposeOp,
    blend: BlendOp,
    /// Of a second.
    delay: (u16, u16),
}

const WHOLE: [u32; 4] = [0, 0, 4, 2];
const RIGHT: [u32; 4] = [2, 0, 2, 2];

fn drawn(color: [u8; 4], place: [u32; 4]) -> Drawn {
    Drawn {
        color,
        place,
        dispose: DisposeOp::None,
        blend: BlendOp::Source,
        delay: (1, 10),
    }
}

/// `num_plays` of 0 is for ever.
fn encoded(frames: &[Drawn], num_plays: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 4, 2);
    encoder.set_color(ColorType::Rgba);
    encoder
        .set_animated(frames.len() as u32, num_plays)
        .unwrap();
    let mut writer = encoder.write_header().unwrap();
    for (number, frame) in frames.iter().enumerate() {
        let [left, top, width, height] = frame.place;
        if number > 0 {
            writer.reset_frame_position().unwrap();
            writer.set_frame_dimension(width, height).unwrap();
            writer.set_frame_position(left, top).unwrap();
        }
        writer
            .set_frame_delay(frame.delay.0, frame.delay.1)
            .unwrap();
        writer.set_dispose_op(frame.dispose).unwrap();
        writer.set_blend_op(frame.blend).unwrap();
        let num_pixels = (width * height) as usize;
        writer
            .write_image_data(&frame.color.repeat(num_pixels))
            .unwrap();
    }
    writer.finish().unwrap();
    bytes
}

/// Takes `left` frames, and wants no more.
struct Taker {
    left: usize,
    frames: Vec<Frame>,
}

impl Audience for Taker {
    fn wants(&mut self) -> Wish {
        match self.left {
            0 => Wish::Never,
            _ => Wish::Now,
        }
    }

    fn wait(&mut self) -> bool {
        false
    }

    fn take(&mut self, mut frame: Frame) {
        self.left -= 1;
        // On screen now: it holds the decoder up no longer.
        frame.pixels.permit = None;
        self.frames.push(frame);
    }

    fn postpone(&mut self) {}
}

fn written(bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("moving.png");
    std::fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn played(bytes: &[u8], first: u32, most: usize) -> (Vec<Frame>, Result<(), PictureError>) {
    let (_dir, path) = written(bytes);
    let permits = Permits::new(64 << 20);
    let mut taker = Taker {
        left: most,
        frames: Vec::new(),
    };
    let outcome = play(&path, first, (4, 2), &permits, &|| false, &mut taker);
    assert_eq!(permits.used(), 0, "everything is given back");
    (taker.frames, outcome)
}

/// The first pixel and the last one of the upper row.
fn ends(frame: &Frame) -> [[u8; 4]; 2] {
    let rgba = &frame.pixels.rgba;
    let pixel = |at: usize| [0, 1, 2, 3].map(|it| rgba[at * 4 + it]);
    [pixel(0), pixel(3)]
}

#[test]
fn frames_are_painted_over_each_other_and_cleared_as_they_say() {
    let half_red = [255, 0, 0, 128];
    let frames = [
        drawn(RED, WHOLE),
        // Taken away again, and what was there comes back.
        Drawn {
            dispose: DisposeOp::Previous,
            ..drawn(GREEN, RIGHT)
        },
        // Cleared after it.
        Drawn {
            dispose: DisposeOp::Background,
            ..drawn(BLUE, RIGHT)
        },
        // Over what is there, which is nothing on the right.
        Drawn {
            blend: BlendOp::Over,
            ..drawn(CLEAR, RIGHT)
        },
        // In the place of what is there, with its alpha.
        drawn(half_red, WHOLE),
    ];
    let (shown, outcome) = played(&encoded(&frames, 1), 0, 99);
    outcome.unwrap();
    let seen: Vec<_> = shown.iter().map(ends).collect();
    // Colours are multiplied by alpha.
    let half = [128, 0, 0, 128];
    let wanted = [
        [RED, RED],
        [RED, GREEN],
        [RED, BLUE],
        [RED, CLEAR],
        [half, half],
    ];
    assert_eq!(seen, wanted);
    assert!(shown.iter().map(|it| it.index).eq(0..5));
}

#[test]
fn each_frame_says_how_long_and_how_often_all_are_shown() {
    let delays = [(1, 2), (30, 1000), (1, 1000), (3, 0)];
    let frames = delays.map(|delay| Drawn {
        delay,
        ..drawn(RED, WHOLE)
    });
    let (shown, outcome) = played(&encoded(&frames, 2), 0, 99);
    outcome.unwrap();
    let seen: Vec<u32> = shown.iter().map(|it| it.delay_ms).collect();
    // Too short is as browsers have it; a denominator of 0 stands for 100.
    let of_round = [500, 30, PLAIN_DELAY_MS, 30];
    assert_eq!(seen, [of_round, of_round].concat());
    assert!(shown.iter().all(|it| it.num_rounds == Some(2)));
    assert_eq!(shown[0].num_frames, None, "not counted yet");
    assert_eq!(shown[4].num_frames, Some(4));

    // For ever: as long as somebody wants more.
    let (shown, outcome) = played(&encoded(&frames, 0), 0, 11);
    outcome.unwrap();
    assert_eq!(shown.len(), 11);
    assert!(shown.iter().all(|it| it.num_rounds.is_none()));
    assert_eq!(shown[10].index, 2);
}

#[test]
fn one_can_begin_in_the_middle() {
    let frames = [drawn(RED, WHOLE), drawn(GREEN, RIGHT), drawn(BLUE, WHOLE)];
    let (shown, outcome) = played(&encoded(&frames, 1), 1, 99);
    outcome.unwrap();
    let seen: Vec<_> = shown.iter().map(ends).collect();
    assert_eq!(seen, [[RED, GREEN], [BLUE, BLUE]], "over the ones before");
}

#[test]
fn what_is_there_of_a_damaged_one_is_shown() {
    let frames = [RED, GREEN, BLUE, RED].map(|it| drawn(it, WHOLE));
    let whole = encoded(&frames, 1);
    // In the data of the last frame.
    let cut = &whole[..whole.len() - 30];
    let (shown, outcome) = played(cut, 0, 99);
    outcome.unwrap();
    let seen: Vec<_> = shown.iter().map(|it| ends(it)[0]).collect();
    assert_eq!(seen, [RED, GREEN, BLUE]);

    // Cut off anywhere, it ends with frames or in words.
    for end in 0..whole.len() {
        let (shown, outcome) = played(&whole[..end], 0, 99);
        assert!(shown.len() <= 4);
        assert!(outcome.is_err() || !shown.is_empty(), "{end}");
    }
}

#[test]
fn a_picture_that_stands_still_is_no_animation() {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, 4, 2);
    encoder.set_color(ColorType::Rgba);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&RED.repeat(8)).unwrap();
    writer.finish().unwrap();
    let (shown, outcome) = played(&bytes, 0, 9);
    assert!(shown.len() <= 1);
    if let Err(err) = outcome {
        assert!(!err.to_string().is_empty());
    }
}
