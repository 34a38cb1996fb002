//! Parts of a picture of 20,000 × 14,000: how long, and with how much memory.
//!
//! `cargo bench --bench viewer`, or with `-- FILE` for a file of one's own. Prints
//! the time and the most that was resident beyond the start, and what permits saw.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Instant;

use image::codecs::jpeg::JpegEncoder;
use image::{GenericImageView, Rgb};
use kobako::memory::Permits;
use kobako::message::TileId;
use kobako::picture::{self, PartIndex};

const SIZE: (u32, u32) = (20_000, 14_000);
/// As the settings have it.
const PERMIT_BYTES: u64 = 192 << 20;

/// Pixels that are nowhere.
struct Computed;

impl GenericImageView for Computed {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        SIZE
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        // Grain as cameras have it, over something large.
        let grain = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 28;
        let wave = (x / 64) ^ (y / 64);
        Rgb([
            (x * 200 / SIZE.0 + grain) as u8,
            (wave % 160 + grain) as u8,
            (y * 200 / SIZE.1 + grain) as u8,
        ])
    }
}

fn resident(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix(what));
    let number = line.and_then(|it| it.trim().strip_suffix("kB"));
    number
        .and_then(|it| it.trim().parse::<u64>().ok())
        .unwrap_or(0)
}

fn measure(name: &str, permits: &Permits, work: impl FnOnce() -> String) {
    // The peak is counted from now on.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = resident("VmRSS:");
    let start = Instant::now();
    let said = work();
    println!(
        "{name}: {:.0} ms, {:.1} MB resident more at the peak, permits {:.1} MB at most; {said}",
        start.elapsed().as_secs_f64() * 1e3,
        resident("VmHWM:").saturating_sub(before) as f64 / 1024.0,
        permits.peak() as f64 / f64::from(1 << 20),
    );
}

/// A window of 1,200 × 800 pixels at `column`, `row`.
fn tiles(column: u32, row: u32) -> Vec<TileId> {
    let places = (0..4).flat_map(|down| (0..5).map(move |across| (across, down)));
    places
        .map(|(across, down)| TileId {
            column: column + across,
            row: row + down,
        })
        .collect()
}

fn run(path: &Path) {
    println!("{}", path.display());
    let permits = Permits::new(PERMIT_BYTES);
    measure(
        "  the whole, 1200 × 800",
        &permits,
        || match picture::read_scaled(path, 1200, 800, &permits, &|| false) {
            Ok(pixels) => format!("{} × {}", pixels.width, pixels.height),
            Err(err) => err.to_string(),
        },
    );
    let mut index = PartIndex::default();
    let mut parts = |name: &str, divisor, wanted: &[TileId]| {
        measure(name, &permits, || {
            let mut num = 0;
            let mut each = |_, _| num += 1;
            let outcome = picture::read_tiles(
                path,
                divisor,
                wanted,
                &mut index,
                &permits,
                &|| false,
                &mut each,
            );
            match outcome {
                Ok(()) => format!("{num} tiles, index {} B", index.held_bytes()),
                Err(err) => err.to_string(),
            }
        });
    };
    parts("  1:1 in the middle, first", 1, &tiles(37, 26));
    parts("  1:1 a little lower", 1, &tiles(37, 28));
    parts("  1:1 at the foot", 1, &tiles(70, 50));
    parts("  1:1 at the top again", 1, &tiles(2, 1));
    parts("  1:4", 4, &tiles(8, 6));
    parts("  1:8", 8, &tiles(4, 2));
}

fn main() {
    let files: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|it| !it.starts_with("--"))
        .map(PathBuf::from)
        .collect();
    if !files.is_empty() {
        files.iter().for_each(|it| run(it));
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("large.jpg");
    let file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    JpegEncoder::new_with_quality(file, 88)
        .encode_image(&Computed)
        .unwrap();
    run(&path);
}
