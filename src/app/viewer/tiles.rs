//! The parts of a picture that are seen, in the sharpness in which they are seen,
//! where the picture as a whole is too large for one texture.
//!
//! Tiles come from the engine a list at a time. Those of a scale are kept while
//! there is room, the longest unseen go first, and what is seen chooses a coarser
//! scale rather than to take more than there is room for.

use std::collections::HashMap;

use eframe::egui::{self, Rect, TextureFilter, TextureHandle, TextureOptions, pos2};

use crate::app::link::Link;
use crate::app::textures::color_image;
use crate::memory::{self, Component};
use crate::message::{Generation, Pixels, Request, ShowRequest, TILE_EDGE, TileId};
use crate::model::PostId;

use super::camera::Laid;

/// The coarsest that is read in tiles; the picture as a whole is sharper then.
const MAX_DIVISOR: u32 = 16;

/// A tile's place in all scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    divisor: u32,
    tile: TileId,
}

struct Entry {
    texture: TextureHandle,
    last_seen: u64,
}

#[derive(Default)]
pub struct Tiles {
    entries: HashMap<Key, Entry>,
    asked: Option<Asked>,
    frame: u64,
    /// Why parts can't be read, for the one who looks.
    pub problem: Option<String>,
    /// There was no room for tiles as sharp as they could be seen.
    pub is_coarser: bool,
}

struct Asked {
    generation: Generation,
    divisor: u32,
    tiles: Vec<TileId>,
}

/// What is seen of a picture that has `base` screen pixels' worth of sharpness.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    pub laid: Laid,
    /// Pixels of the texture of the whole for one of the picture.
    pub base: f32,
}

impl Tiles {
    pub fn texture_bytes(&self) -> u64 {
        let textures = self.entries.values().map(|it| it.texture.byte_size());
        textures.map(|it| it as u64).sum()
    }

    /// Gives up all, and what is on its way.
    pub fn clear(&mut self, link: &mut Link) {
        self.entries.clear();
        if let Some(asked) = self.asked.take() {
            link.send(Request::Show(ShowRequest::Tiles {
                generation: asked.generation,
                post: PostId(0),
                divisor: 1,
                tiles: Vec::new(),
            }));
        }
    }

    /// Gives up what was not seen last.
    pub fn evict(&mut self, max_bytes: u64) {
        let mut bytes = self.texture_bytes();
        if bytes <= max_bytes {
            return;
        }
        let mut oldest: Vec<(u64, Key)> = self
            .entries
            .iter()
            .map(|(key, entry)| (entry.last_seen, *key))
            .collect();
        oldest.sort_unstable_by_key(|it| (it.0, it.1.divisor));
        for (_, key) in oldest {
            if bytes <= max_bytes {
                break;
            }
            if let Some(entry) = self.entries.remove(&key) {
                bytes -= entry.texture.byte_size() as u64;
            }
        }
    }

    /// Asks for what is seen and is not there, if `max_bytes` have room for it.
    pub fn want(&mut self, sight: &Sight, post: PostId, max_bytes: u64, link: &mut Link) {
        self.frame += 1;
        self.is_coarser = false;
        let needed = sight.laid.scale.min(1.0);
        if needed <= sight.base * 1.01 || self.problem.is_some() {
            return;
        }
        let mut divisor = divisor_for(needed);
        let mut seen = seen_tiles(sight, divisor);
        while bytes_of(&seen) > max_bytes && divisor < MAX_DIVISOR {
            divisor *= 2;
            seen = seen_tiles(sight, divisor);
            self.is_coarser = true;
        }
        if bytes_of(&seen) > max_bytes || 1.0 / divisor as f32 <= sight.base {
            return;
        }
        for tile in &seen {
            if let Some(entry) = self.entries.get_mut(&Key {
                divisor,
                tile: *tile,
            }) {
                entry.last_seen = self.frame;
            }
        }
        let is_there =
            |tiles: &Self, tile: TileId| tiles.entries.contains_key(&Key { divisor, tile });
        let missing = seen.iter().any(|it| !is_there(self, *it));
        let is_asked = |tile: &TileId| match &self.asked {
            Some(asked) => asked.divisor == divisor && asked.tiles.contains(tile),
            None => false,
        };
        if !missing || seen.iter().all(|it| is_there(self, *it) || is_asked(it)) {
            return;
        }
        // With what is around it, so that a small move finds it there.
        let mut wanted = seen;
        let around = around(sight, divisor, &wanted);
        if bytes_of(&wanted) + bytes_of(&around) <= max_bytes {
            wanted.extend(around);
        }
        wanted.retain(|it| !is_there(self, *it));
        let generation = link.next_generation();
        link.send(Request::Show(ShowRequest::Tiles {
            generation,
            post,
            divisor,
            tiles: wanted.clone(),
        }));
        self.asked = Some(Asked {
            generation,
            divisor,
            tiles: wanted,
        });
    }

