//! Two posts of a group, compared: their details and pictures, asked for one
//! after another, since the engine answers the newest question only.

use crate::app::text;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use eframe::egui::{self, ColorImage, TextureHandle, TextureOptions, Vec2};

use crate::app::link::Link;
use crate::app::textures::color_image;
use crate::memory::{self, Component, Leaf};
use crate::message::{DuplicateGroup, DuplicatePost, Generation, Pixels, PostDetails, Request};
use crate::model::PostId;

use super::difference::Difference;
use super::look::{Look, Side};

/// As the accounting knows the pixels that are kept for the difference.
const OWNER: &str = "pictures compared";
/// A larger picture is asked for when the window has grown by this much.
const GROWTH: f32 = 1.25;
/// Two pictures and their difference share what an open picture may take.
const NUM_TEXTURES: u64 = 3;
/// No picture is made smaller than this, bytes.
const LEAST_BYTES: u64 = 256 << 10;

/// A picture as it is on screen.
pub struct Shown {
    pub texture: TextureHandle,
    /// For the difference.
    pixels: Arc<ColorImage>,
    /// Of the picture in its file, pixels.
    pub full_size: Vec2,
    pub degraded: Option<String>,
}

struct Slot {
    post: PostId,
    /// What it was asked to fit, pixels.
    size: [u32; 2],
    picture: Result<Shown, String>,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    generation: Generation,
    post: PostId,
    side: Side,
    size: [u32; 2],
}

pub struct Review {
    /// Index of the group in the list.
    pub group: usize,
    pub members: Vec<DuplicatePost>,
    sides: [usize; 2],
    /// Those that are to be kept; what is not ticked goes.
    pub ticked: HashSet<PostId>,
    /// The ticks are the user's, no longer the first suggestion.
    pub(super) has_chosen: bool,
    /// The one that has most to keep, once all of them are known.
    pub best: Option<PostId>,
    pub look: Look,
    /// Where they flicker, the right one is shown.
    pub is_flipped: bool,
    details: HashMap<PostId, Result<Box<PostDetails>, String>>,
    details_asked: Option<(Generation, PostId)>,
    slots: [Option<Slot>; 2],
    asked: Option<Asked>,
    /// What the window has room for, pixels; `None` before the first frame.
    room: Option<[u32; 2]>,
    max_bytes: u64,
    pub difference: Option<Difference>,
}

impl Review {
    /// `max_bytes` is what an open picture may take.
    pub fn new(index: usize, group: &DuplicateGroup, look: Look, max_bytes: u64) -> Self {
        Self {
            group: index,
            members: group.posts.clone(),
            sides: [0, 1],
            ticked: HashSet::new(),
            has_chosen: false,
            best: None,
            look,
            is_flipped: false,
            details: HashMap::new(),
            details_asked: None,
            slots: [None, None],
            asked: None,
            room: None,
            max_bytes: max_bytes / NUM_TEXTURES,
            difference: None,
        }
    }

    pub fn member(&self, side: Side) -> Option<&DuplicatePost> {
        self.members.get(self.place(side))
    }

    pub fn post(&self, side: Side) -> Option<PostId> {
        self.member(side).map(|it| it.post)
    }

