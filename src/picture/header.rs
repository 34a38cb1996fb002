//! What the first chunks of a file say, read without a decoder: how large a
//! picture is and what decoding it will need is known before memory is taken.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

use crate::model::FileFormat;

/// Finds the format by its first bytes; 16 of them are enough.
///
/// TIFF is classic and BigTIFF, in both byte orders. Nothing is said about
/// whether the rest can be decoded.
pub fn sniff(head: &[u8]) -> Option<FileFormat> {
    if head.starts_with(&[0xff, 0xd8, 0xff]) {
        Some(FileFormat::Jpeg)
    } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(FileFormat::Png)
    } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        Some(FileFormat::WebP)
    } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
        Some(FileFormat::Gif)
    } else if is_bmp(head) {
        Some(FileFormat::Bmp)
    } else if head.starts_with(b"II\x2a\0")
        || head.starts_with(b"MM\0\x2a")
        || head.starts_with(b"II\x2b\0")
        || head.starts_with(b"MM\0\x2b")
    {
        Some(FileFormat::Tiff)
    } else {
        None
    }
}

/// Two letters are too little to go by: the size of the header behind the file
/// header must be one that a BMP can have.
fn is_bmp(head: &[u8]) -> bool {
    const HEADER_SIZES: [u32; 8] = [12, 16, 40, 52, 56, 64, 108, 124];
    head.starts_with(b"BM")
        && head
            .get(14..18)
            .and_then(|it| it.try_into().ok())
            .is_some_and(|it| HEADER_SIZES.contains(&u32::from_le_bytes(it)))
}

/// Of a JPEG's frame header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JpegHeader {
    pub width: u32,
    pub height: u32,
    pub num_components: u8,
    /// Decoders keep all coefficients of it until the last scan.
    pub is_progressive: bool,
    /// Samples of all components together for one pixel, in quarters: 4:2:0
    /// colour is 6, 4:4:4 is 12, gray is 4.
    pub quarter_samples: u32,
}

/// Reads markers up to the frame header; `None` where there is none.
pub(super) fn jpeg(reader: &mut (impl BufRead + Seek)) -> io::Result<Option<JpegHeader>> {
    reader.seek(SeekFrom::Start(2))?;
    loop {
        let Some(marker) = next_marker(reader)? else {
            return Ok(None);
        };
        match marker {
            // SOF0-15 but for DHT (C4), JPG (C8) and DAC (CC).
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                return frame_header(reader, marker);
            }
            // Start of scan or end of image before any frame.
            0xda | 0xd9 => return Ok(None),
            // Stand-alone markers.
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let length = read_u16(reader)?;
                reader.seek_relative_of(i64::from(length.max(2)) - 2)?;
            }
        }
    }
}

fn next_marker(reader: &mut impl BufRead) -> io::Result<Option<u8>> {
    let mut byte = [0];
    loop {
        // Bytes between segments are skipped, as decoders do.
        if reader.skip_until(0xff)? == 0 {
            return Ok(None);
        }
        byte[0] = 0xff;
        while byte[0] == 0xff {
            if reader.read(&mut byte)? == 0 {
                return Ok(None);
            }
        }
        if byte[0] != 0 {
            return Ok(Some(byte[0]));
        }
    }
}

fn frame_header(reader: &mut impl BufRead, marker: u8) -> io::Result<Option<JpegHeader>> {
    let mut head = [0; 8];
    reader.read_exact(&mut head)?;
    let [_, _, _precision, h1, h0, w1, w0, num_components] = head;
    let mut factors = [(0, 0); 4];
    let count = usize::from(num_components).min(4);
    for factor in factors.iter_mut().take(count) {
        let mut component = [0; 3];
        reader.read_exact(&mut component)?;
        *factor = (u32::from(component[1] >> 4), u32::from(component[1] & 15));
    }
    let max_h = factors.iter().map(|it| it.0).max().unwrap_or(1).max(1);
    let max_v = factors.iter().map(|it| it.1).max().unwrap_or(1).max(1);
    let quarter_samples = factors
        .iter()
        .map(|(h, v)| (4 * h * v).div_ceil(max_h * max_v))
        .sum();
    Ok(Some(JpegHeader {
        width: u32::from(u16::from_be_bytes([w1, w0])),
        height: u32::from(u16::from_be_bytes([h1, h0])),
        num_components,
        is_progressive: matches!(marker, 0xc2 | 0xc6 | 0xca | 0xce),
        quarter_samples,
    }))
}

