//! Thumbnails as textures: uploaded under a budget for each frame, given up by
//! bytes, the least recently seen first, and never while they are on screen.

mod figures;
mod larger;
mod shade;

pub use larger::STORED_EDGE;

use std::collections::{HashMap, VecDeque};

use eframe::egui::{self, ColorImage, TextureHandle, TextureId, Vec2, vec2};

use crate::memory::figures::count;
use crate::memory::{self, Accounted, Cache, Component, Leaf, TextureUse};
use crate::message::{Pixels, Thumbnail};
use crate::model::PostId;

use larger::Arrived;

/// Uploaded in one frame at most, so that scrolling stays smooth.
const UPLOAD_BYTES: u64 = 2 << 20;
const UPLOAD_COUNT: usize = 24;

/// As the accounting knows this cache.
const OWNER: &str = "waiting thumbnails";

/// What is known of a thumbnail.
pub enum Look<'a> {
    /// Not here yet.
    Loading,
    Ready {
        texture: TextureId,
        /// Of what was read, pixels, however small it is drawn.
        size: Vec2,
        /// How light it is where one can see through parts of it, from 0 to 1.
        shade: Option<f32>,
        label: &'a str,
    },
    Failed {
        reason: &'a str,
    },
}

enum Content {
    Ready {
        texture: TextureHandle,
        bytes: u64,
        label: String,
        /// Of what was read, pixels; the texture may be smaller.
        size: Vec2,
        shade: Option<f32>,
        /// Longest edge that it was read for, pixels.
        read_edge: u32,
    },
    Failed {
        reason: String,
    },
}

struct Entry {
    content: Content,
    /// The frame that last painted it.
    last_seen: u64,
}

/// The thumbnails that are, or lately were, on screen.
pub struct TextureCache {
    entries: HashMap<PostId, Entry>,
    arrived: VecDeque<(PostId, Arrived)>,
    /// Of the pixels in `arrived`.
    arrived_bytes: u64,
    /// What the accounting was told of them.
    published: (u64, usize),
    /// Of `entries`.
    total_bytes: u64,
    limit_bytes: u64,
    /// Of that, for textures of others.
    reserved_bytes: u64,
    frame: u64,
    num_seen_last_frame: u64,
    num_seen: u64,
    /// Of those, how many are not here yet.
    num_loading: u64,
    /// What is on screen takes more than all may.
    is_over: bool,
    /// Since the limit was last changed, one was made smaller to fit.
    is_reduced: bool,
}

impl TextureCache {
    pub fn new(limit_bytes: u64) -> Self {
        Self {
            entries: HashMap::new(),
            arrived: VecDeque::new(),
            arrived_bytes: 0,
            published: (0, 0),
            total_bytes: 0,
            limit_bytes,
            reserved_bytes: 0,
            frame: 0,
            num_seen_last_frame: 0,
            num_seen: 0,
            num_loading: 0,
            is_over: false,
            is_reduced: false,
        }
    }

    /// May keep so many bytes from now on. Those on screen that are too large
    /// for that go as well, and come back smaller: `true` where there are any,
    /// which have to be asked for again.
    pub fn set_limit(&mut self, limit_bytes: u64) -> bool {
        if limit_bytes == self.limit_bytes {
            return false;
        }
        let is_larger = limit_bytes > self.limit_bytes;
        self.limit_bytes = limit_bytes;
        let was_reduced = std::mem::take(&mut self.is_reduced);
        self.evict_to(limit_bytes);
        let max_bytes = self.max_thumbnail_bytes();
        let num_before = self.entries.len();
        if self.total_bytes > limit_bytes || (is_larger && was_reduced) {
            // Larger: those that were made smaller are read again as they are.
            let is_kept = |entry: &Entry| match &entry.content {
                Content::Ready { bytes, .. } if is_larger => *bytes > max_bytes / 2,
                Content::Ready { bytes, .. } => *bytes <= max_bytes,
                Content::Failed { .. } => true,
            };
            self.entries.retain(|_, entry| is_kept(entry));
            self.total_bytes = self.entries.values().map(|it| it.content.bytes()).sum();
        }
        self.entries.len() < num_before
    }

