//! Real and hostile pictures through the public doors of `picture`.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kobako::memory::Permits;
use kobako::picture::{self, PictureError};

use crate::shared_data;

const PERMIT_BYTES: u64 = 192 << 20;

fn files_below(dir: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(dir)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|it| it.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Folders of files that are broken, hostile, or of a rare kind.
const HOSTILE: [&str; 3] = ["corrupt", "images/formats", "images/animated"];

#[test]
fn hostile_files_are_read_or_refused_in_time() {
    let Some(shared) = shared_data() else { return };
    let permits = Permits::new(PERMIT_BYTES);
    let (mut num_read, mut num_refused) = (0, 0);
    for path in HOSTILE
        .iter()
        .flat_map(|dir| files_below(&shared.join(dir)))
    {
        let start = Instant::now();
        let result = picture::read(&path, &permits, &|| false);
        assert!(
            start.elapsed() <= Duration::from_secs(5),
            "{} took {:?}",
            path.display(),
            start.elapsed()
        );
        assert_eq!(permits.used(), 0, "{}", path.display());
        match result {
            Ok(read) => {
                num_read += 1;
                let thumbnail =
                    picture::decode_thumbnail(&read.facts.thumbnail, &permits, &|| false)
                        .unwrap_or_else(|err| panic!("{}: {err}", path.display()));
                assert!(thumbnail.width.max(thumbnail.height) <= picture::THUMBNAIL_EDGE);
            }
            Err(err) => {
                num_refused += 1;
                assert!(
                    !matches!(err, PictureError::Io(_) | PictureError::Cancelled),
                    "{}: {err}",
                    path.display()
                );
            }
        }
    }
    assert!(permits.peak() <= PERMIT_BYTES);
    assert!(
        num_read > 500 && num_refused > 300,
        "{num_read}, {num_refused}"
    );
}

/// The most that a process ever had resident, bytes, asked until it ends.
#[cfg(target_os = "linux")]
fn peak_rss(child: &mut std::process::Child) -> u64 {
    let mut peak = 0;
    let status = format!("/proc/{}/status", child.id());
    while child.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let kilobytes = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"))
            .and_then(|number| number.trim().parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0) * 1024);
        std::thread::sleep(Duration::from_millis(2));
    }
    peak
}

#[cfg(target_os = "linux")]
#[test]
fn importing_hostile_files_stays_within_256_mb_over_idle() {
    use std::process::{Command, Stdio};

    let Some(shared) = shared_data() else { return };
    let dir = tempfile::tempdir().unwrap();
    let import = |folders: &[PathBuf]| {
        Command::new(env!("CARGO_BIN_EXE_kobako"))
            .arg("--library")
            .arg(dir.path().join("library"))
            .args(["import", "--json"])
            .args(folders)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    };
    let empty = dir.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let mut child = import(&[empty]);
    let idle = peak_rss(&mut child);

    let folders = HOSTILE.map(|it| shared.join(it));
    let mut child = import(&folders);
    let reader = child.stdout.take().unwrap();
    let output = std::thread::spawn(move || std::io::read_to_string(reader).unwrap());
    let peak = peak_rss(&mut child);
    assert!(child.wait().unwrap().success());
    let report: serde_json::Value = serde_json::from_str(&output.join().unwrap()).unwrap();
    assert!(report["added"].as_u64().unwrap() > 500);
    assert!(report["failed"].as_array().unwrap().len() > 200);
    assert!(
        peak <= idle + (256 << 20),
        "{} MB over {} MB idle",
        (peak - idle) >> 20,
        idle >> 20
    );
}

