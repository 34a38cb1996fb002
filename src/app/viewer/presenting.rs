//! What outlives the open post: how pictures are looked at, fullscreen, the
//! slideshow, and what is on its way to the clipboard.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use eframe::egui;

use crate::message::{Generation, Pixels, PostDetails};

use super::compare::Compare;
use super::options::ViewerOptions;

/// Of a slideshow, at least.
const LEAST_SECS: u64 = 1;

#[derive(Default)]
pub struct Presenting {
    pub options: ViewerOptions,
    pub is_info_hidden: bool,
    /// It was asked for where there is too little room for it.
    pub is_info_wanted: bool,
    /// It is on screen.
    pub(super) is_info_seen: bool,
    pub is_fullscreen: bool,
    pub slideshow: Option<Slideshow>,
    pub compare: Option<Compare>,
    /// The keys of this frame are repeated: they were pressed before it.
    pub is_key_held: bool,
    /// The picture that is read for the clipboard.
    pub(super) copying: Option<Generation>,
}

impl Presenting {
    pub fn new(options: ViewerOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Bytes of the pictures that are compared.
    pub fn texture_bytes(&self) -> u64 {
        let compare = self.compare.as_ref();
        compare.map_or(0, |it| it.review.texture_bytes())
    }

    /// `true` where they were asked for to compare two posts.
    pub fn take_details(
        &mut self,
        generation: Generation,
        details: &Result<Box<PostDetails>, String>,
    ) -> bool {
        let compare = self.compare.as_mut();
        compare.is_some_and(|it| it.review.take_details(generation, details))
    }

    /// Gives the picture back where it was not asked for to compare two posts.
    pub fn take_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) -> Option<Result<Pixels, String>> {
        match &mut self.compare {
            Some(compare) => compare.review.take_picture(ctx, generation, picture),
            None => Some(picture),
        }
    }

    /// A picture is on its way to the clipboard.
    pub fn is_copying(&self) -> bool {
        self.copying.is_some()
    }
}

/// The posts of a list, one after another by themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slideshow {
    /// When the next post comes, by the time of frames; `None` before the picture
    /// of this one is there, and while it is paused.
    due: Option<f64>,
    pub is_paused: bool,
    /// The full screen came with it, and goes with it.
    pub(super) has_filled_screen: bool,
}

impl Slideshow {
    pub fn new(has_filled_screen: bool) -> Self {
        Self {
            due: None,
            is_paused: false,
            has_filled_screen,
        }
    }

    /// To be called in each frame; `true` where the next post is due. The time
    /// begins once the picture `is_there`.
    pub fn follow(&mut self, ctx: &egui::Context, is_there: bool, secs: u64) -> bool {
        if self.is_paused || !is_there {
            self.due = None;
            return false;
        }
        let now = ctx.input(|input| input.time);
        let due = *self.due.get_or_insert(now + secs.max(LEAST_SECS) as f64);
        if now >= due {
            self.due = None;
            return true;
        }
        ctx.request_repaint_after(Duration::from_secs_f64(due - now));
        false
    }

    pub fn toggle(&mut self) {
        self.is_paused = !self.is_paused;
        self.due = None;
    }
}

/// The index after `index` of `num` in a slideshow; `None` where it ends.
pub fn next_index(index: usize, num: usize, options: &ViewerOptions) -> Option<usize> {
    if num < 2 {
        return None;
    }
    if options.slideshow_is_random {
        // Any but this one.
        let step = 1 + (RandomState::new().hash_one(index) % (num as u64 - 1)) as usize;
        return Some((index + step) % num);
    }
    if index + 1 < num {
        Some(index + 1)
    } else {
        options.slideshow_loops.then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slideshow_goes_round_or_ends() {
        let mut options = ViewerOptions {
            slideshow_loops: false,
            ..ViewerOptions::default()
        };
        assert_eq!(next_index(0, 3, &options), Some(1));
        assert_eq!(next_index(2, 3, &options), None);
        options.slideshow_loops = true;
        assert_eq!(next_index(2, 3, &options), Some(0));
        assert_eq!(next_index(0, 1, &options), None);
        options.slideshow_is_random = true;
        for _ in 0..50 {
            let next = next_index(1, 3, &options);
            assert!(matches!(next, Some(0 | 2)), "{next:?}");
        }
    }

    #[test]
    fn the_next_post_is_due_only_after_its_picture_was_seen() {
        let ctx = egui::Context::default();
        let mut show = Slideshow::new(false);
        assert!(!show.follow(&ctx, false, 5));
        assert!(!show.follow(&ctx, true, 5));
        assert!(show.due.is_some());
        show.due = Some(0.0);
        assert!(show.follow(&ctx, true, 5));
        show.toggle();
        show.due = Some(0.0);
        assert!(!show.follow(&ctx, true, 5), "it is paused");
    }
}
