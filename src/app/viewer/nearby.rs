//! The pictures before and after the open one, ready for the screen: read while
//! nothing else is, and the first to go.

use eframe::egui::{self, TextureOptions, Vec2};

use crate::app::link::Link;
use crate::app::textures::color_image;
use crate::memory::{self, Component};
use crate::message::{Generation, Pixels, Request, ShowRequest};
use crate::model::PostId;

use super::ShownPicture;

/// The one before and the one after; and one that was just left.
const MAX_KEPT: usize = 3;

/// A picture that is not on screen.
pub struct Kept {
    pub post: PostId,
    pub shown: ShownPicture,
    /// What it was asked to fit, pixels.
    pub size: [u32; 2],
}

#[derive(Default)]
pub struct Nearby {
    /// The one that was looked at last comes last.
    kept: Vec<Kept>,
    asked: Option<Asked>,
    /// There is no room for them, or they can't be read: not asked for again.
    refused: Vec<PostId>,
}

struct Asked {
    generation: Generation,
    post: PostId,
    size: [u32; 2],
}

impl Nearby {
    /// Bytes of the textures.
    pub fn texture_bytes(&self) -> u64 {
        let textures = self.kept.iter().map(|it| it.shown.texture.byte_size());
        textures.map(|it| it as u64).sum()
    }

    /// Keeps a picture that leaves the screen.
    pub fn keep(&mut self, kept: Kept) {
        self.kept.retain(|it| it.post != kept.post);
        self.kept.push(kept);
        if self.kept.len() > MAX_KEPT {
            self.kept.remove(0);
        }
    }

    pub fn take(&mut self, post: PostId) -> Option<Kept> {
        let index = self.kept.iter().position(|it| it.post == post)?;
        Some(self.kept.remove(index))
    }

    /// Another post is open: what was asked for the last one gives way.
    pub fn moved(&mut self) {
        self.asked = None;
        self.refused.clear();
    }

    /// Gives up all.
    pub fn clear(&mut self) {
        self.kept.clear();
        self.asked = None;
    }

    /// Gives up what there is no room for, the longest unseen first.
    pub fn fit(&mut self, max_bytes: u64) {
        while !self.kept.is_empty() && self.texture_bytes() > max_bytes {
            self.kept.remove(0);
        }
    }

    /// Asks for the first of `posts` that is not there, in the size of the window,
    /// if there is room for it.
    pub fn want(&mut self, posts: &[PostId], size: [u32; 2], max_bytes: u64, link: &mut Link) {
        if self.asked.is_some() {
            return;
        }
        let is_there = |nearby: &Self, post: PostId| {
            nearby.refused.contains(&post) || nearby.kept.iter().any(|it| it.post == post)
        };
        let Some(post) = posts.iter().copied().find(|it| !is_there(self, *it)) else {
            return;
        };
        // What is neither before nor after makes room.
        if self.kept.len() >= posts.len() {
            self.kept.retain(|it| posts.contains(&it.post));
        }
        let bytes = u64::from(size[0]) * u64::from(size[1]) * 4;
        if self.texture_bytes() + bytes > max_bytes {
            self.kept.retain(|it| posts.contains(&it.post));
            if self.texture_bytes() + bytes > max_bytes {
                self.refused.push(post);
                return;
            }
        }
        let generation = link.next_generation();
        self.asked = Some(Asked {
            generation,
            post,
            size,
        });
        link.send(Request::Show(ShowRequest::ReadAhead {
            generation,
            post,
            max_width: size[0],
            max_height: size[1],
        }));
    }

    /// Takes in what was asked for.
    pub fn arrive(&mut self, ctx: &egui::Context, generation: Generation, picture: Option<Pixels>) {
        let Some(asked) = self.asked.take_if(|it| it.generation == generation) else {
            return;
        };
        let _scope = memory::scope(Component::Pictures);
        let max_side = ctx.input(|input| input.max_texture_side);
        let shown = picture.and_then(|pixels| {
            let image = color_image(&pixels, max_side).ok()?;
            Some(ShownPicture {
                texture: ctx.load_texture("picture ahead", image, TextureOptions::LINEAR),
                full_size: Vec2::new(pixels.full_width as f32, pixels.full_height as f32),
                degraded: pixels.degraded,
                is_limited: false,
            })
        });
        match shown {
            Some(shown) => self.kept.push(Kept {
                post: asked.post,
                shown,
                size: asked.size,
            }),
            None => self.refused.push(asked.post),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    fn pixels(edge: u32) -> Pixels {
        Pixels {
            width: edge,
            height: edge,
            rgba: vec![200; (edge * edge * 4) as usize],
            full_width: edge,
            full_height: edge,
            degraded: None,
            permit: None,
        }
    }

    #[test]
    fn both_neighbours_are_read_and_no_more_than_there_is_room_for() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut nearby = Nearby::default();
        let posts = [PostId(8), PostId(6)];
        let mut asked = Vec::new();
        for _ in 0..4 {
            nearby.want(&posts, [10, 10], 800, &mut link);
            while let Ok(request) = engine.requests.try_recv() {
                let Request::Show(ShowRequest::ReadAhead {
                    generation, post, ..
                }) = request
                else {
                    panic!("{request:?}");
                };
                asked.push(post);
                nearby.arrive(&ctx, generation, Some(pixels(10)));
            }
        }
        assert_eq!(asked, posts);
        assert_eq!(nearby.texture_bytes(), 800);
        // The next one: what is no neighbour any more makes room.
        nearby.moved();
        let taken = nearby.take(PostId(8)).unwrap();
        assert_eq!(taken.size, [10, 10]);
        nearby.want(&[PostId(9), PostId(7)], [10, 10], 800, &mut link);
        assert_eq!(nearby.texture_bytes(), 400, "there is room for one more");
        nearby.fit(0);
        nearby.want(&[PostId(9)], [100, 100], 800, &mut link);
        assert_eq!(engine.requests.len(), 1, "one at a time");
    }

    #[test]
    fn what_can_not_be_had_is_not_asked_for_twice() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut nearby = Nearby::default();
        nearby.want(&[PostId(5)], [10, 10], 800, &mut link);
        let generation = nearby.asked.as_ref().unwrap().generation;
        nearby.arrive(&ctx, generation, None);
        nearby.want(&[PostId(5)], [10, 10], 800, &mut link);
        assert_eq!(engine.requests.len(), 1);
        nearby.want(&[PostId(6)], [100, 100], 800, &mut link);
        assert_eq!(engine.requests.len(), 1, "there is no room");
    }
}