fn read(path: &Path) -> picture::ReadPicture {
    let permits = Permits::new(PERMIT_BYTES);
    picture::read(path, &permits, &|| false)
        .unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

fn distance(a: u64, b: u64) -> u32 {
    (a ^ b).count_ones()
}

#[test]
fn saved_again_scaled_and_recolored_pictures_stay_near() {
    let Some(data) = shared_data() else { return };
    let dir = data.join("images/near_duplicates/hydrus");
    let facts = |name: &str| read(&dir.join(name)).facts;
    let original = facts("visual_dupe_original.jpg");
    for (name, limit) in [
        ("visual_dupe_scale.jpg", 4),
        ("visual_dupe_grunky.jpg", 6),
        ("visual_dupe_colour.jpg", 10),
        ("visual_dupe_correction.jpg", 10),
    ] {
        let near = distance(original.phash, facts(name).phash);

        assert!(near <= limit, "{name}: {near}");
    }
    let plain = facts("jpeg_non_progressive.jpg");
    let other = distance(original.phash, plain.phash);
    assert!(other > 16, "another picture is far: {other}");

    let dir = data.join("images/near_duplicates/danbooru_dupes");
    let near_to = |name: &str, others: &[&str]| {
        let facts = read(&dir.join(name)).facts;
        for other in others {
            let near = distance(facts.phash, read(&dir.join(other)).facts.phash);
            assert!(near <= 6, "{name}, {other}: {near}");
        }
    };
    near_to(
        "countergirl-srgb.jpg",
        &[
            "countergirl-baseline.jpg",
            "countergirl-progressive.jpg",
            "countergirl-no-exif.jpg",
        ],
    );
    // What can be seen through is compared over white.
    near_to(
        "countergirl.png",
        &[
            "countergirl-no-exif.png",
            "countergirl-whitebg-alpha.png",
            "countergirl-whitebg-noalpha.png",
        ],
    );
}

#[test]
fn pictures_are_turned_as_exif_says() {
    let Some(data) = shared_data() else { return };
    let dir = data.join("images/formats/pillow");
    for extension in ["jpg", "webp"] {
        let upright = read(&dir.join(format!("hopper_orientation_2.{extension}"))).facts;
        for orientation in 3..=8 {
            let name = format!("hopper_orientation_{orientation}.{extension}");
            let turned = read(&dir.join(&name)).facts;
            let near = distance(upright.phash, turned.phash);
            assert!(near <= 4, "{name}: {near}");
            assert_eq!(
                (upright.width, upright.height),
                (turned.width, turned.height)
            );
        }
    }
    let sideways = data.join("images/formats/danbooru_test/jpg/test-rotation-270cw-large.jpg");
    let facts = read(&sideways).facts;
    let permits = Permits::new(PERMIT_BYTES);
    let view = picture::read_scaled(&sideways, 300, 1_000, &permits, &|| false).unwrap();
    assert_eq!(
        (view.full_width, view.full_height),
        (facts.width, facts.height)
    );
    assert!(view.width <= 300 && view.height <= 1_000);
    let same_shape = f64::from(view.width) / f64::from(view.height)
        - f64::from(facts.width) / f64::from(facts.height);
    assert!(same_shape.abs() < 0.01, "{} × {}", view.width, view.height);
}

#[test]
fn a_giant_jpeg_is_shown_as_large_as_memory_allows() {
    let Some(data) = shared_data() else { return };
    let giant = data.join("images/formats/sharp_fixtures/giant-image.jpg");
    let facts = read(&giant).facts;
    assert_eq!((facts.width, facts.height), (20_000, 14_000));
    let permits = Permits::new(PERMIT_BYTES);
    let fits = picture::read_scaled(&giant, 1_920, 1_080, &permits, &|| false).unwrap();
    assert_eq!((fits.height, fits.degraded.as_deref()), (1_080, None));
    assert_eq!(
        permits.used(),
        fits.rgba.len() as u64,
        "the permit lives with the pixels"
    );
    drop(fits);
    assert_eq!(permits.used(), 0);
    let full = picture::read_scaled(&giant, 20_000, 14_000, &permits, &|| false).unwrap();
    assert!(full.width < 20_000 && full.width >= 2_500);
    let degraded = full.degraded.unwrap();
    assert!(degraded.contains("shown at 1/"), "{degraded}");
    println!("{} × {}: {degraded}", full.width, full.height);

    let refused = picture::read(
        &data.join("images/formats/sharp_fixtures/65536-uint32-limit.png"),
        &permits,
        &|| false,
    );
    let reason = refused.unwrap_err().to_string();
    assert!(reason.contains("65536 × 65536"), "{reason}");
}

#[test]
fn moving_pictures_are_known_as_such() {
    let Some(data) = shared_data() else { return };
    for path in files_below(&data.join("images/animated")) {
        if path.extension().is_some_and(|it| it == "webp") {
            assert!(read(&path).facts.is_animated, "{}", path.display());
        }
    }
    let dir = data.join("images/near_duplicates/hydrus");
    assert!(read(&dir.join("muh_apng.png")).facts.is_animated);
    assert!(!read(&dir.join("muh_png.png")).facts.is_animated);
    for (name, is_animated) in [
        ("test-animated-86x52.gif", true),
        ("test-static-32x32.gif", false),
    ] {
        let path = data.join("images/formats/danbooru_test/gif").join(name);
        if path.exists() {
            assert_eq!(read(&path).facts.is_animated, is_animated, "{name}");
        }
    }
}

mod damaged {
    use super::*;
    use image::{DynamicImage, ImageFormat, RgbaImage};
    use proptest::prelude::*;

    fn encoded(format: ImageFormat) -> Vec<u8> {
        let picture = RgbaImage::from_fn(40, 30, |x, y| {
            image::Rgba([(x * 6) as u8, (y * 8) as u8, (x * y) as u8, 255 - x as u8])
        });
        let picture = match format {
            ImageFormat::Jpeg => DynamicImage::from(DynamicImage::from(picture).to_rgb8()),
            _ => DynamicImage::from(picture),
        };
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    }

    const FORMATS: [ImageFormat; 6] = [
        ImageFormat::Jpeg,
        ImageFormat::Png,
        ImageFormat::WebP,
        ImageFormat::Gif,
        ImageFormat::Bmp,
        ImageFormat::Tiff,
    ];

    #[test]
    fn whole_ones_are_read_with_their_facts() {
        let dir = tempfile::tempdir().unwrap();
        let permits = Permits::new(16 << 20);
        for format in FORMATS {
            // The name says nothing.
            let path = dir.path().join("picture.txt");
            std::fs::write(&path, encoded(format)).unwrap();
            let read = picture::read(&path, &permits, &|| false).unwrap();
            let facts = read.facts;
            assert_eq!((facts.width, facts.height), (40, 30), "{format:?}");
            let is_opaque = matches!(format, ImageFormat::Jpeg | ImageFormat::Gif);
            assert_eq!(facts.has_alpha, !is_opaque, "{format:?}");
            assert!(!facts.is_animated);
            let shown = picture::decode_thumbnail(&facts.thumbnail, &permits, &|| false).unwrap();
            assert_eq!((shown.width, shown.height), (40, 30), "never enlarged");
            assert!(
                shown
                    .rgba
                    .chunks_exact(4)
                    .all(|it| it[..3].iter().all(|c| *c <= it[3]))
            );
            let view = picture::read_scaled(&path, 20, 20, &permits, &|| false).unwrap();
            assert_eq!((view.width, view.height), (20, 15));
        }
    }

    #[test]
    fn a_thumbnail_that_waits_for_memory_can_be_cancelled() {
        let permits = Permits::new(16 << 20);
        let all = permits.acquire(permits.limit(), &|| false).unwrap();
        let jpeg = encoded(ImageFormat::Jpeg);
        let err = picture::decode_thumbnail(&jpeg, &permits, &|| true).unwrap_err();
        assert!(matches!(err, PictureError::Cancelled), "{err}");
        drop(all);
        assert!(picture::decode_thumbnail(&jpeg, &permits, &|| true).is_ok());
    }

    #[test]
    fn md5_is_of_the_files_bytes_and_cancelling_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        // The smallest GIF there is.
        let gif =
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x01D\0;";
        std::fs::write(&path, gif).unwrap();
        let permits = Permits::new(16 << 20);
        match picture::read(&path, &permits, &|| false) {
            Ok(read) => assert_eq!(read.md5.to_string(), "91f05e4b1f54b01d959b0f14c09f85ba"),
            Err(err) => panic!("{err}"),
        }
        let cancelled = picture::read(&path, &permits, &|| true).unwrap_err();
        assert!(matches!(cancelled, PictureError::Cancelled), "{cancelled}");
    }

    #[test]
    fn a_file_of_gigabytes_is_refused_unread() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("giant.png");
        std::fs::write(&path, b"\x89PNG\r\n\x1a\n").unwrap();
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        // A hole: no disk space is used.
        file.set_len(3 << 30).unwrap();
        let permits = Permits::new(PERMIT_BYTES);
        let err = picture::read(&path, &permits, &|| false).unwrap_err();
        assert!(matches!(err, PictureError::TooLarge { .. }), "{err}");
        assert!(err.to_string().contains("3072 MB"), "{err}");
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_size_before_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("bomb.gif");
        let bomb = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x01D\0;";
        std::fs::write(&path, bomb).unwrap();
        let permits = Permits::new(16 << 20);
        let err = picture::read(&path, &permits, &|| false).unwrap_err();
        assert!(err.to_string().contains("65535 × 65535"), "{err}");
        assert_eq!(permits.peak(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_damage_is_an_error_or_a_picture(
            format in 0..FORMATS.len(),
            cut in 0.0..1.0_f64,
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut bytes = encoded(FORMATS[format]);
            for (index, byte) in changes {
                // Beyond the signature, so that it stays this format.
                let at = 12 + index.index(bytes.len() - 12);
                bytes[at] = byte;
            }
            if cut > 0.5 {
                let length = (bytes.len() as f64 * (cut - 0.5) * 2.0) as usize;
                bytes.truncate(length.max(16));
            }
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("a");
            std::fs::write(&path, &bytes).unwrap();
            let permits = Permits::new(64 << 20);
            let _ = picture::read(&path, &permits, &|| false);
            let _ = picture::read_scaled(&path, 30, 30, &permits, &|| false);
            prop_assert_eq!(permits.used(), 0);
            let _ = picture::decode_thumbnail(&bytes, &permits, &|| false);
            prop_assert_eq!(permits.used(), 0);
        }
    }
}

fn shown(path: &Path) -> Vec<u8> {
    let permits = Permits::new(PERMIT_BYTES);
    let pixels = picture::read_scaled(path, 160, 160, &permits, &|| false)
        .unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    pixels.rgba
}

/// How far a picture is from gray, 0 to 255.
fn strength(rgba: &[u8]) -> f64 {
    let spread = |it: &[u8]| {
        let most = it[..3].iter().max().unwrap();
        f64::from(most - it[..3].iter().min().unwrap())
    };
    let pixels = rgba.chunks_exact(4);
    pixels.clone().map(spread).sum::<f64>() / pixels.len() as f64
}

/// Four files of the same numbers, which their profiles mean differently.
#[test]
fn the_same_numbers_in_wider_profiles_are_stronger_colours() {
    let Some(shared) = shared_data() else { return };
    let folder = shared.join("images/near_duplicates/danbooru_dupes");
    let of = |name: &str| strength(&shown(&folder.join(format!("countergirl-{name}.jpg"))));
    let (srgb, p3, adobe, prophoto) = (of("srgb"), of("p3"), of("adobergb"), of("prophoto"));
    assert!(p3 > srgb * 1.03, "{srgb}, {p3}");
    assert!(adobe > srgb * 1.03, "{srgb}, {adobe}");
    assert!(prophoto > p3 * 1.03, "{p3}, {prophoto}");
}

#[test]
fn inks_become_colours_and_not_their_opposite() {
    let Some(shared) = shared_data() else { return };
    let folder = shared.join("images/formats");
    let chart = shown(&folder.join("danbooru_test/jpg/test-cmyk-no-profile.jpg"));
    assert!(chart[..3].iter().all(|it| *it > 225), "{:?}", &chart[..3]);
    let dark = chart
        .chunks_exact(4)
        .filter(|it| it[..3].iter().all(|it| *it < 60));
    assert!(dark.count() > 50, "nothing is black");
}
