//! Parts of a picture at a scale, without the whole of it in memory.
//!
//! Rows come from the file from top to bottom; each part takes what it covers of
//! a row, and averages squares of pixels. Sequential JPEG and PNG that is not
//! interlaced are read row by row; all else is decoded whole, where the permits
//! have room for that.
//!
//! A JPEG's rows can be begun anywhere once they were read: where each begins is
//! kept in a [`PartIndex`], some 50 bytes for 8 or 16 rows.

mod bits;
mod gather;
mod idct;
mod jpeg;
mod png;
mod whole;

use std::path::Path;
use std::time::Duration;

use image::metadata::Orientation;

use super::decode::Source;
use super::guard::Guard;
use super::raster::swaps_sides;
use super::{PictureError, open};
use crate::memory::{self, Component, Permit, Permits};
use crate::message::{Pixels, TILE_EDGE, TileId};
use crate::model::{FileFormat, FileStamp};
use gather::{Gather, Part};

/// Reading to the last row of the largest pictures takes this long, not longer.
const MAX_READ: Duration = Duration::from_secs(90);

/// Buffers and tables of a reader.
const OVERHEAD: u64 = 3 << 20;

/// Of the permits, what parts that are read at once may take.
const SHARE: u64 = 2;

/// Where rows of a file begin, for the next time.
#[derive(Debug, Default)]
pub struct PartIndex {
    of: Option<FileStamp>,
    rows: Vec<jpeg::RowStart>,
}

impl PartIndex {
    /// Bytes of heap.
    pub fn held_bytes(&self) -> u64 {
        (self.rows.capacity() * size_of::<jpeg::RowStart>()) as u64
    }
}

/// What a part is made of beside its rows.
struct Finish<'a> {
    orientation: Orientation,
    /// Upright.
    full_width: u32,
    full_height: u32,
    profile: Option<super::color::Profile>,
    on_tile: &'a mut dyn FnMut(TileId, Pixels),
}

/// What a format's reader is given.
struct Job<'a, 'b> {
    source: &'a Source<'b>,
    divisor: u32,
    tiles: &'a [TileId],
    on_tile: &'a mut dyn FnMut(TileId, Pixels),
}

/// Reads tiles of the picture as it is meant to be seen, each a square of
/// [`TILE_EDGE`] pixels of `divisor` × `divisor` of the picture, and smaller at its
/// edges. Each goes to `on_tile` as soon as its last row was read, with a permit
/// for its bytes.
pub fn read_tiles(
    path: &Path,
    divisor: u32,
    tiles: &[TileId],
    index: &mut PartIndex,
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
    on_tile: &mut dyn FnMut(TileId, Pixels),
) -> Result<(), PictureError> {
    let _scope = memory::scope(Component::Pictures);
    let opened = open(path)?;
    let guard = Guard::lasting(is_cancelled, MAX_READ);
    let source = opened.source(permits, &guard);
    if index.of != Some(opened.stamp) {
        *index = PartIndex {
            of: Some(opened.stamp),
            rows: Vec::new(),
        };
    }
    // So many at once as there is room for.
    let room = permits.limit() / SHARE;
    let most = (room.saturating_sub(2 * OVERHEAD) / tile_bytes(divisor)).max(1);
    for tiles in tiles.chunks(usize::try_from(most).unwrap_or(usize::MAX)) {
        let job = Job {
            source: &source,
            divisor: divisor.max(1),
            tiles,
            on_tile: &mut *on_tile,
        };
        let outcome = match opened.format {
            FileFormat::Jpeg => jpeg::read(job, &mut index.rows),
            FileFormat::Png => png::read(job),
            _ => whole::read(job),
        };
        match (outcome, guard.stopped()) {
            (Err(_), Some(stop)) => return Err(stop.into()),
            (outcome, _) => outcome?,
        }
    }
    Ok(())
}

/// Of a tile while it is made: its pixels, the same turned, and sums of a row.
fn tile_bytes(divisor: u32) -> u64 {
    let edge = u64::from(TILE_EDGE);
    let sums = if divisor > 1 { edge * 16 } else { 0 };
    edge * edge * 8 + sums
}

impl Job<'_, '_> {
    /// For the tiles, and `beside` bytes for the reader.
    fn permit(&self, beside: u64, size: (u32, u32)) -> Result<Permit, PictureError> {
        let bytes = self.tiles.len() as u64 * tile_bytes(self.divisor) + beside + OVERHEAD;
        self.source.acquire(bytes, size)
    }
}

impl<'a, 'b> Job<'a, 'b> {
    /// Takes rows of a picture of `width` × `height` in its file.
    fn gather(
        self,
        width: u32,
        height: u32,
        orientation: Orientation,
        profile: Option<super::color::Profile>,
        permit: Permit,
    ) -> Gather<'a> {
        let (full_width, full_height) = if swaps_sides(orientation) {
            (height, width)
        } else {
            (width, height)
        };
        let mut parts: Vec<Part> = self
            .tiles
            .iter()
            .filter_map(|tile| {
                let area = tile_area(*tile, self.divisor, full_width, full_height)?;
                Some(Part::new(
                    *tile,
                    in_file(area, orientation, width, height),
                    self.divisor,
                ))
            })
            .collect();
        parts.sort_by_key(|it| it.area.top);
        Gather::new(
            parts,
            permit,
            Finish {
                orientation,
                full_width,
                full_height,
                profile,
                on_tile: self.on_tile,
            },
        )
    }
}

/// A part of a picture, pixels; right and bottom are beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Area {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

/// What a tile covers; `None` beyond the picture.
fn tile_area(tile: TileId, divisor: u32, width: u32, height: u32) -> Option<Area> {
    let edge = TILE_EDGE.checked_mul(divisor)?;
    let left = tile.column.checked_mul(edge).filter(|it| *it < width)?;
    let top = tile.row.checked_mul(edge).filter(|it| *it < height)?;
    Some(Area {
        left,
        top,
        right: left.saturating_add(edge).min(width),
        bottom: top.saturating_add(edge).min(height),
    })
}

/// Where a part of the upright picture is in the file's, which has `width` ×
/// `height` pixels.
fn in_file(area: Area, orientation: Orientation, width: u32, height: u32) -> Area {
    use Orientation as O;
    let from = |x: u32, y: u32| match orientation {
        O::NoTransforms => (x, y),
        O::FlipHorizontal => (width - 1 - x, y),
        O::Rotate180 => (width - 1 - x, height - 1 - y),
        O::FlipVertical => (x, height - 1 - y),
        O::Rotate90FlipH => (y, x),
        O::Rotate90 => (y, height - 1 - x),
        O::Rotate270FlipH => (width - 1 - y, height - 1 - x),
        O::Rotate270 => (width - 1 - y, x),
    };
    let (one, other) = (
        from(area.left, area.top),
        from(area.right - 1, area.bottom - 1),
    );
    Area {
        left: one.0.min(other.0),
        top: one.1.min(other.1),
        right: one.0.max(other.0) + 1,
        bottom: one.1.max(other.1) + 1,
    }
}

#[cfg(test)]
mod tests;