    pub fn place(&self, side: Side) -> usize {
        let [left, right] = self.sides;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// Puts a member on a side; where it is on the other, the two change places.
    pub fn put(&mut self, side: Side, member: usize) {
        if member >= self.members.len() {
            return;
        }
        let before = self.place(side);
        let [left, right] = &mut self.sides;
        let (here, there) = match side {
            Side::Left => (left, right),
            Side::Right => (right, left),
        };
        if *there == member {
            *there = before;
            self.slots.swap(0, 1);
        }
        *here = member;
        self.is_flipped = false;
    }

    /// Puts the next member that is on neither side on the right one.
    pub fn next_member(&mut self) {
        let num_members = self.members.len();
        let [left, right] = self.sides;
        let next = (right + 1..num_members)
            .chain(0..right)
            .find(|it| *it != left);
        if let Some(next) = next {
            self.put(Side::Right, next);
        }
    }

    /// Goes on with these of the members, after something was decided of the others.
    /// What stays on screen keeps its picture.
    pub fn go_on_with(&mut self, members: Vec<DuplicatePost>) {
        let place = |post: Option<PostId>| {
            let mut posts = members.iter().map(|it| Some(it.post));
            posts.position(|it| post.is_some() && it == post)
        };
        let [left, right] = Side::BOTH.map(|it| place(self.post(it)));
        let first = left.or(right).unwrap_or_default();
        if left.is_none() && right.is_some() {
            self.slots.swap(0, 1);
        }
        let second = right.filter(|it| *it != first).unwrap_or(match first {
            0 => 1,
            _ => 0,
        });
        self.ticked.clear();
        self.has_chosen = false;
        self.best = None;
        self.members = members;
        self.sides = [first, second];
        self.is_flipped = false;
        self.difference = None;
        self.asked = None;
        self.suggest();
    }

    pub fn details(&self, post: PostId) -> Option<&Result<Box<PostDetails>, String>> {
        self.details.get(&post)
    }

    /// Of both sides, where both have come.
    pub fn both_details(&self) -> Option<(&PostDetails, &PostDetails)> {
        let of = |side| self.details(self.post(side)?)?.as_ref().ok();
        Some((of(Side::Left)?, of(Side::Right)?))
    }

    /// `None` until it has come.
    pub fn picture(&self, side: Side) -> Option<Result<&Shown, &str>> {
        let post = self.post(side)?;
        let slot = self.slot(side).filter(|it| it.post == post)?;
        Some(slot.picture.as_ref().map_err(String::as_str))
    }

    fn slot(&self, side: Side) -> Option<&Slot> {
        self.slots.get(side.index())?.as_ref()
    }

    /// Bytes of the textures.
    pub fn texture_bytes(&self) -> u64 {
        let slots = self.slots.iter().flatten();
        let pictures: u64 = slots
            .filter_map(|it| it.picture.as_ref().ok())
            .map(|it| it.texture.byte_size() as u64)
            .sum();
        pictures
            + self
                .difference
                .as_ref()
                .map_or(0, Difference::texture_bytes)
    }

    /// From now on an open picture may take `max_bytes`; those that are larger go,
    /// and are asked for again.
    pub fn limit_bytes(&mut self, max_bytes: u64) {
        self.max_bytes = (max_bytes / NUM_TEXTURES).max(LEAST_BYTES);
        let max_bytes = self.max_bytes + self.max_bytes / 8;
        let is_larger = |slot: &Slot| match &slot.picture {
            Ok(shown) => shown.texture.byte_size() as u64 > max_bytes,
            Err(_) => false,
        };
        if self.slots.iter().flatten().any(is_larger) {
            self.publish_nothing();
            for slot in &mut self.slots {
                slot.take_if(|it| is_larger(it));
            }
            self.difference = None;
            self.asked = None;
            self.publish();
        }
    }

    /// Gives up the pictures for ones of a quarter of their bytes.
    pub fn show_smaller(&mut self) {
        let largest = self.slots.iter().flatten();
        let largest = largest
            .filter_map(|it| it.picture.as_ref().ok())
            .map(|it| it.texture.byte_size() as u64)
            .max();
        if let Some(bytes) = largest
            && bytes > LEAST_BYTES
        {
            self.limit_bytes(bytes / 4 * NUM_TEXTURES);
            memory::note_degraded(text::duplicates::COMPARED_SHOWN_SMALLER);
        }
    }

    /// Something else is on screen: the pictures go, and what was asked may be
    /// overtaken by what an open post asks.
    pub fn hide(&mut self) {
        self.publish_nothing();
        self.slots = [None, None];
        self.difference = None;
        self.asked = None;
        self.details_asked = None;
    }

    /// The library changed: what is known of the posts is asked again.
    pub fn refresh_details(&mut self) {
        self.details.clear();
        self.details_asked = None;
    }

    /// The window has so much room for a picture, pixels.
    pub fn has_room(&mut self, size: [u32; 2]) {
        self.room = Some(size);
    }

    /// Asks for what is missing.
    pub fn ask(&mut self, link: &mut Link) {
        if self.details_asked.is_none()
            && let Some(post) = self.missing_details()
        {
            let generation = link.next_generation();
            self.details_asked = Some((generation, post));
            link.send(Request::OpenPost { generation, post });
        }
        let Some(room) = self.room else {
            return;
        };
        let size = within(room, self.max_bytes);
        let missing = Side::BOTH.into_iter().find_map(|side| {
            let post = self.post(side)?;
            self.is_missing(side, post, size).then_some((side, post))
        });
        let Some((side, post)) = missing else {
            self.asked = None;
            return;
        };
        if let Some(asked) = self.asked
            && (asked.side, asked.post) == (side, post)
            && !has_grown(asked.size, size)
        {
            return;
        }
        let generation = link.next_generation();
        self.asked = Some(Asked {
            generation,
            post,
            side,
            size,
        });
        link.send(Request::Picture {
            generation,
            post,
            max_width: size[0],
            max_height: size[1],
        });
    }

    /// Both sides first, then the others, which a decision names.
    fn missing_details(&self) -> Option<PostId> {
        let sides = Side::BOTH.into_iter().filter_map(|it| self.post(it));
        let members = self.members.iter().map(|it| it.post);
        sides
            .chain(members)
            .find(|it| !self.details.contains_key(it))
    }

    fn is_missing(&self, side: Side, post: PostId, size: [u32; 2]) -> bool {
        let Some(slot) = self.slot(side).filter(|it| it.post == post) else {
            return true;
        };
        match &slot.picture {
            Ok(shown) => {
                let texture = shown.texture.size_vec2();
                let has_more = texture.x < shown.full_size.x || texture.y < shown.full_size.y;
                has_more && shown.degraded.is_none() && has_grown(slot.size, size)
            }
            Err(_) => false,
        }
    }

    /// `true` where it was asked for here.
    pub fn take_details(
        &mut self,
        generation: Generation,
        details: &Result<Box<PostDetails>, String>,
    ) -> bool {
        let Some((_, post)) = self.details_asked.take_if(|it| it.0 == generation) else {
            return false;
        };
        self.details.insert(post, details.clone());
        self.suggest();
        true
    }

    /// Gives the picture back where it was not asked for here.
    pub fn take_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) -> Option<Result<Pixels, String>> {
        let Some(asked) = self.asked.take_if(|it| it.generation == generation) else {
            return Some(picture);
        };
        let _scope = memory::scope(Component::Pictures);
        let max_side = ctx.input(|input| input.max_texture_side);
        let picture = picture.and_then(|pixels| {
            let image = Arc::new(color_image(&pixels, max_side)?);
            let Pixels {
                full_width,
                full_height,
                degraded,
                ..
            } = pixels;
            Ok(Shown {
                texture: ctx.load_texture("compared", image.clone(), TextureOptions::LINEAR),
                pixels: image,
                full_size: Vec2::new(full_width as f32, full_height as f32),
                degraded,
            })
        });
        self.publish_nothing();
        if let Some(slot) = self.slots.get_mut(asked.side.index()) {
            *slot = Some(Slot {
                post: asked.post,
                size: asked.size,
                picture,
            });
        }
        self.difference = None;
        self.publish();
        None
    }