/// Of a PNG's `IHDR` and the chunks before its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PngHeader {
    pub width: u32,
    pub height: u32,
    pub is_interlaced: bool,
    /// Channels of 8 bits after palettes and transparent colours are expanded.
    pub num_channels: u8,
    /// Bytes of an undecoded row, at least.
    pub row_bytes: u64,
    pub is_animated: bool,
}

pub(super) fn png(reader: &mut (impl BufRead + Seek)) -> io::Result<Option<PngHeader>> {
    reader.seek(SeekFrom::Start(8))?;
    let mut ihdr = [0; 25];
    reader.read_exact(&mut ihdr)?;
    if ihdr.get(4..8) != Some(b"IHDR") {
        return Ok(None);
    }
    let width = u32::from_be_bytes([ihdr[8], ihdr[9], ihdr[10], ihdr[11]]);
    let height = u32::from_be_bytes([ihdr[12], ihdr[13], ihdr[14], ihdr[15]]);
    let [depth, color] = [ihdr[16], ihdr[17]];
    let (samples, mut num_channels) = match color {
        0 => (1, 1),
        2 => (3, 3),
        3 => (1, 3),
        4 => (2, 2),
        6 => (4, 4),
        _ => return Ok(None),
    };
    let mut is_animated = false;
    loop {
        let mut chunk = [0; 8];
        if reader.read_exact(&mut chunk).is_err() {
            break;
        }
        let length = u32::from_be_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]);
        match &chunk[4..] {
            b"IDAT" | b"IEND" => break,
            b"acTL" => {
                let mut num_frames = [0; 4];
                reader.read_exact(&mut num_frames)?;
                is_animated = u32::from_be_bytes(num_frames) > 1;
                reader.seek_relative_of(i64::from(length) - 4 + 4)?;
            }
            kind => {
                if kind == b"tRNS" && matches!(color, 0 | 2 | 3) {
                    num_channels = if color == 0 { 2 } else { 4 };
                }
                reader.seek_relative_of(i64::from(length) + 4)?;
            }
        }
    }
    Ok(Some(PngHeader {
        width,
        height,
        is_interlaced: ihdr[20] != 0,
        num_channels,
        row_bytes: (u64::from(width) * samples * u64::from(depth)).div_ceil(8) + 1,
        is_animated,
    }))
}

/// Whether a GIF has a second picture; reads block headers and skips the rest.
pub(super) fn gif_is_animated(reader: &mut (impl BufRead + Seek)) -> io::Result<bool> {
    reader.seek(SeekFrom::Start(0))?;
    let mut head = [0; 13];
    reader.read_exact(&mut head)?;
    reader.seek_relative_of(color_table_bytes(head[10]))?;
    let mut num_pictures = 0;
    loop {
        let mut kind = [0];
        reader.read_exact(&mut kind)?;
        match kind[0] {
            0x21 => {
                reader.read_exact(&mut kind)?;
                skip_sub_blocks(reader)?;
            }
            0x2c => {
                num_pictures += 1;
                if num_pictures == 2 {
                    return Ok(true);
                }
                let mut descriptor = [0; 9];
                reader.read_exact(&mut descriptor)?;
                // The byte after the colour table is the LZW code size.
                reader.seek_relative_of(color_table_bytes(descriptor[8]) + 1)?;
                skip_sub_blocks(reader)?;
            }
            _ => return Ok(false),
        }
    }
}

