//! One post, opened: its picture, and what is known about it.

mod actions;
mod bar_ui;
mod camera;
mod clipboard;
mod command;
mod compare;
mod details_ui;
mod logic;
mod menu_ui;
mod nearby;
mod options;
mod picture_ui;
mod player;
mod presenting;
mod tiles;
mod ui;

pub use actions::ACTIONS;
pub use command::ViewerCommand;
pub use options::ViewerOptions;
pub use presenting::Presenting;
pub use ui::{Around, has_room_beside, viewer_ui};

use std::time::{Duration, Instant};

use eframe::egui::{self, TextureHandle, TextureOptions, Vec2};

use crate::memory::{self, Component};
use crate::message::{Generation, Pixels, PostDetails, Request, ShowRequest};
use crate::model::PostId;

use super::link::Link;
use super::text;
use super::textures::color_image;
use camera::{Camera, Laid, Zoom};
use nearby::{Kept, Nearby};
use player::Player;
use tiles::{Sight, Tiles};

/// After the window changed its size, before a picture of that size is asked for,
/// seconds.
const RESIZE_SECS: f64 = 0.2;

/// A budget makes no picture smaller than this, bytes of its texture.
const LEAST_BYTES: u64 = 512 << 10;

/// A picture as it is on screen.
pub struct ShownPicture {
    pub texture: TextureHandle,
    /// Of the picture in its file, pixels.
    pub full_size: Vec2,
    pub degraded: Option<String>,
    /// The memory budget had room for no larger one.
    pub is_limited: bool,
}

pub enum Picture {
    /// Asked for; the thumbnail stands in.
    Loading,
    Shown(ShownPicture),
    Failed(String),
}

/// Where in which list an open post is, for its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this index of the result.
    Results(usize),
    /// At this index of what was found to be alike.
    Similar(usize),
    /// In no list.
    Alone,
}

impl Place {
    /// The place after or before this one, in the same list.
    pub fn moved(self, by: isize) -> Option<Self> {
        match self {
            Self::Results(index) => index.checked_add_signed(by).map(Self::Results),
            Self::Similar(index) => index.checked_add_signed(by).map(Self::Similar),
            Self::Alone => None,
        }
    }

    pub fn index(self) -> Option<usize> {
        match self {
            Self::Results(index) | Self::Similar(index) => Some(index),
            Self::Alone => None,
        }
    }
}

/// The post that is open.
pub struct Viewer {
    pub place: Place,
    /// Posts from which the similar ones led here, and where they were.
    pub trail: Vec<(Place, PostId)>,
    /// The strip of similar posts is below it.
    pub has_strip: bool,
    pub post: PostId,
    pub details: Option<Result<Box<PostDetails>, String>>,
    pub picture: Picture,
    details_asked: Generation,
    picture_asked: Option<Asked>,
    /// Since which time of a frame the window has had another size than was asked for.
    resized: Option<(f64, [u32; 2])>,
    /// The largest texture that the memory budget has room for, bytes.
    max_bytes: u64,
    pub camera: Camera,
    /// Where the last frame had it; `None` until its size is known.
    laid: Option<Laid>,
    /// What the wheel has turned towards another post, points.
    wheel: f32,
    nearby: Nearby,
    tiles: Tiles,
    player: Option<Player>,
    /// This frame painted it, and the last one did.
    is_painted: bool,
    was_painted: bool,
    /// What the window has room for, pixels.
    room: Option<[u32; 2]>,
    opened: Instant,
    /// How long it took until the picture was on screen, and whether that was told.
    seen: Option<Duration>,
    is_told: bool,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    generation: Generation,
    size: [u32; 2],
    /// The memory budget has room for no larger one.
    is_limited: bool,
}

/// `size` if as many pixels take no more than `max_bytes`, else a smaller one of its shape.
fn within(size: [u32; 2], max_bytes: u64) -> [u32; 2] {
    let bytes = u64::from(size[0]) * u64::from(size[1]) * 4;
    if bytes <= max_bytes {
        return size;
    }
    let scale = (max_bytes as f64 / bytes as f64).sqrt();
    size.map(|edge| ((f64::from(edge) * scale) as u32).max(1))
}