    /// Bytes of thumbnails that could go now: what the last frame did not paint,
    /// and what waits for its upload.
    pub fn evictable_bytes(&self) -> u64 {
        let unseen = self
            .entries
            .values()
            .filter(|it| it.last_seen < self.frame)
            .map(|it| it.content.texture_bytes());
        let textures: u64 = unseen.sum();
        let in_process = if memory::has_textures_in_process() {
            textures
        } else {
            0
        };
        in_process + self.arrived_bytes
    }

    /// Bytes and number of textures.
    pub fn ready(&self) -> (u64, u64) {
        let ready = self.entries.values().map(|it| it.content.texture_bytes());
        ready
            .filter(|it| *it > 0)
            .fold((0, 0), |(bytes, num), it| (bytes + it, num + 1))
    }

    /// Takes in a thumbnail; it is uploaded at one of the next frames.
    pub fn arrive(&mut self, post: PostId, thumbnail: Result<Thumbnail, String>) {
        match thumbnail {
            Ok(thumbnail) => {
                let arrived = Arrived::Stored(thumbnail);
                self.arrived_bytes += arrived.pixel_bytes();
                self.arrived.push_back((post, arrived));
            }
            Err(reason) => self.insert(post, Content::Failed { reason }),
        }
    }

    /// Whether nothing needs to be asked for `post`.
    pub fn has(&self, post: PostId) -> bool {
        let is_coming = |it: &(PostId, Arrived)| it.0 == post && matches!(it.1, Arrived::Stored(_));
        let max_bytes = if self.is_over {
            self.max_thumbnail_bytes()
        } else {
            u64::MAX
        };
        let is_here = |entry: &Entry| entry.content.texture_bytes() <= max_bytes;
        self.entries.get(&post).is_some_and(is_here) || self.arrived.iter().any(is_coming)
    }

    /// Starts a frame: uploads what arrived and is still wanted, within the
    /// budget of a frame. `true` when more waits for the next one.
    pub fn begin_frame(&mut self, ctx: &egui::Context, is_wanted: impl Fn(PostId) -> bool) -> bool {
        let _scope = memory::scope(Component::Pictures);
        self.frame += 1;
        self.num_seen_last_frame = self.num_seen;
        self.num_seen = 0;
        self.num_loading = 0;
        let max_bytes = self.max_thumbnail_bytes();
        self.publish_nothing();
        let mut num_uploaded = 0;
        let mut uploaded_bytes = 0;
        while num_uploaded < UPLOAD_COUNT && uploaded_bytes < UPLOAD_BYTES {
            let Some((post, arrived)) = self.arrived.pop_front() else {
                break;
            };
            self.arrived_bytes -= arrived.pixel_bytes();
            if !is_wanted(post) {
                continue;
            }
            if let Some(content) = self.upload(ctx, post, arrived, max_bytes) {
                if let Content::Ready { bytes, .. } = &content {
                    num_uploaded += 1;
                    uploaded_bytes += bytes;
                }
                self.insert(post, content);
            }
        }
        self.publish();
        !self.arrived.is_empty()
    }

    /// So much of what they may take is taken by other textures for now.
    pub fn reserve(&mut self, bytes: u64) {
        self.reserved_bytes = bytes;
    }

    /// Ends a frame: gives up what does not fit and was not painted in it.
    /// Returns whether some that are on screen take more than is there for each, and are
    /// to be asked for again, for smaller ones to take their places.
    pub fn end_frame(&mut self) -> bool {
        let limit_bytes = self.limit_bytes.saturating_sub(self.reserved_bytes);
        if self.total_bytes > limit_bytes {
            self.evict_to(limit_bytes);
        }
        let was_over = std::mem::replace(&mut self.is_over, self.total_bytes > limit_bytes);
        self.is_over && !was_over
    }

    /// Tells the accounting what waits for its upload, if that changed.
    pub fn publish(&mut self) {
        let waiting = (self.arrived_bytes, self.arrived.len());
        if waiting != self.published {
            self.published = waiting;
            memory::publish(self.component(), OWNER, self.leaves());
        }
    }

    /// Claims nothing while pixels go, so that at no moment more is claimed than
    /// is there; [`Self::publish`] comes after.
    fn publish_nothing(&mut self) {
        if self.published != (0, 0) {
            self.published = (0, 0);
            memory::publish(self.component(), OWNER, Vec::new());
        }
    }

