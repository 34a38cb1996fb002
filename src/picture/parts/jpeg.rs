//! Sequential JPEG, a row of blocks at a time. Every block has to be decoded to
//! find the next, but only those that are seen are transformed; and where each
//! row of blocks begins is remembered, so that the next time begins there.

use std::io::{Read as _, Seek as _, SeekFrom};

use image::metadata::Orientation;

use super::bits::{BitPosition, BitReader, Huffman};
use super::gather::Gather;
use super::idct::idct;
use super::{Job, whole};
use crate::picture::PictureError;
use crate::picture::color::Profile;
use crate::picture::decode::{Input, orientation};

/// Larger profiles are left out.
const MAX_PROFILE_BYTES: usize = 4 << 20;

/// Where values of a block go, in the order in which they come.
const ZIGZAG: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// Where a row of blocks begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowStart {
    position: BitPosition,
    predictions: [i32; 3],
    /// Units until the next restart marker.
    until_restart: u32,
}

struct Component {
    id: u8,
    /// Blocks in a unit, across and down.
    across: usize,
    down: usize,
    quant: usize,
    dc: usize,
    ac: usize,
    prediction: i32,
    /// Samples of the columns that are wanted, of one row of units.
    plane: Vec<u8>,
    stride: usize,
}

/// What stands before the coded part.
struct Head {
    width: u32,
    height: u32,
    components: Vec<Component>,
    quants: [[i32; 64]; 4],
    dc_tables: [Option<Huffman>; 4],
    ac_tables: [Option<Huffman>; 4],
    /// Units between two restart markers; 0 is none.
    restart_interval: u32,
    orientation: Orientation,
    profile: Option<Profile>,
    /// The three components are red, green and blue.
    is_rgb: bool,
    /// Of the first coded byte.
    offset: u64,
}

pub(super) fn read(job: Job<'_, '_>, starts: &mut Vec<RowStart>) -> Result<(), PictureError> {
    let source = job.source;
    let Some(mut head) = read_head(&mut source.reader()?)? else {
        return whole::read(job);
    };
    source.check_size(head.width, head.height)?;
    let (width, height) = (head.width, head.height);
    let [across, down] = head.blocks().map(|it| it as u32 * 8);
    // A row of units of each component, its colours, and where rows begin.
    let strip = u64::from(width.next_multiple_of(across)) * u64::from(down);
    let num_rows = height.div_ceil(down);
    let beside = strip * head.components.len() as u64
        + u64::from(width) * 3
        + u64::from(num_rows) * size_of::<RowStart>() as u64;
    let permit = job.permit(beside, (width, height))?;
    let (orientation, profile) = (head.orientation, head.profile.take());
    let mut gather = job.gather(width, height, orientation, profile, permit);
    let mut scan = Scan {
        reader: BitReader::new(source.reader()?, head.offset)?,
        until_restart: head.restart_interval,
        num_units: width.div_ceil(across),
        head,
    };
    if starts.is_empty() {
        starts.reserve_exact(num_rows as usize);
        starts.push(scan.start());
    }
    let mut row = 0;
    let mut is_placed = false;
    while let Some(next) = gather.next_row(row * down)
        && let Some((left, right)) = gather.columns()
    {
        let wanted = next / down;
        // As far forward as is known.
        let known = wanted.min(starts.len().saturating_sub(1) as u32);
        if (!is_placed || known > row)
            && let Some(start) = starts.get(known as usize)
        {
            scan.go_to(start)?;
            row = known;
            is_placed = true;
        }
        source.guard.check()?;
        let seen = (row == wanted).then(|| left / across..right.div_ceil(across));
        scan.row(seen.clone())?;
        if starts.len() as u32 == row + 1 && row + 1 < num_rows {
            starts.push(scan.start());
        }
        if let Some(seen) = seen {
            scan.head
                .push(&mut gather, row * down, seen.start * across)?;
        }
        row += 1;
    }
    Ok(())
}

/// The coded part, and where in it we are.
struct Scan<'a> {
    head: Head,
    reader: BitReader<Input<'a>>,
    num_units: u32,
    until_restart: u32,
}