impl Viewer {
    /// Opens a post; its picture is asked for when the first frame knows the
    /// size of the window.
    /// `max_bytes` is what its texture may take.
    pub fn open(place: Place, post: PostId, max_bytes: u64, link: &mut Link) -> Self {
        let details_asked = link.next_generation();
        link.send(Request::OpenPost {
            generation: details_asked,
            post,
        });
        Self {
            place,
            trail: Vec::new(),
            has_strip: false,
            post,
            details: None,
            picture: Picture::Loading,
            details_asked,
            picture_asked: None,
            resized: None,
            max_bytes,
            camera: Camera::default(),
            laid: None,
            wheel: 0.0,
            nearby: Nearby::default(),
            tiles: Tiles::default(),
            player: None,
            is_painted: false,
            was_painted: false,
            room: None,
            opened: Instant::now(),
            seen: None,
            is_told: false,
        }
    }

    /// Goes on from the post that was open before: it is looked at alike.
    /// A picture that was read ahead is there at once.
    #[must_use]
    pub fn after(mut self, before: Option<Self>, link: &mut Link) -> Self {
        let Some(mut before) = before else {
            return self;
        };
        let was_animated = before.player.is_some();
        before.let_go(link);
        self.camera = before.camera.for_next();
        self.room = before.room;
        self.nearby = before.nearby;
        self.nearby.moved();
        // An animation is left at some frame.
        if let (Picture::Shown(shown), Some(asked)) = (before.picture, before.picture_asked)
            && !was_animated
        {
            self.nearby.keep(Kept {
                post: before.post,
                shown,
                size: asked.size,
            });
        }
        if let Some(Kept {
            post: _,
            shown,
            size,
        }) = self.nearby.take(self.post)
        {
            self.picture_asked = Some(Asked {
                generation: link.next_generation(),
                size,
                is_limited: shown.is_limited,
            });
            self.picture = Picture::Shown(shown);
        }
        self.nearby.fit(self.spare_bytes());
        self
    }

    /// What may be kept beside the picture itself, bytes.
    fn spare_bytes(&self) -> u64 {
        let max_bytes = self.max_bytes.min(u64::MAX / 4);
        (max_bytes + max_bytes / 2).saturating_sub(self.own_bytes())
    }

    /// Reads the posts around this one once its own picture is there.
    pub fn read_ahead(&mut self, posts: &[PostId], link: &mut Link) {
        let room = self
            .spare_bytes()
            .saturating_sub(self.tiles.texture_bytes());
        self.nearby.fit(room);
        if matches!(self.picture, Picture::Shown(_))
            && !self.tiles.is_waiting()
            && let Some(size) = self.room
        {
            self.nearby
                .want(posts, within(size, self.max_bytes), room, link);
        }
    }

    /// Why it is less sharp than it could be seen, in words.
    fn less_sharp(&self) -> Option<String> {
        if let Some(problem) = &self.tiles.problem {
            return Some(text::viewer::less_sharp(problem));
        }
        self.tiles
            .is_coarser
            .then(|| text::viewer::LESS_SHARP_FOR_BUDGET.to_owned())
    }

    /// Shows the frame of an animation that is due, while it can be seen.
    pub fn follow_animation(&mut self, ctx: &egui::Context, link: &mut Link) {
        self.was_painted = std::mem::take(&mut self.is_painted);
        let is_animated = self.known().is_some_and(|it| it.is_animated);
        if is_animated
            && self.player.is_none()
            && let Picture::Shown(shown) = &self.picture
        {
            let max_side = ctx.input(|input| input.max_texture_side) as f32;
            let size = shown.full_size.min(Vec2::splat(max_side));
            let size = within([size.x as u32, size.y as u32], self.max_bytes);
            self.player = Some(Player::start(self.post, size, link));
        }
        let is_hidden = ctx.input(|input| input.viewport().minimized == Some(true));
        if let (Some(player), Picture::Shown(shown)) = (&mut self.player, &mut self.picture)
            && self.was_painted
            && !is_hidden
        {
            player.follow(ctx, &mut shown.texture, link);
        }
    }