fn color_table_bytes(flags: u8) -> i64 {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

fn skip_sub_blocks(reader: &mut (impl BufRead + Seek)) -> io::Result<()> {
    let mut length = [0];
    loop {
        reader.read_exact(&mut length)?;
        if length[0] == 0 {
            return Ok(());
        }
        reader.seek_relative_of(i64::from(length[0]))?;
    }
}

fn read_u16(reader: &mut impl Read) -> io::Result<u16> {
    let mut bytes = [0; 2];
    reader.read_exact(&mut bytes)?;
    Ok(u16::from_be_bytes(bytes))
}

/// Skips forward inside what is buffered where that is possible.
trait SkipAhead {
    fn seek_relative_of(&mut self, bytes: i64) -> io::Result<()>;
}

impl<R: BufRead + Seek> SkipAhead for R {
    fn seek_relative_of(&mut self, bytes: i64) -> io::Result<()> {
        let Ok(wanted) = usize::try_from(bytes) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        if self.fill_buf()?.len() >= wanted {
            self.consume(wanted);
            return Ok(());
        }
        self.seek(SeekFrom::Current(bytes)).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn formats_are_told_by_content() {
        assert_eq!(sniff(b"\xff\xd8\xff\xe0"), Some(FileFormat::Jpeg));
        assert_eq!(sniff(b"RIFF\x01\0\0\0WEBPVP8 "), Some(FileFormat::WebP));
        assert_eq!(sniff(b"RIFF\x01\0\0\0WAVEfmt "), None);
        assert_eq!(sniff(b"MM\0\x2a\0\0\0\x08"), Some(FileFormat::Tiff));
        assert_eq!(sniff(b"BMaking a list"), None, "text is no BMP");
        let mut bmp = [0; 18];
        bmp[..2].copy_from_slice(b"BM");
        bmp[14] = 40;
        assert_eq!(sniff(&bmp), Some(FileFormat::Bmp));
        assert_eq!(sniff(b""), None);
    }

    #[test]
    fn a_jpeg_frame_behind_other_segments() {
        let mut file = b"\xff\xd8\xff\xe1\0\x06\xff\xc0ab".to_vec();
        // Fill bytes, then a progressive frame of 4:2:0.
        file.extend(b"\xff\xff\xff\xc2\0\x11\x08\x01\x02\x03\x04\x03");
        file.extend(b"\x01\x22\0\x02\x11\x01\x03\x11\x01");
        let header = jpeg(&mut Cursor::new(&file)).unwrap().unwrap();
        assert_eq!(
            header,
            JpegHeader {
                width: 0x304,
                height: 0x102,
                num_components: 3,
                is_progressive: true,
                quarter_samples: 6,
            }
        );
        assert_eq!(jpeg(&mut Cursor::new(b"\xff\xd8\xff\xd9")).unwrap(), None);
        assert!(jpeg(&mut Cursor::new(&file[..file.len() - 2])).is_err());
    }

    fn png_file(depth_color_interlace: [u8; 3], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let [depth, color, interlace] = depth_color_interlace;
        let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x0a\0\0\0\x03".to_vec();
        file.extend([depth, color, 0, 0, interlace, 0, 0, 0, 0]);
        for (kind, data) in chunks {
            file.extend((data.len() as u32).to_be_bytes());
            file.extend(*kind);
            file.extend(*data);
            file.extend([0; 4]);
        }
        file
    }

    #[test]
    fn a_png_says_its_channels_and_whether_it_moves() {
        let file = png_file(
            [4, 3, 1],
            &[
                (b"PLTE", &[0; 6]),
                (b"acTL", &[0, 0, 0, 2, 0, 0, 0, 0]),
                (b"tRNS", &[0]),
                (b"IDAT", &[]),
            ],
        );
        let header = png(&mut Cursor::new(file)).unwrap().unwrap();
        assert_eq!(
            header,
            PngHeader {
                width: 10,
                height: 3,
                is_interlaced: true,
                num_channels: 4,
                row_bytes: 6,
                is_animated: true,
            }
        );
        let file = png_file([16, 4, 0], &[(b"IDAT", &[]), (b"acTL", &[0; 8])]);
        let header = png(&mut Cursor::new(file)).unwrap().unwrap();
        assert_eq!((header.num_channels, header.row_bytes), (2, 41));
        assert!(!header.is_animated);
        assert_eq!(
            png(&mut Cursor::new(png_file([8, 5, 0], &[]))).unwrap(),
            None
        );
    }

    #[test]
    fn a_gif_moves_from_its_second_picture_on() {
        let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        file.extend(b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0");
        let picture = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0";
        file.extend(picture);
        let mut still = file.clone();
        still.push(b';');
        assert!(!gif_is_animated(&mut Cursor::new(still)).unwrap());
        file.extend(picture);
        assert!(gif_is_animated(&mut Cursor::new(&file)).unwrap());
        assert!(gif_is_animated(&mut Cursor::new(&file[..30])).is_err());
    }
}