impl Scan<'_> {
    fn start(&self) -> RowStart {
        let mut predictions = [0; 3];
        for (to, component) in predictions.iter_mut().zip(&self.head.components) {
            *to = component.prediction;
        }
        RowStart {
            position: self.reader.position(),
            predictions,
            until_restart: self.until_restart,
        }
    }

    fn go_to(&mut self, start: &RowStart) -> Result<(), PictureError> {
        self.reader.go_to(start.position)?;
        let components = self.head.components.iter_mut();
        for (component, prediction) in components.zip(start.predictions) {
            component.prediction = prediction;
        }
        self.until_restart = start.until_restart;
        Ok(())
    }

    /// Decodes a row of units; the samples of those in `seen` go into the planes.
    fn row(&mut self, seen: Option<std::ops::Range<u32>>) -> Result<(), PictureError> {
        let seen = seen.unwrap_or(0..0);
        let Head {
            components,
            quants,
            dc_tables,
            ac_tables,
            restart_interval,
            ..
        } = &mut self.head;
        for component in &mut *components {
            component.stride = seen.len() * component.across * 8;
            let bytes = component.stride * component.down * 8;
            component.plane.resize(bytes, 0);
        }
        let mut block = [0; 64];
        for unit in 0..self.num_units {
            if *restart_interval > 0 {
                if self.until_restart == 0 {
                    self.reader.restart()?;
                    self.until_restart = *restart_interval;
                    for component in &mut *components {
                        component.prediction = 0;
                    }
                }
                self.until_restart -= 1;
            }
            let is_seen = seen.contains(&unit);
            for component in &mut *components {
                let missing = || PictureError::damaged("a table of codes is missing");
                let dc = dc_tables[component.dc].as_ref().ok_or_else(missing)?;
                let ac = ac_tables[component.ac].as_ref().ok_or_else(missing)?;
                let quant = &quants[component.quant];
                for down in 0..component.down {
                    for across in 0..component.across {
                        let prediction = &mut component.prediction;
                        if !is_seen {
                            pass_block(&mut self.reader, dc, ac, prediction)?;
                            continue;
                        }
                        read_block(&mut self.reader, dc, ac, quant, prediction, &mut block)?;
                        let column = (unit - seen.start) as usize * component.across + across;
                        let from = down * 8 * component.stride + column * 8;
                        if let Some(into) = component.plane.get_mut(from..) {
                            idct(&block, into, component.stride);
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

/// Decodes a block, its values multiplied and in rows.
fn read_block(
    reader: &mut BitReader<Input<'_>>,
    dc: &Huffman,
    ac: &Huffman,
    quant: &[i32; 64],
    prediction: &mut i32,
    block: &mut [i32; 64],
) -> Result<(), PictureError> {
    *block = [0; 64];
    let length = u32::from(reader.symbol(dc)?).min(16);
    *prediction = prediction.wrapping_add(reader.value(length)?);
    block[0] = prediction.wrapping_mul(quant[0]);
    let mut index = 1;
    while index < 64 {
        let symbol = reader.symbol(ac)?;
        let (run, length) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if length == 0 {
            if run != 15 {
                break;
            }
            index += 16;
            continue;
        }
        index += run;
        let value = reader.value(length)?;
        if let (Some(place), Some(quant)) = (ZIGZAG.get(index), quant.get(index)) {
            block[usize::from(*place)] = value.wrapping_mul(*quant);
        }
        index += 1;
    }
    Ok(())
}

/// Decodes a block that nobody sees.
fn pass_block(
    reader: &mut BitReader<Input<'_>>,
    dc: &Huffman,
    ac: &Huffman,
    prediction: &mut i32,
) -> Result<(), PictureError> {
    let length = u32::from(reader.symbol(dc)?).min(16);
    *prediction = prediction.wrapping_add(reader.value(length)?);
    let mut index = 1;
    while index < 64 {
        let symbol = reader.symbol(ac)?;
        let (run, length) = (usize::from(symbol >> 4), u32::from(symbol & 15));
        if length == 0 && run != 15 {
            break;
        }
        reader.value(length)?;
        index += run + 1;
    }
    Ok(())
}

impl Head {
    /// Blocks in a unit, across and down.
    fn blocks(&self) -> [usize; 2] {
        let most = |of: fn(&Component) -> usize| self.components.iter().map(of).max();
        [most(|it| it.across), most(|it| it.down)].map(|it| it.unwrap_or(1))
    }

    /// Hands on the rows of the planes, the first of which is row `top` of the
    /// picture and begins at its column `left`.
    fn push(&self, gather: &mut Gather<'_>, top: u32, left: u32) -> Result<(), PictureError> {
        let [across, down] = self.blocks();
        let Some(first) = self.components.first() else {
            return Ok(());
        };
        let num_columns = (first.stride / first.across * across).min((self.width - left) as usize);
        let num_rows = (down * 8).min((self.height - top) as usize);
        if self.components.len() == 1 {
            for (y, row) in first.plane.chunks(first.stride).take(num_rows).enumerate() {
                gather.push(top + y as u32, &row[..num_columns.min(row.len())], left, 1)?;
            }
            return Ok(());
        }
        let mut colors = vec![0; num_columns * 3];
        for y in 0..num_rows {
            let rows: Vec<(&[u8], usize)> = self
                .components
                .iter()
                .map(|it| {
                    let row = y * it.down / down * it.stride;
                    let samples = it.plane.get(row..row + it.stride).unwrap_or_default();
                    (samples, across / it.across)
                })
                .collect();
            let [(one, one_step), (two, two_step), (three, three_step)] = rows[..] else {
                return Ok(());
            };
            for (x, pixel) in colors.chunks_exact_mut(3).enumerate() {
                let sample = |row: &[u8], step: usize| row.get(x / step).copied().unwrap_or(0);
                let samples = [
                    sample(one, one_step),
                    sample(two, two_step),
                    sample(three, three_step),
                ];
                pixel.copy_from_slice(&if self.is_rgb {
                    samples
                } else {
                    rgb_of(samples)
                });
            }
            gather.push(top + y as u32, &colors, left, 3)?;
        }
        Ok(())
    }
}

/// As JFIF has it; 16 bits behind the point.
fn rgb_of([y, cb, cr]: [u8; 3]) -> [u8; 3] {
    let y = (i32::from(y) << 16) + (1 << 15);
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    [
        y + 91_881 * cr,
        y - 22_554 * cb - 46_802 * cr,
        y + 116_130 * cb,
    ]
    .map(|it| (it >> 16).clamp(0, 255) as u8)
}

/// `None` where it is a kind that is not read here: progressive, arithmetic, of
/// 12 bits, of inks, or with a scan for each component.
fn read_head(reader: &mut Input<'_>) -> Result<Option<Head>, PictureError> {
    let bad = || PictureError::damaged("a segment that is too short");
    reader.seek(SeekFrom::Start(2)).map_err(PictureError::Io)?;
    let mut head = Head {
        width: 0,
        height: 0,
        components: Vec::new(),
        quants: [[1; 64]; 4],
        dc_tables: [const { None }; 4],
        ac_tables: [const { None }; 4],
        restart_interval: 0,
        orientation: Orientation::NoTransforms,
        profile: None,
        is_rgb: false,
        offset: 0,
    };
    let mut profile = Vec::new();
    let mut adobe = None;
    let mut is_jfif = false;
    loop {
        let mut marker = [0; 2];
        reader.read_exact(&mut marker).map_err(|_| bad())?;
        // Fill bytes may stand before a marker.
        while marker[0] != 0xff || marker[1] == 0xff || marker[1] == 0 {
            marker[0] = marker[1];
            reader.read_exact(&mut marker[1..]).map_err(|_| bad())?;
        }
        if matches!(marker[1], 0x01 | 0xd0..=0xd8) {
            continue;
        }
        let mut length = [0; 2];
        reader.read_exact(&mut length).map_err(|_| bad())?;
        let length = usize::from(u16::from_be_bytes(length)).saturating_sub(2);
        let mut segment = vec![0; length];
        reader.read_exact(&mut segment).map_err(|_| bad())?;
        match marker[1] {
            0xc0 | 0xc1 if !head.take_frame(&segment).ok_or_else(bad)? => return Ok(None),
            0xc2 | 0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => return Ok(None),
            0xc4 => head.take_codes(&segment)?,
            0xdb => head.take_quants(&segment).ok_or_else(bad)?,
            0xdd => {
                let interval = segment.first_chunk().ok_or_else(bad)?;
                head.restart_interval = u16::from_be_bytes(*interval).into();
            }
            0xe0 => is_jfif |= segment.starts_with(b"JFIF\0"),
            0xe1 => {
                if let Some(exif) = segment.strip_prefix(b"Exif\0\0") {
                    head.orientation = orientation(Some(exif));
                }
            }
            0xe2 => {
                // Pieces come in order, whatever number they have.
                if let Some(piece) = segment.strip_prefix(b"ICC_PROFILE\0")
                    && profile.len() + piece.len() <= MAX_PROFILE_BYTES
                {
                    profile.extend_from_slice(piece.get(2..).unwrap_or_default());
                }
            }
            0xee if segment.starts_with(b"Adobe") => adobe = segment.get(11).copied(),
            0xda => {
                if !head.take_scan(&segment).ok_or_else(bad)? {
                    return Ok(None);
                }
                break;
            }
            0xd9 => return Err(PictureError::damaged("it ends before its picture")),
            _ => {}
        }
    }
    head.offset = reader.stream_position().map_err(PictureError::Io)?;
    head.profile = Profile::parse(&profile);
    let ids: Vec<u8> = head.components.iter().map(|it| it.id).collect();
    head.is_rgb = match adobe {
        Some(transform) => transform == 0,
        None => !is_jfif && ids == *b"RGB",
    };
    Ok(Some(head))
}

impl Head {
    /// `false` where it is a kind that is not read here.
    fn take_frame(&mut self, segment: &[u8]) -> Option<bool> {
        let [precision, h1, h0, w1, w0, num_components] = *segment.first_chunk()?;
        self.width = u16::from_be_bytes([w1, w0]).into();
        self.height = u16::from_be_bytes([h1, h0]).into();
        if precision != 8 || !matches!(num_components, 1 | 3) {
            return Some(false);
        }
        self.components.clear();
        for index in 0..usize::from(num_components) {
            let [id, factors, quant] = *segment.get(6 + index * 3..)?.first_chunk()?;
            let (across, down) = (usize::from(factors >> 4), usize::from(factors & 15));
            if !(1..=4).contains(&across) || !(1..=4).contains(&down) || quant > 3 {
                return None;
            }
            self.components.push(Component {
                id,
                across,
                down,
                quant: quant.into(),
                dc: 0,
                ac: 0,
                prediction: 0,
                plane: Vec::new(),
                stride: 0,
            });
        }
        // One component alone is coded block by block, whatever its factors.
        if let [only] = &mut self.components[..] {
            (only.across, only.down) = (1, 1);
        }
        let [across, down] = self.blocks();
        let is_even = |it: &Component| across % it.across == 0 && down % it.down == 0;
        Some(self.width > 0 && self.height > 0 && self.components.iter().all(is_even))
    }

    /// `false` where it has only some of the components.
    fn take_scan(&mut self, segment: &[u8]) -> Option<bool> {
        let (num, rest) = segment.split_first()?;
        if usize::from(*num) != self.components.len() || self.components.is_empty() {
            return Some(false);
        }
        for pair in rest.chunks_exact(2).take(usize::from(*num)) {
            let [id, tables] = *pair else {
                return None;
            };
            let component = self.components.iter_mut().find(|it| it.id == id)?;
            component.dc = usize::from(tables >> 4) & 3;
            component.ac = usize::from(tables & 15) & 3;
        }
        Some(true)
    }

    fn take_quants(&mut self, mut segment: &[u8]) -> Option<()> {
        while let Some((kind, rest)) = segment.split_first() {
            let size = if kind >> 4 == 0 { 1 } else { 2 };
            let values = rest.get(..64 * size)?;
            let quant = self.quants.get_mut(usize::from(kind & 15))?;
            for (to, value) in quant.iter_mut().zip(values.chunks_exact(size)) {
                *to = value.iter().fold(0, |sum, it| sum << 8 | i32::from(*it));
            }
            segment = &rest[64 * size..];
        }
        Some(())
    }

    fn take_codes(&mut self, mut segment: &[u8]) -> Result<(), PictureError> {
        let bad = || PictureError::damaged("a segment that is too short");
        while let Some((kind, rest)) = segment.split_first() {
            let counts: &[u8; 16] = rest.first_chunk().ok_or_else(bad)?;
            let num = counts.iter().map(|it| usize::from(*it)).sum::<usize>();
            let symbols = rest.get(16..16 + num).ok_or_else(bad)?;
            let tables = if kind >> 4 == 0 {
                &mut self.dc_tables
            } else {
                &mut self.ac_tables
            };
            let table = tables.get_mut(usize::from(kind & 15)).ok_or_else(bad)?;
            *table = Some(Huffman::new(counts, symbols)?);
            segment = &rest[16 + num..];
        }
        Ok(())
    }
}