    /// How far the two differ, in words, once that is known.
    pub fn difference_text(&self) -> Option<&str> {
        match &self.difference {
            Some(Difference::Shown { text, .. }) if self.look == Look::Difference => Some(text),
            _ => None,
        }
    }

    /// Starts to compute the difference where it is looked at, and takes it in.
    pub fn follow_difference(&mut self, ctx: &egui::Context) {
        let both = Side::BOTH.map(|it| self.post(it));
        let [Some(left), Some(right)] = both else {
            return;
        };
        if self.look != Look::Difference {
            self.difference = None;
            return;
        }
        if let Some(difference) = &mut self.difference {
            difference.take_answer(ctx);
            if difference.posts() == [left, right] {
                return;
            }
            self.difference = None;
        }
        if let (Some(Ok(one)), Some(Ok(other))) =
            (self.picture(Side::Left), self.picture(Side::Right))
        {
            let (one, other) = (one.pixels.clone(), other.pixels.clone());
            self.difference = Some(Difference::start(ctx, [left, right], one, other));
        }
    }

    fn publish(&self) {
        let slots = self.slots.iter().flatten();
        let images: Vec<usize> = slots
            .filter_map(|it| it.picture.as_ref().ok())
            .map(|it| it.pixels.pixels.capacity() * 4)
            .collect();
        if !images.is_empty() {
            let leaf = Leaf::exact(OWNER, images.iter().sum(), images.len())
                .with_formula(text::duplicates::FORMULA_OF_PICTURES);
            memory::publish(Component::Pictures, OWNER, vec![leaf]);
        }
    }