    /// Something else is on screen: the picture goes, and comes again after.
    pub fn give_way(&mut self) {
        self.nearby.clear();
        self.picture = Picture::Loading;
        self.picture_asked = None;
    }

    /// These posts have other pictures now: what was read of them is read again.
    pub fn forget_pictures(&mut self, posts: &[PostId], link: &mut Link) {
        self.nearby.clear();
        if posts.contains(&self.post) {
            self.let_go(link);
            self.give_way();
        }
    }

    /// What is read for it alone is no longer wanted.
    pub fn let_go(&mut self, link: &mut Link) {
        self.tiles.clear(link);
        if self.player.take().is_some() {
            link.send(Request::Show(ShowRequest::StopPlaying));
        }
    }

    pub fn take_ahead(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Option<Pixels>,
    ) {
        self.nearby.arrive(ctx, generation, picture);
    }

    /// From the wish to see it until it was on screen; once.
    pub fn take_seen(&mut self) -> Option<Duration> {
        let seen = self.seen.filter(|_| !self.is_told);
        self.is_told |= seen.is_some();
        seen
    }

    /// What is known of the post, once it is.
    fn known(&self) -> Option<&PostDetails> {
        self.details.as_ref()?.as_ref().ok().map(Box::as_ref)
    }

    /// Of the picture as it is meant to be seen, pixels.
    fn full_size(&self) -> Option<Vec2> {
        match &self.picture {
            Picture::Shown(shown) => Some(shown.full_size),
            Picture::Loading | Picture::Failed(_) => self
                .known()
                .filter(|it| it.width > 0 && it.height > 0)
                .map(|it| Vec2::new(it.width as f32, it.height as f32)),
        }
    }

    /// Nothing more of it is to come.
    fn is_settled(&self) -> bool {
        !matches!(self.picture, Picture::Loading)
    }

    /// Asks for as many pixels as can be seen in a window of `room` pixels: for all
    /// of the picture, or, where that is too much, for the parts that are seen.
    fn want_sharp(&mut self, ctx: &egui::Context, room: Vec2, link: &mut Link) {
        self.is_painted = true;
        if self.seen.is_none() && matches!(self.picture, Picture::Shown(_)) {
            self.seen = Some(self.opened.elapsed());
        }
        if self.player.is_some() {
            // Frames come as large as there is room for. One that was hidden goes on.
            if !self.was_painted {
                ctx.request_repaint();
            }
            return;
        }
        let max_side = ctx.input(|input| input.max_texture_side) as f32;
        let mut wanted = room;
        if self.camera.zoom() != Zoom::Fit
            && let Some(laid) = self.laid
        {
            let bytes = (laid.size.x * laid.size.y) as u64 * 4;
            if bytes <= self.max_bytes && laid.size.max_elem() <= max_side {
                wanted = wanted.max((laid.size * laid.scale).min(laid.size));
            } else if let Picture::Shown(shown) = &self.picture {
                let sight = Sight {
                    laid,
                    base: shown.texture.size_vec2().x / laid.size.x,
                };
                let max_bytes = self.spare_bytes();
                self.tiles.evict(max_bytes);
                self.tiles.want(&sight, self.post, max_bytes, link);
            }
        }
        let edge = |pixels: f32| pixels.clamp(1.0, max_side) as u32;
        self.room = Some([edge(room.x), edge(room.y)]);
        self.want(ctx, [edge(wanted.x), edge(wanted.y)], link);
    }

    /// Bytes of the textures.
    pub fn texture_bytes(&self) -> u64 {
        self.own_bytes() + self.nearby.texture_bytes() + self.tiles.texture_bytes()
    }

    /// Of the picture's own texture, bytes.
    fn own_bytes(&self) -> u64 {
        match &self.picture {
            Picture::Shown(shown) => shown.texture.byte_size() as u64,
            Picture::Loading | Picture::Failed(_) => 0,
        }
    }

    /// Gives up the texture for one of a quarter of its bytes.
    pub fn show_smaller(&mut self) {
        self.nearby.clear();
        self.tiles.evict(self.tiles.texture_bytes() / 4);
        let bytes = self.own_bytes();
        if bytes > LEAST_BYTES {
            self.limit_bytes(LEAST_BYTES.max(bytes / 4));
        }
    }

