//! An animation on screen: frames come a few ahead, each stays as long as it
//! says, and between two of them nothing is painted.

use std::collections::VecDeque;
use std::time::Duration;

use eframe::egui::{self, TextureHandle, TextureOptions};

use crate::app::link::Link;
use crate::app::text;
use crate::app::textures::color_image;
use crate::memory::{self, Component};
use crate::message::{Frame, Generation, Request, ShowRequest};
use crate::model::PostId;

/// What frames that wait may take, bytes, and how many there are at least and at most.
const AHEAD_BYTES: u64 = 8 << 20;
const LEAST_AHEAD: u64 = 2;
const MOST_AHEAD: u64 = 12;

const SPEEDS: [f32; 7] = [0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0];
const PLAIN_SPEED: usize = 3;

/// Later than this, the clock goes on from now: nothing is skipped.
const LATE_SECS: f64 = 0.25;

pub struct Player {
    post: PostId,
    generation: Generation,
    size: [u32; 2],
    ahead: u32,
    waiting: VecDeque<Frame>,
    pub is_playing: bool,
    /// One frame is to be shown although it does not play.
    steps: u32,
    speed: usize,
    /// The frame on screen, and until when it stays, by the time of frames.
    shown: Option<u32>,
    until: f64,
    num_frames: Option<u32>,
    pub problem: Option<String>,
}

impl Player {
    /// Begins with the first frame. `size` is what they are to fit, pixels.
    pub fn start(post: PostId, size: [u32; 2], link: &mut Link) -> Self {
        let bytes = (u64::from(size[0]) * u64::from(size[1]) * 4).max(1);
        let mut player = Self {
            post,
            generation: Generation::default(),
            size,
            ahead: (AHEAD_BYTES / bytes).clamp(LEAST_AHEAD, MOST_AHEAD) as u32,
            waiting: VecDeque::new(),
            is_playing: true,
            steps: 0,
            speed: PLAIN_SPEED,
            shown: None,
            until: 0.0,
            num_frames: None,
            problem: None,
        };
        player.ask_from(0, link);
        player
    }

    fn ask_from(&mut self, first: u32, link: &mut Link) {
        self.waiting.clear();
        self.generation = link.next_generation();
        link.send(Request::Show(ShowRequest::Play {
            generation: self.generation,
            post: self.post,
            first,
            max_width: self.size[0],
            max_height: self.size[1],
            ahead: self.ahead,
        }));
    }

    pub fn take(&mut self, generation: Generation, frame: Result<Frame, String>) {
        if generation != self.generation {
            return;
        }
        match frame {
            Ok(frame) => {
                self.num_frames = frame.num_frames.or(self.num_frames);
                self.waiting.push_back(frame);
            }
            Err(reason) => self.problem = Some(reason),
        }
    }

    /// Puts the next frame into `texture` once it is due; asks for another frame
    /// of the window when the one after it is.
    pub fn follow(&mut self, ctx: &egui::Context, texture: &mut TextureHandle, link: &mut Link) {
        let now = ctx.input(|input| input.time);
        let is_due = self.shown.is_none() || now >= self.until;
        let is_stepped = self.steps > 0;
        if !is_stepped && (!self.is_playing || !is_due) {
            if self.is_playing {
                ctx.request_repaint_after(Duration::from_secs_f64(self.until - now));
            }
            return;
        }
        // It wakes the window itself when it comes.
        let Some(frame) = self.waiting.pop_front() else {
            return;
        };
        let _scope = memory::scope(Component::Pictures);
        let max_side = ctx.input(|input| input.max_texture_side);
        match color_image(&frame.pixels, max_side) {
            Ok(image) => texture.set(image, TextureOptions::LINEAR),
            Err(reason) => {
                self.problem = Some(reason);
                return;
            }
        }
        self.steps = self.steps.saturating_sub(1);
        self.shown = Some(frame.index);
        let secs = f64::from(frame.delay_ms) / 1000.0 / f64::from(SPEEDS[self.speed]);
        let is_late = now - self.until > LATE_SECS;
        self.until = if is_late { now } else { self.until.min(now) } + secs;
        drop(frame);
        link.send(Request::Show(ShowRequest::MoreFrames {
            generation: self.generation,
            num: 1,
        }));
        if self.is_playing || self.steps > 0 {
            ctx.request_repaint_after(Duration::from_secs_f64((self.until - now).max(0.0)));
        }
    }