    /// Whether thumbnails wait for their upload.
    pub fn has_waiting(&self) -> bool {
        !self.arrived.is_empty()
    }

    /// Whether this frame painted thumbnails, and none was missing.
    pub fn is_complete(&self) -> bool {
        self.num_seen > 0 && self.num_loading == 0
    }

    /// The thumbnail of `post`, which is on screen now.
    pub fn look(&mut self, post: PostId) -> Look<'_> {
        self.num_seen += 1;
        let Some(entry) = self.entries.get_mut(&post) else {
            self.num_loading += 1;
            return Look::Loading;
        };
        entry.last_seen = self.frame;
        match &entry.content {
            Content::Ready {
                texture,
                label,
                size,
                shade,
                ..
            } => Look::Ready {
                texture: texture.id(),
                size: *size,
                shade: *shade,
                label,
            },
            Content::Failed { reason } => Look::Failed { reason },
        }
    }

    /// What the thumbnail of `post` is called, where it is there.
    pub fn label(&self, post: PostId) -> Option<&str> {
        match &self.entries.get(&post)?.content {
            Content::Ready { label, .. } if !label.is_empty() => Some(label),
            Content::Ready { .. } | Content::Failed { .. } => None,
        }
    }

    /// Forgets what could not be shown, so that it is asked for again.
    pub fn forget_failures(&mut self) {
        let mut forgotten_bytes = 0;
        self.entries.retain(|_, entry| {
            let is_ready = matches!(entry.content, Content::Ready { .. });
            if !is_ready {
                forgotten_bytes += entry.content.bytes();
            }
            is_ready
        });
        self.total_bytes -= forgotten_bytes;
    }

    /// Forgets the thumbnails of posts that have other pictures now.
    pub fn forget(&mut self, posts: &[PostId]) {
        self.publish_nothing();
        for post in posts {
            if let Some(entry) = self.entries.remove(post) {
                self.total_bytes -= entry.content.bytes();
            }
        }
        self.arrived.retain(|it| !posts.contains(&it.0));
        self.arrived_bytes = self.arrived.iter().map(|it| it.1.pixel_bytes()).sum();
        self.publish();
    }

    /// Of the thumbnails, and of what is known of those that could not be shown.
    #[cfg(test)]
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    fn insert(&mut self, post: PostId, content: Content) {
        self.total_bytes += content.bytes();
        let entry = Entry {
            content,
            last_seen: self.frame,
        };
        if let Some(old) = self.entries.insert(post, entry) {
            self.total_bytes -= old.content.bytes();
        }
    }

    /// What one thumbnail may take, so that all that are on screen fit.
    fn max_thumbnail_bytes(&self) -> u64 {
        self.limit_bytes / self.num_seen_last_frame.max(1)
    }

    /// Returns how many bytes it gave up.
    fn evict_to(&mut self, target_bytes: u64) -> u64 {
        let before = self.total_bytes;
        let mut unseen: Vec<(u64, PostId)> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.last_seen < self.frame)
            .map(|(post, entry)| (entry.last_seen, *post))
            .collect();
        unseen.sort_unstable();
        for (_, post) in unseen {
            if self.total_bytes <= target_bytes {
                break;
            }
            if let Some(entry) = self.entries.remove(&post) {
                self.total_bytes -= entry.content.bytes();
            }
        }
        before - self.total_bytes
    }
}

/// The textures themselves are counted where they are: [`publish_textures`].
impl Accounted for TextureCache {
    fn component(&self) -> Component {
        Component::Pictures
    }

    fn leaves(&self) -> Vec<Leaf> {
        let bytes = usize::try_from(self.arrived_bytes).unwrap_or(usize::MAX);
        let leaf = Leaf::exact("waiting for upload", bytes, self.arrived.len());
        vec![leaf.with_formula(format!(
            "Σ width × height × 4 B over {} thumbnails",
            count(self.arrived.len())
        ))]
    }

    /// What waits first, the least wanted of it before the rest; then what the
    /// last frame did not paint.
    fn evict(&mut self, bytes: u64) -> u64 {
        self.publish_nothing();
        let mut given = 0;
        while given < bytes
            && let Some((_, arrived)) = self.arrived.pop_back()
        {
            let size = arrived.pixel_bytes();
            self.arrived_bytes -= size;
            given += size;
        }
        if self.arrived.is_empty() {
            self.arrived = VecDeque::new();
        }
        let target = self.total_bytes.saturating_sub(bytes.saturating_sub(given));
        given += self.evict_to(target);
        self.publish();
        given
    }
}