    /// Whether some that were asked for have not come.
    pub fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }

    pub fn arrive(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        tile: TileId,
        pixels: &Pixels,
        max_bytes: u64,
    ) {
        let Some(asked) = self.asked.as_mut().filter(|it| it.generation == generation) else {
            return;
        };
        asked.tiles.retain(|it| *it != tile);
        let divisor = asked.divisor;
        let _scope = memory::scope(Component::Pictures);
        let max_side = ctx.input(|input| input.max_texture_side);
        let Ok(image) = color_image(pixels, max_side) else {
            return;
        };
        let options = TextureOptions {
            magnification: TextureFilter::Nearest,
            ..TextureOptions::LINEAR
        };
        self.evict(max_bytes.saturating_sub(image.pixels.len() as u64 * 4));
        let entry = Entry {
            texture: ctx.load_texture("part of a picture", image, options),
            last_seen: self.frame,
        };
        self.entries.insert(Key { divisor, tile }, entry);
    }

    pub fn ended(&mut self, generation: Generation, outcome: Result<(), String>) {
        if self
            .asked
            .take_if(|it| it.generation == generation)
            .is_some()
        {
            self.problem = outcome.err();
        }
    }

    /// Calls `paint` for all that are there, the coarse ones first, with what each
    /// covers of the picture.
    pub fn paint(&self, laid: &Laid, mut paint: impl FnMut(&TextureHandle, Rect)) {
        let visible = laid.visible();
        let finest = divisor_for(laid.scale.min(1.0));
        let mut shown: Vec<(&Key, &Entry)> = self
            .entries
            .iter()
            // Finer than can be seen would flicker.
            .filter(|(key, _)| key.divisor >= finest)
            .filter(|(key, _)| area(key.tile, key.divisor, laid).intersects(visible))
            .collect();
        shown.sort_unstable_by_key(|(key, _)| (std::cmp::Reverse(key.divisor), key.tile));
        for (key, entry) in shown {
            paint(&entry.texture, area(key.tile, key.divisor, laid));
        }
    }
}

/// The coarsest scale at which no screen pixel has less than one of a tile.
fn divisor_for(scale: f32) -> u32 {
    let mut divisor = 1;
    while divisor < MAX_DIVISOR && scale * (divisor * 2) as f32 <= 1.001 {
        divisor *= 2;
    }
    divisor
}

fn bytes_of(tiles: &[TileId]) -> u64 {
    tiles.len() as u64 * u64::from(TILE_EDGE) * u64::from(TILE_EDGE) * 4
}

/// What a tile covers of the picture, its pixels.
fn area(tile: TileId, divisor: u32, laid: &Laid) -> Rect {
    let edge = (TILE_EDGE * divisor) as f32;
    let min = pos2(tile.column as f32 * edge, tile.row as f32 * edge);
    let whole = Rect::from_min_size(egui::Pos2::ZERO, laid.size);
    Rect::from_min_size(min, egui::Vec2::splat(edge)).intersect(whole)
}

/// First and last columns and rows of what is seen.
fn range(sight: &Sight, divisor: u32) -> [(u32, u32); 2] {
    let visible = sight.laid.visible();
    let edge = (TILE_EDGE * divisor) as f32;
    let of = |from: f32, to: f32| {
        let last = ((to / edge).ceil() as u32).max(1) - 1;
        (((from / edge) as u32).min(last), last)
    };
    [
        of(visible.left(), visible.right()),
        of(visible.top(), visible.bottom()),
    ]
}

/// The tiles that are seen, those in the middle first.
fn seen_tiles(sight: &Sight, divisor: u32) -> Vec<TileId> {
    let [columns, rows] = range(sight, divisor);
    let mut tiles: Vec<TileId> = (rows.0..=rows.1)
        .flat_map(|row| (columns.0..=columns.1).map(move |column| TileId { column, row }))
        .collect();
    let middle = sight.laid.visible().center();
    let far = |tile: &TileId| {
        let at = area(*tile, divisor, &sight.laid).center();
        at.distance_sq(middle) as u64
    };
    tiles.sort_by_key(far);
    tiles
}