    pub fn toggle(&mut self) {
        self.is_playing = !self.is_playing;
        self.until = 0.0;
    }

    /// Stops, and shows the frame after or before this one.
    pub fn step(&mut self, by: i8, link: &mut Link) {
        self.is_playing = false;
        self.steps = 1;
        if by < 0 {
            let shown = self.shown.unwrap_or(0);
            let before = match (shown, self.num_frames) {
                (0, Some(num)) => num.saturating_sub(1),
                (shown, _) => shown.saturating_sub(1),
            };
            self.ask_from(before, link);
        }
    }

    pub fn change_speed(&mut self, by: i8) {
        let last = SPEEDS.len() - 1;
        self.speed = self.speed.saturating_add_signed(by.into()).min(last);
    }

    /// `Frame 3 of 12`, `Frame 3, 2 ×`
    pub fn text(&self) -> String {
        let said = match (self.shown, self.num_frames) {
            (Some(shown), Some(num)) => text::viewer::frame_of(shown + 1, num),
            (Some(shown), None) => text::viewer::frame(shown + 1),
            (None, _) => text::viewer::ANIMATION.to_owned(),
        };
        if self.speed != PLAIN_SPEED {
            return text::viewer::at_speed(&said, SPEEDS[self.speed]);
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{EngineSide, Pixels, channel};

    fn frame(index: u32) -> Frame {
        Frame {
            index,
            delay_ms: 50,
            pixels: Pixels {
                width: 2,
                height: 2,
                rgba: vec![index as u8; 16],
                full_width: 2,
                full_height: 2,
                degraded: None,
                permit: None,
            },
            num_frames: None,
            num_rounds: None,
        }
    }

    fn asked(engine: &EngineSide) -> Vec<ShowRequest> {
        let requests = engine.requests.try_iter();
        requests
            .filter_map(|it| match it {
                Request::Show(request) => Some(request),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn frames_are_shown_when_they_are_due_and_more_are_asked_for() {
        let ctx = egui::Context::default();
        let image = egui::ColorImage::filled([2, 2], egui::Color32::RED);
        let mut texture = ctx.load_texture("it", image, TextureOptions::LINEAR);
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut player = Player::start(PostId(3), [100, 100], &mut link);
        let generation = player.generation;
        assert!(matches!(
            asked(&engine)[..],
            [ShowRequest::Play { first: 0, .. }]
        ));
        player.follow(&ctx, &mut texture, &mut link);
        assert_eq!(player.text(), "Animation");
        player.take(generation, Ok(frame(0)));
        player.take(generation, Ok(frame(1)));
        player.follow(&ctx, &mut texture, &mut link);
        player.follow(&ctx, &mut texture, &mut link);
        assert_eq!(player.text(), "Frame 1", "the second one is not due");
        assert!(matches!(
            asked(&engine)[..],
            [ShowRequest::MoreFrames { num: 1, .. }]
        ));
        player.until = 0.0;
        player.follow(&ctx, &mut texture, &mut link);
        assert_eq!(player.text(), "Frame 2");

        player.toggle();
        player.take(generation, Ok(frame(2)));
        player.until = 0.0;
        player.follow(&ctx, &mut texture, &mut link);
        assert_eq!(player.text(), "Frame 2", "it is paused");
        player.step(1, &mut link);
        player.follow(&ctx, &mut texture, &mut link);
        assert_eq!(player.text(), "Frame 3");
        asked(&engine);
        player.step(-1, &mut link);
        assert!(matches!(
            asked(&engine)[..],
            [ShowRequest::Play { first: 1, .. }]
        ));
        player.take(generation, Ok(frame(9)));
        assert!(player.waiting.is_empty(), "that was of the last run");
        player.change_speed(2);
        assert_eq!(player.text(), "Frame 3, 2 ×");
    }
}