impl Content {
    /// Of the texture; of a failure, what it takes in the cache.
    fn bytes(&self) -> u64 {
        match self {
            Self::Ready { bytes, .. } => *bytes,
            Self::Failed { reason } => (reason.capacity() + size_of::<(PostId, Entry)>()) as u64,
        }
    }
}

impl Content {
    /// Of the texture alone.
    fn texture_bytes(&self) -> u64 {
        match self {
            Self::Ready { bytes, .. } => *bytes,
            Self::Failed { .. } => 0,
        }
    }
}

/// Tells the accounting how many bytes all textures take: thumbnails, the
/// picture in the viewer (`picture_bytes`), and the glyphs of the fonts.
pub fn publish_textures(ctx: &egui::Context, thumbnails: &TextureCache, picture_bytes: u64) {
    let total: u64 = {
        let textures = ctx.tex_manager();
        let textures = textures.read();
        let bytes = textures.allocated().map(|(_, it)| it.bytes_used() as u64);
        bytes.sum()
    };
    let (thumbnails_bytes, num_thumbnails) = thumbnails.ready();
    memory::set_textures(TextureUse {
        thumbnails_bytes,
        num_thumbnails,
        picture_bytes,
        interface_bytes: total.saturating_sub(thumbnails_bytes + picture_bytes),
    });
    memory::set_evictable(Cache::Thumbnails, thumbnails.evictable_bytes());
    // Half as wide and half as high.
    let picture_bytes = if memory::has_textures_in_process() {
        picture_bytes / 4 * 3
    } else {
        0
    };
    memory::set_evictable(Cache::Picture, picture_bytes);
}

fn byte_size(image: &ColorImage) -> u64 {
    image.pixels.len() as u64 * 4
}

/// Pixels as egui takes them; `Err` says what is wrong with them.
pub fn color_image(pixels: &Pixels, max_side: usize) -> Result<ColorImage, String> {
    let size = [pixels.width as usize, pixels.height as usize];
    if size[0] == 0 || size[1] == 0 {
        return Err("the picture is empty".to_owned());
    }
    if size[0]
        .checked_mul(size[1])
        .and_then(|it| it.checked_mul(4))
        != Some(pixels.rgba.len())
    {
        return Err(format!(
            "{} bytes of pixels were made for {} × {}; please report this",
            pixels.rgba.len(),
            size[0],
            size[1]
        ));
    }
    if size[0] > max_side || size[1] > max_side {
        return Err(format!(
            "{} × {} pixels are more than the {max_side} that the graphics driver takes",
            size[0], size[1]
        ));
    }
    Ok(ColorImage::from_rgba_premultiplied(size, &pixels.rgba))
}

/// Half as wide and half as high, by the mean of four pixels.
fn halved(image: &ColorImage) -> ColorImage {
    let [width, height] = image.size;
    let size = [width / 2, height / 2];
    let mut pixels = Vec::with_capacity(size[0] * size[1]);
    for y in 0..size[1] {
        for x in 0..size[0] {
            let corner = 2 * y * width + 2 * x;
            let four = [corner, corner + 1, corner + width, corner + width + 1]
                .map(|index| image.pixels[index].to_array());
            let mean = |channel: usize| {
                let sum: u16 = four.iter().map(|it| u16::from(it[channel])).sum();
                ((sum + 2) / 4) as u8
            };
            pixels.push(egui::Color32::from_rgba_premultiplied(
                mean(0),
                mean(1),
                mean(2),
                mean(3),
            ));
        }
    }
    ColorImage::new(size, pixels)
}

/// The largest size of `size`'s shape inside `bounds`; never enlarged beyond
/// `max_scale`.
pub fn fitted(size: Vec2, bounds: Vec2, max_scale: f32) -> Vec2 {
    if size.x <= 0.0 || size.y <= 0.0 {
        return Vec2::ZERO;
    }
    let scale = (bounds.x / size.x).min(bounds.y / size.y).min(max_scale);
    vec2((size.x * scale).max(1.0), (size.y * scale).max(1.0))
}

#[cfg(test)]
mod tests;
