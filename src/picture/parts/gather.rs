//! Rows of a file in, tiles out.

use super::{Area, Finish};
use crate::memory::Permit;
use crate::message::{Pixels, TileId};
use crate::picture::PictureError;
use crate::picture::raster::Raster;

/// A tile that is being made, as the file has it: not turned yet.
pub(super) struct Part {
    tile: TileId,
    /// In the file's picture.
    pub area: Area,
    divisor: u32,
    width: u32,
    height: u32,
    /// RGBA, premultiplied.
    data: Vec<u8>,
    /// Of a row of squares, by channel.
    sums: Vec<u32>,
    num_rows: u32,
}

impl Part {
    pub fn new(tile: TileId, area: Area, divisor: u32) -> Self {
        Self {
            tile,
            area,
            divisor,
            width: (area.right - area.left).div_ceil(divisor),
            height: (area.bottom - area.top).div_ceil(divisor),
            data: Vec::new(),
            sums: Vec::new(),
            num_rows: 0,
        }
    }

    /// Takes what it covers of a row whose first pixel is at `left`.
    fn push(&mut self, row: &[u8], left: u32, channels: usize) {
        if self.data.capacity() == 0 {
            self.data = Vec::with_capacity(self.width as usize * self.height as usize * 4);
        }
        let from = (self.area.left - left) as usize * channels;
        let to = (self.area.right - left) as usize * channels;
        let Some(row) = row.get(from..to) else {
            return;
        };
        if self.divisor == 1 {
            for pixel in row.chunks_exact(channels) {
                self.data.extend_from_slice(&rgba(pixel));
            }
            return;
        }
        self.sums.resize(self.width as usize * 4, 0);
        let squares = row.chunks(self.divisor as usize * channels);
        for (sums, square) in self.sums.chunks_exact_mut(4).zip(squares) {
            for pixel in square.chunks_exact(channels) {
                for (sum, sample) in sums.iter_mut().zip(pixel) {
                    *sum += u32::from(*sample);
                }
            }
        }
        self.num_rows += 1;
        if self.num_rows == self.divisor {
            self.flush(channels);
        }
    }

    /// Ends a row of squares.
    fn flush(&mut self, channels: usize) {
        if self.num_rows == 0 {
            return;
        }
        let full_width = self.area.right - self.area.left;
        for (index, sums) in self.sums.chunks_exact_mut(4).enumerate() {
            let columns = self.divisor.min(full_width - index as u32 * self.divisor);
            let area = (columns * self.num_rows).max(1);
            let mut pixel = [0; 4];
            for (mean, sum) in pixel.iter_mut().zip(sums.iter_mut()) {
                *mean = ((*sum + area / 2) / area) as u8;
                *sum = 0;
            }
            self.data.extend_from_slice(&rgba(&pixel[..channels]));
        }
        self.num_rows = 0;
    }
}

fn rgba(pixel: &[u8]) -> [u8; 4] {
    match *pixel {
        [l] => [l, l, l, 255],
        [l, a] => [l, l, l, a],
        [r, g, b] => [r, g, b, 255],
        [r, g, b, a] => [r, g, b, a],
        _ => [0; 4],
    }
}

/// The tiles that are wanted, in order of their first rows.
pub(super) struct Gather<'a> {
    parts: Vec<Part>,
    permit: Permit,
    finish: Finish<'a>,
}

impl<'a> Gather<'a> {
    pub fn new(parts: Vec<Part>, permit: Permit, finish: Finish<'a>) -> Self {
        Self {
            parts,
            permit,
            finish,
        }
    }

    /// The columns that any part needs, `None` where nothing is left to read.
    pub fn columns(&self) -> Option<(u32, u32)> {
        let left = self.parts.iter().map(|it| it.area.left).min()?;
        let right = self.parts.iter().map(|it| it.area.right).max()?;
        Some((left, right))
    }

    /// The first row from `row` on that a part needs.
    pub fn next_row(&self, row: u32) -> Option<u32> {
        let parts = self.parts.iter().filter(|it| it.area.bottom > row);
        parts.map(|it| it.area.top.max(row)).min()
    }

    /// Takes the row at `y`, of which `samples` are the pixels from `left` on.
    pub fn push(
        &mut self,
        y: u32,
        samples: &[u8],
        left: u32,
        channels: u8,
    ) -> Result<(), PictureError> {
        let channels = usize::from(channels);
        let mut index = 0;
        while let Some(part) = self.parts.get_mut(index) {
            if part.area.top > y {
                break;
            }
            if y < part.area.bottom {
                part.push(samples, left, channels);
            }
            if y + 1 >= part.area.bottom {
                let mut part = self.parts.remove(index);
                part.flush(channels);
                self.end(part)?;
            } else {
                index += 1;
            }
        }
        Ok(())
    }

    fn end(&mut self, part: Part) -> Result<(), PictureError> {
        let Part {
            tile,
            width,
            height,
            data,
            ..
        } = part;
        if data.len() as u64 != u64::from(width) * u64::from(height) * 4 {
            return Err(PictureError::damaged("its rows end too early"));
        }
        let mut raster = Raster {
            width,
            height,
            num_channels: 4,
            data,
        }
        .oriented(self.finish.orientation);
        if let Some(profile) = &self.finish.profile {
            raster = profile.to_srgb(raster);
        }
        let (width, height) = (raster.width, raster.height);
        let rgba = raster.into_rgba();
        let permit = self.permit.split(rgba.capacity() as u64);
        (self.finish.on_tile)(
            tile,
            Pixels {
                width,
                height,
                rgba,
                full_width: self.finish.full_width,
                full_height: self.finish.full_height,
                degraded: None,
                permit: Some(permit),
            },
        );
        Ok(())
    }
}