    /// Claims nothing while pixels go, so that never more is claimed than is there.
    fn publish_nothing(&self) {
        memory::publish(Component::Pictures, OWNER, Vec::new());
    }
}

impl Drop for Review {
    fn drop(&mut self) {
        self.publish_nothing();
    }
}

fn has_grown(from: [u32; 2], to: [u32; 2]) -> bool {
    let grown = |from: u32, to: u32| to as f32 > from as f32 * GROWTH;
    grown(from[0], to[0]) || grown(from[1], to[1])
}

/// `size`, or a smaller one of its shape whose pixels take no more than `max_bytes`.
fn within(size: [u32; 2], max_bytes: u64) -> [u32; 2] {
    let bytes = u64::from(size[0]) * u64::from(size[1]) * 4;
    if bytes <= max_bytes {
        return size;
    }
    let scale = (max_bytes as f64 / bytes as f64).sqrt();
    size.map(|edge| ((f64::from(edge) * scale) as u32).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    fn group(ids: &[u32]) -> DuplicateGroup {
        let posts = ids.iter().map(|it| DuplicatePost {
            post: PostId(*it),
            distance: Some(1),
            cosine: None,
        });
        DuplicateGroup {
            posts: posts.collect(),
        }
    }

    fn pixels() -> Pixels {
        Pixels {
            width: 4,
            height: 4,
            rgba: vec![200; 64],
            full_width: 4,
            full_height: 4,
            degraded: None,
            permit: None,
        }
    }

    /// The pictures and the details that were asked for, by post.
    fn asked(requests: impl Iterator<Item = Request>) -> (Vec<u32>, Vec<u32>) {
        let (mut pictures, mut details) = (Vec::new(), Vec::new());
        for request in requests {
            match request {
                Request::Picture { post, .. } => pictures.push(post.0),
                Request::OpenPost { post, .. } => details.push(post.0),
                _ => {}
            }
        }
        (pictures, details)
    }

    #[test]
    fn one_picture_is_asked_for_after_the_other() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut review = Review::new(0, &group(&[7, 8]), Look::default(), u64::MAX);
        review.ask(&mut link);
        assert_eq!(
            asked(engine.requests.try_iter()),
            (vec![], vec![7]),
            "the size is not known yet"
        );
        review.has_room([800, 600]);
        review.ask(&mut link);
        review.ask(&mut link);
        assert_eq!(asked(engine.requests.try_iter()), (vec![7], vec![]));
        let generation = review.asked.unwrap().generation;
        assert!(
            review
                .take_picture(&ctx, Generation(99), Ok(pixels()))
                .is_some(),
            "it is not for here"
        );
        assert!(
            review
                .take_picture(&ctx, generation, Ok(pixels()))
                .is_none()
        );
        review.ask(&mut link);
        assert_eq!(asked(engine.requests.try_iter()), (vec![8], vec![]));
        assert!(matches!(review.picture(Side::Left), Some(Ok(_))));
        assert!(review.picture(Side::Right).is_none());
        assert!(review.texture_bytes() > 0);
        review.hide();
        assert_eq!(review.texture_bytes(), 0);
    }

    #[test]
    fn members_change_places_and_are_ticked() {
        let mut review = Review::new(0, &group(&[7, 8, 9]), Look::default(), u64::MAX);
        review.put(Side::Left, 1);
        let sides = |review: &Review| Side::BOTH.map(|it| review.post(it).unwrap().0);
        assert_eq!(sides(&review), [8, 7], "they changed places");
        review.next_member();
        assert_eq!(sides(&review), [8, 9]);
        review.next_member();
        assert_eq!(sides(&review), [8, 7]);
        assert_eq!(review.ticked_and_others(), None, "nothing is ticked");
        review.tick(PostId(9));
        let others = vec![PostId(7), PostId(8)];
        assert_eq!(review.ticked_and_others(), Some((PostId(9), others)));
        review.put(Side::Left, 5);
        assert_eq!(sides(&review), [8, 7], "there is no such member");
        review.go_on_with(group(&[7, 9]).posts);
        assert_eq!(sides(&review), [7, 9], "the one that stays is on the left");
        assert_eq!(review.ticked_and_others(), None);
    }
}