    /// From now on the texture may take `max_bytes`; a larger one is given up,
    /// and asked for again in the size that fits.
    pub fn limit_bytes(&mut self, max_bytes: u64) {
        let is_larger = max_bytes > self.max_bytes;
        self.max_bytes = max_bytes;
        let bytes = self.own_bytes();
        if bytes > max_bytes + max_bytes / 8 {
            self.picture = Picture::Loading;
            self.picture_asked = None;
        } else if is_larger && matches!(&self.picture, Picture::Shown(it) if it.is_limited) {
            // It stays until the larger one is there.
            self.picture_asked = None;
        }
    }

    pub fn take_details(
        &mut self,
        generation: Generation,
        details: Result<Box<PostDetails>, String>,
    ) {
        if generation == self.details_asked {
            self.details = Some(details);
        }
    }

    /// The library changed: what is known of the post is asked again.
    pub fn refresh_details(&mut self, link: &mut Link) {
        self.details_asked = link.next_generation();
        link.send(Request::OpenPost {
            generation: self.details_asked,
            post: self.post,
        });
    }

    pub fn take_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) {
        if self.picture_asked.map(|it| it.generation) != Some(generation) {
            return;
        }
        let _scope = memory::scope(Component::Pictures);
        let max_side = ctx.input(|input| input.max_texture_side);
        self.picture = match picture.and_then(|pixels| {
            let image = color_image(&pixels, max_side)?;
            Ok((image, pixels))
        }) {
            Ok((image, pixels)) => {
                let full_size = Vec2::new(pixels.full_width as f32, pixels.full_height as f32);
                // The pixels go here, and their permit with them: the texture is
                // counted by itself, and imports wait for what is held.
                let is_limited = self.picture_asked.is_some_and(|it| it.is_limited)
                    && (pixels.width < pixels.full_width || pixels.height < pixels.full_height);
                let degraded = pixels
                    .degraded
                    .or_else(|| is_limited.then(|| text::viewer::SMALLER_FOR_BUDGET.to_owned()));
                if is_limited {
                    memory::note_degraded(text::viewer::IS_SHOWN_SMALLER);
                }
                Picture::Shown(ShownPicture {
                    texture: ctx.load_texture("picture", image, TextureOptions::LINEAR),
                    full_size,
                    degraded,
                    is_limited,
                })
            }
            Err(reason) => Picture::Failed(reason),
        };
    }

    /// Asks for a picture that fits `size` pixels: at once when there is none,
    /// and again, once the size rests, when a larger one would show more.
    fn want(&mut self, ctx: &egui::Context, size: [u32; 2], link: &mut Link) {
        let size = within(size, self.max_bytes);
        let Some(asked) = self.picture_asked else {
            self.ask(size, link);
            return;
        };
        let is_larger = size[0] > asked.size[0] || size[1] > asked.size[1];
        let would_show_more = match &self.picture {
            Picture::Shown(shown) => {
                let texture = shown.texture.size_vec2();
                shown.degraded.is_none()
                    && (texture.x < shown.full_size.x || texture.y < shown.full_size.y)
            }
            Picture::Loading => true,
            Picture::Failed(_) => false,
        };
        if !is_larger || !would_show_more {
            self.resized = None;
            return;
        }
        let now = ctx.input(|input| input.time);
        let since = match self.resized {
            Some((since, wanted)) if wanted == size => since,
            _ => now,
        };
        let left = since + RESIZE_SECS - now;
        if left > 0.0 {
            self.resized = Some((since, size));
            ctx.request_repaint_after(Duration::from_secs_f64(left));
        } else {
            self.resized = None;
            self.ask(size, link);
        }
    }

    fn ask(&mut self, size: [u32; 2], link: &mut Link) {
        let generation = link.next_generation();
        let bytes = u64::from(size[0] + 2) * u64::from(size[1] + 2) * 4;
        self.picture_asked = Some(Asked {
            generation,
            size,
            is_limited: bytes > self.max_bytes,
        });
        link.send(Request::Picture {
            generation,
            post: self.post,
            max_width: size[0],
            max_height: size[1],
        });
    }
}

#[cfg(test)]
mod tests;
