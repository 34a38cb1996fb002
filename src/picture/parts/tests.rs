use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{ImageEncoder as _, RgbImage};

use super::*;
use crate::picture::read_scaled;

/// Something in every square of a few pixels.
fn picture(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let wave = ((f64::from(x) / 17.0).sin() * (f64::from(y) / 23.0).cos() * 100.0) as i32;
        image::Rgb([
            (128 + wave).clamp(0, 255) as u8,
            (x * 255 / width) as u8,
            (y * 255 / height) as u8,
        ])
    })
}

fn saved(dir: &Path, name: &str, image: &RgbImage) -> PathBuf {
    let path = dir.join(name);
    image.save(&path).unwrap();
    path
}

/// All tiles, put together in the order in which they are seen.
fn put_together(path: &Path, divisor: u32, permits: &Permits) -> (u32, u32, Vec<[u8; 4]>) {
    let full = read_scaled(path, 16, 16, permits, &|| false).unwrap();
    let (width, height) = (
        full.full_width.div_ceil(divisor),
        full.full_height.div_ceil(divisor),
    );
    drop(full);
    let columns = width.div_ceil(TILE_EDGE);
    let tiles: Vec<TileId> = (0..columns * height.div_ceil(TILE_EDGE))
        .map(|it| TileId {
            column: it % columns,
            row: it / columns,
        })
        .collect();
    let mut pixels = vec![[0; 4]; (width * height) as usize];
    let mut num = 0;
    let mut index = PartIndex::default();
    // From the last to the first, so that the index has to be gone back in.
    for half in tiles.rchunks(tiles.len().div_ceil(2)) {
        read_tiles(
            path,
            divisor,
            half,
            &mut index,
            permits,
            &|| false,
            &mut |tile, part| {
                num += 1;
                assert_eq!(part.rgba.len() as u32, part.width * part.height * 4);
                for (at, pixel) in part.rgba.chunks_exact(4).enumerate() {
                    let x = tile.column * TILE_EDGE + at as u32 % part.width;
                    let y = tile.row * TILE_EDGE + at as u32 / part.width;
                    pixels[(y * width + x) as usize].copy_from_slice(pixel);
                }
            },
        )
        .unwrap();
    }
    assert_eq!(num, tiles.len());
    assert_eq!(permits.used(), 0);
    (width, height, pixels)
}

/// The mean and the largest difference to the whole picture, read at once.
fn differences(path: &Path) -> (f64, u8) {
    let permits = Permits::new(192 << 20);
    let (width, height, pixels) = put_together(path, 1, &permits);
    let whole = read_scaled(path, u32::MAX, u32::MAX, &permits, &|| false).unwrap();
    assert_eq!(
        (whole.width, whole.height),
        (width, height),
        "{}",
        path.display()
    );
    let (mut sum, mut most) = (0_u64, 0);
    for (here, there) in pixels.iter().flatten().zip(&whole.rgba) {
        sum += u64::from(here.abs_diff(*there));
        most = most.max(here.abs_diff(*there));
    }
    (sum as f64 / whole.rgba.len() as f64, most)
}

#[test]
fn tiles_of_every_format_are_the_picture() {
    let dir = tempfile::tempdir().unwrap();
    let image = picture(700, 530);
    for name in ["a.png", "a.bmp", "a.tiff", "a.webp"] {
        let path = saved(dir.path(), name, &image);
        assert_eq!(differences(&path), (0.0, 0), "{name}");
    }
    let (mean, most) = differences(&saved(dir.path(), "a.jpg", &image));
    assert!(mean < 1.0 && most < 24, "{mean}, {most}");
}

#[test]
fn tiles_are_turned_as_the_picture_is() {
    let dir = tempfile::tempdir().unwrap();
    let image = picture(600, 300);
    for orientation in 1..=8_u8 {
        let mut encoded = Cursor::new(Vec::new());
        let mut encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut encoded, 90);
        let exif = [
            b"II\x2a\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(),
            &[orientation, 0, 0, 0, 0, 0, 0, 0],
        ]
        .concat();
        encoder.set_exif_metadata(exif).unwrap();
        encoder
            .write_image(&image, 600, 300, image::ExtendedColorType::Rgb8)
            .unwrap();
        let path = dir.path().join(format!("{orientation}.jpg"));
        std::fs::write(&path, encoded.into_inner()).unwrap();
        let (mean, _) = differences(&path);
        assert!(mean < 1.0, "orientation {orientation}: {mean}");
    }
}

#[test]
fn smaller_scales_are_means() {
    let dir = tempfile::tempdir().unwrap();
    let image = picture(900, 700);
    let permits = Permits::new(64 << 20);
    for name in ["a.png", "a.jpg"] {
        let path = saved(dir.path(), name, &image);
        let (width, height, pixels) = put_together(&path, 2, &permits);
        assert_eq!((width, height), (450, 350));
        for (x, y) in [(0, 0), (449, 349), (200, 100), (256, 256)] {
            let here = pixels[(y * width + x) as usize];
            for channel in 0..3 {
                let corners = [(0, 0), (1, 0), (0, 1), (1, 1)];
                let sum: u32 = corners
                    .iter()
                    .map(|(dx, dy)| u32::from(image.get_pixel(2 * x + dx, 2 * y + dy)[channel]))
                    .sum();
                let near = u32::from(here[channel]).abs_diff(sum / 4);
                assert!(near < 12, "{name} at {x}, {y}: {here:?}, {}", sum / 4);
            }
        }
    }
}

#[test]
fn little_memory_is_enough_for_what_is_read_by_rows_and_too_little_for_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let image = picture(3000, 2500);
    let permits = Permits::new(12 << 20);
    let tile = [TileId { column: 11, row: 9 }];
    let read = |name: &str| {
        let path = saved(dir.path(), name, &image);
        let mut num = 0;
        let mut index = PartIndex::default();
        read_tiles(
            &path,
            1,
            &tile,
            &mut index,
            &permits,
            &|| false,
            &mut |_, part| {
                assert_eq!((part.width, part.height), (3000 - 11 * 256, 2500 - 9 * 256));
                num += 1;
            },
        )
        .map(|()| num)
    };
    assert_eq!(read("a.png").unwrap(), 1);
    assert_eq!(read("a.jpg").unwrap(), 1);
    let refused = read("a.bmp").unwrap_err();
    assert!(matches!(refused, PictureError::Memory { .. }), "{refused}");
    assert!(permits.peak() <= 12 << 20);
}

#[test]
fn what_is_not_there_is_left_out_and_damage_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = saved(dir.path(), "a.jpg", &picture(300, 300));
    let permits = Permits::new(64 << 20);
    let far = [TileId {
        column: u32::MAX,
        row: 7,
    }];
    let mut index = PartIndex::default();
    let mut read = |path: &Path, tiles: &[TileId]| {
        let mut num = 0;
        read_tiles(
            path,
            8,
            tiles,
            &mut index,
            &permits,
            &|| false,
            &mut |_, _| num += 1,
        )
        .map(|()| num)
    };
    assert_eq!(read(&path, &far).unwrap(), 0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.truncate(200);
    let cut = dir.path().join("cut.jpg");
    std::fs::write(&cut, bytes).unwrap();
    read(&cut, &[TileId { column: 0, row: 0 }]).unwrap_err();
}