/// Those that touch what is seen.
fn around(sight: &Sight, divisor: u32, seen: &[TileId]) -> Vec<TileId> {
    let [columns, rows] = range(sight, divisor);
    let edge = (TILE_EDGE * divisor) as f32;
    let last = |size: f32| ((size / edge).ceil() as u32).max(1) - 1;
    let wider =
        |(from, to): (u32, u32), last: u32| from.saturating_sub(1)..=to.saturating_add(1).min(last);
    let columns = wider(columns, last(sight.laid.size.x));
    wider(rows, last(sight.laid.size.y))
        .flat_map(|row| columns.clone().map(move |column| TileId { column, row }))
        .filter(|it| !seen.contains(it))
        .collect()
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;
    use crate::app::viewer::camera::{Camera, Zoom};
    use crate::message::channel;

    const MB: u64 = 1 << 20;

    fn sight(scale: f32) -> Sight {
        let mut camera = Camera::default();
        camera.set_zoom(Zoom::Scale(scale));
        let window = Rect::from_min_size(egui::Pos2::ZERO, vec2(1000.0, 700.0));
        Sight {
            laid: camera.lay(vec2(20_000.0, 14_000.0), window),
            base: 0.05,
        }
    }

    fn asked(engine: &crate::message::EngineSide) -> Vec<(Generation, u32, Vec<TileId>)> {
        let requests = engine.requests.try_iter();
        requests
            .filter_map(|it| match it {
                Request::Show(ShowRequest::Tiles {
                    generation,
                    divisor,
                    tiles,
                    ..
                }) => Some((generation, divisor, tiles)),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn what_is_seen_is_asked_for_once_in_the_sharpness_in_which_it_is_seen() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut tiles = Tiles::default();
        tiles.want(&sight(0.04), PostId(1), 16 * MB, &mut link);
        assert!(asked(&engine).is_empty(), "the whole is sharp enough");
        tiles.want(&sight(0.3), PostId(1), 16 * MB, &mut link);
        tiles.want(&sight(0.3), PostId(1), 16 * MB, &mut link);
        let first = asked(&engine);
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].1, 2, "between 0.25 and 0.5");
        tiles.want(&sight(1.0), PostId(1), 16 * MB, &mut link);
        let next = asked(&engine);
        assert_eq!((next.len(), next[0].1), (1, 1));
        // 1000 × 700 pixels are at most 5 × 4 tiles, and those around them.
        assert!(next[0].2.len() <= 7 * 6, "{}", next[0].2.len());
        let middle = next[0].2[0];
        assert!((38..=39).contains(&middle.column), "{middle:?}");
    }

    #[test]
    fn little_room_means_coarser_tiles_and_none_unseen() {
        let ctx = egui::Context::default();
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut tiles = Tiles::default();
        let room = 3 * MB;
        tiles.want(&sight(1.0), PostId(1), room, &mut link);
        let list = asked(&engine);
        let (generation, divisor, wanted) = &list[0];
        assert!(*divisor > 1 && tiles.is_coarser);
        assert!(bytes_of(wanted) <= room);
        let pixels = Pixels {
            width: TILE_EDGE,
            height: TILE_EDGE,
            rgba: vec![9; (TILE_EDGE * TILE_EDGE * 4) as usize],
            full_width: 20_000,
            full_height: 14_000,
            degraded: None,
            permit: None,
        };
        for tile in wanted {
            tiles.arrive(&ctx, *generation, *tile, &pixels, room);
        }
        tiles.ended(*generation, Ok(()));
        assert!(tiles.texture_bytes() <= room && !tiles.is_waiting());
        tiles.want(&sight(1.0), PostId(1), room, &mut link);
        assert!(asked(&engine).is_empty(), "all are there");
        let mut covered = 0.0;
        tiles.paint(&sight(1.0).laid, |_, part| covered += part.area());
        assert!(covered >= 1000.0 * 700.0);
        tiles.evict(MB);
        assert!(tiles.texture_bytes() <= MB);
    }

    #[test]
    fn what_can_not_be_read_in_parts_is_not_asked_again() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut tiles = Tiles::default();
        tiles.want(&sight(1.0), PostId(1), 16 * MB, &mut link);
        let generation = asked(&engine)[0].0;
        tiles.ended(generation, Err("too large".to_owned()));
        tiles.want(&sight(1.0), PostId(1), 16 * MB, &mut link);
        assert!(asked(&engine).is_empty());
        assert_eq!(tiles.problem.as_deref(), Some("too large"));
    }
}
