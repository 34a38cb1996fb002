//! A larger picture of one cell: where the pointer rests, or where the keyboard is.
//!
//! It lies over the grid and takes neither clicks nor keys; whatever is pressed or
//! scrolled hides it until the pointer moves again.

use eframe::egui::{self, Event, TextureHandle, TextureOptions, Ui, Vec2};

use crate::app::link::Link;
use crate::app::textures::color_image;
use crate::memory::{self, Component};
use crate::message::{Generation, Pixels, PostDetails, Request};
use crate::model::PostId;

/// The pointer rests for so long before it shows, seconds; and where it showed beside
/// before.
const REST_SECS: f64 = 0.6;
const NEXT_SECS: f64 = 0.2;

#[derive(Default)]
pub struct Preview {
    /// The cell below the pointer, and since which time of a frame.
    hovered: Option<(usize, f64)>,
    /// The pointer moved, and nothing was pressed or scrolled since.
    has_moved: bool,
    /// The keyboard asked for it.
    pub is_peeking: bool,
    shown: Option<Shown>,
}

/// What is shown, or on its way.
pub struct Shown {
    pub index: usize,
    pub post: PostId,
    details_asked: Generation,
    pub details: Option<Box<PostDetails>>,
    picture_asked: Generation,
    pub picture: Option<TextureHandle>,
    /// Of the picture in its file, pixels.
    pub full_size: Vec2,
}

impl std::fmt::Debug for Preview {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.shown.as_ref().map(|it| it.post);
        write!(f, "Preview of {shown:?}")
    }
}

impl Preview {
    pub fn shown(&self) -> Option<&Shown> {
        self.shown.as_ref()
    }

    /// Bytes of its texture.
    pub fn texture_bytes(&self) -> u64 {
        let picture = self.shown.as_ref().and_then(|it| it.picture.as_ref());
        picture.map_or(0, |it| it.byte_size() as u64)
    }

    pub fn hide(&mut self) {
        self.hovered = None;
        self.is_peeking = false;
        self.shown = None;
    }

    /// Where the pointer rests does not matter until it moves again.
    pub fn hush(&mut self) {
        self.has_moved = false;
    }

    /// Which cell it is to show now: the one at the keyboard where that asked, else
    /// the one that the pointer rests on. Asks for a frame when that will be.
    pub fn target(
        &mut self,
        ui: &Ui,
        hovered: Option<usize>,
        cursor: Option<usize>,
        is_scrolling: bool,
        is_on: bool,
    ) -> Option<usize> {
        if self.is_peeking {
            return cursor;
        }
        let (now, moved, pressed) = ui.input(|input| {
            let pressed = input.pointer.any_down()
                || input.events.iter().any(|it| {
                    matches!(
                        it,
                        Event::Key { pressed: true, .. } | Event::PointerButton { .. }
                    )
                });
            (input.time, input.pointer.delta() != Vec2::ZERO, pressed)
        });
        if pressed || is_scrolling {
            self.has_moved = false;
        } else if moved {
            self.has_moved = true;
        }
        let hovered = hovered.filter(|_| is_on && self.has_moved);
        let Some(index) = hovered else {
            self.hovered = None;
            return None;
        };
        let was_shown = self.shown.is_some();
        let since = match self.hovered {
            Some((before, since)) if before == index => since,
            _ => now,
        };
        self.hovered = Some((index, since));
        if self.shown.as_ref().is_some_and(|it| it.index == index) {
            return Some(index);
        }
        let rest = if was_shown { NEXT_SECS } else { REST_SECS };
        let left = since + rest - now;
        if left <= 0.0 {
            return Some(index);
        }
        let wait = std::time::Duration::from_secs_f64(left);
        ui.ctx().request_repaint_after(wait);
        // The one before stays until then.
        self.shown.as_ref().map(|it| it.index)
    }

    /// Shows `post`, or nothing; asks for what it does not have, at most `size` pixels.
    pub fn show(&mut self, target: Option<(usize, PostId)>, size: [u32; 2], link: &mut Link) {
        let Some((index, post)) = target else {
            self.shown = None;
            return;
        };
        if let Some(shown) = &mut self.shown
            && shown.post == post
        {
            shown.index = index;
            return;
        }
        let details_asked = link.next_generation();
        link.send(Request::OpenPost {
            generation: details_asked,
            post,
        });
        let picture_asked = link.next_generation();
        link.send(Request::Picture {
            generation: picture_asked,
            post,
            max_width: size[0],
            max_height: size[1],
        });
        self.shown = Some(Shown {
            index,
            post,
            details_asked,
            details: None,
            picture_asked,
            picture: None,
            full_size: Vec2::ZERO,
        });
    }

    /// Takes in what is known of the post; `false` where somebody else asked.
    pub fn take_details(
        &mut self,
        generation: Generation,
        details: &Result<Box<PostDetails>, String>,
    ) -> bool {
        match &mut self.shown {
            Some(shown) if shown.details_asked == generation => {
                shown.details = details.as_ref().ok().cloned();
                true
            }
            _ => false,
        }
    }

    /// Takes in the picture; gives it back where somebody else asked.
    pub fn take_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) -> Option<Result<Pixels, String>> {
        let Some(shown) = &mut self.shown else {
            return Some(picture);
        };
        if shown.picture_asked != generation {
            return Some(picture);
        }
        let _scope = memory::scope(Component::Pictures);
        let max_side = ctx.input(|input| input.max_texture_side);
        // The thumbnail stays where there is no picture.
        if let Ok(pixels) = picture
            && let Ok(image) = color_image(&pixels, max_side)
        {
            shown.full_size = Vec2::new(pixels.full_width as f32, pixels.full_height as f32);
            shown.picture = Some(ctx.load_texture("preview", image, TextureOptions::LINEAR));
        }
        None
    }
}
