//! Makes what scenarios need: libraries, in a process of their own so that they
//! leave nothing in this one's memory, and pictures, row by row.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};
use image::{GenericImageView, Rgb};

use crate::cli::session::Session;
use crate::engine::EngineConfig;
use crate::message::Event;

/// Makes a made-up library in a folder that does not exist yet, with the
/// snapshot that it has after its first use.
pub(super) fn synth(library: &Path, posts: u32, tags: u32) -> anyhow::Result<()> {
    let posts = posts.to_string();
    let tags = tags.to_string();
    kobako(&["synth", "--posts", &posts, "--tags", &tags], library)?;
    kobako(&["search", "--limit", "0", "", "--library"], library)
}

/// The same with the demo's pictures.
pub(super) fn demo(library: &Path) -> anyhow::Result<()> {
    kobako(&["mem", "--make-demo"], library)?;
    kobako(&["search", "--limit", "0", "", "--library"], library)
}

fn kobako(arguments: &[&str], library: &Path) -> anyhow::Result<()> {
    let program = std::env::current_exe().context("this program can't be found")?;
    let output = Command::new(program)
        .args(arguments)
        .arg(library)
        .stdin(Stdio::null())
        .output()
        .context("this program can't be started a second time")?;
    if !output.status.success() {
        bail!(
            "kobako {} failed: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(())
}

/// `kobako mem --make-demo`: what [`demo`] runs.
pub(in crate::cli) fn make_demo(library: &Path) -> anyhow::Result<()> {
    let config = EngineConfig {
        create: true,
        demo: true,
        ..EngineConfig::load(std::path::absolute(library)?)
    };
    let (mut session, _) = Session::open(config)?;
    loop {
        if let Event::ImportFinished { report, .. } = session.next()? {
            session.check()?;
            match report.stopped {
                Some(reason) => bail!("the demo can't be imported: {reason}"),
                None => return Ok(()),
            }
        }
    }
}

/// Writes so many different small pictures.
pub(super) fn pictures(folder: &Path, num: u32, width: u32, height: u32) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} can't be made", folder.display()))?;
    for seed in 1..=num {
        write(&folder.join(format!("{seed:06}.png")), seed, width, height)?;
        let tags = format!("made\nnumber_{seed}\nten_{}\n", seed / 10);
        std::fs::write(folder.join(format!("{seed:06}.png.txt")), tags)?;
    }
    Ok(())
}

/// Writes a picture, PNG or JPEG by its name. However large it is, no more than
/// some rows of it are in memory.
pub(super) fn picture(path: &Path, width: u32, height: u32) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} can't be made", folder.display()))?;
    }
    write(path, 0, width, height)
}

fn write(path: &Path, seed: u32, width: u32, height: u32) -> anyhow::Result<()> {
    let pattern = Pattern {
        seed,
        width,
        height,
    };
    let write = || -> anyhow::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        if path.extension().is_some_and(|it| it == "png") {
            pattern.write_png(&mut file)?;
        } else {
            let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut file);
            encoder.encode_image(&pattern)?;
        }
        file.flush()?;
        Ok(())
    };
    write().with_context(|| format!("{} can't be written", path.display()))
}

/// A picture that is computed where it is looked at.
#[derive(Clone, Copy)]
struct Pattern {
    seed: u32,
    width: u32,
    height: u32,
}

impl Pattern {
    fn color(self, x: u32, y: u32) -> [u8; 3] {
        let [red, green, blue, _] = self.seed.wrapping_mul(0x9E37_79B9).to_le_bytes();
        // Wide bands, which both formats pack well.
        let across = (x * 255 / self.width.max(1)) as u8;
        let down = (y * 255 / self.height.max(1)) as u8;
        let checks = if (x / 512 + y / 512).is_multiple_of(2) {
            48
        } else {
            0
        };
        [
            red.wrapping_add(across),
            green.wrapping_add(down),
            blue.wrapping_add(checks),
        ]
    }

    fn write_png(self, file: &mut impl std::io::Write) -> anyhow::Result<()> {
        let mut encoder = png::Encoder::new(file, self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        let mut stream = writer.stream_writer()?;
        let mut row = Vec::with_capacity(self.width as usize * 3);
        for y in 0..self.height {
            row.clear();
            row.extend((0..self.width).flat_map(|x| self.color(x, y)));
            stream.write_all(&row)?;
        }
        stream.finish()?;
        Ok(())
    }
}

impl GenericImageView for Pattern {
    type Pixel = Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Rgb<u8> {
        Rgb(self.color(x, y))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_formats_show_the_pattern() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a.png", "a.jpg"] {
            let path = dir.path().join("sub").join(name);
            picture(&path, 700, 40).unwrap();
            let read = image::open(&path).unwrap().to_rgb8();
            assert_eq!(read.dimensions(), (700, 40));
            let pattern = Pattern {
                seed: 0,
                width: 700,
                height: 40,
            };
            for (x, y) in [(0, 0), (699, 39), (511, 20)] {
                let (found, meant) = (read.get_pixel(x, y).0, pattern.color(x, y));
                let is_near = found.iter().zip(meant).all(|(a, b)| a.abs_diff(b) < 24);
                assert!(is_near, "{name} at {x}, {y}: {found:?} for {meant:?}");
            }
        }
    }

    #[test]
    fn small_pictures_differ() {
        let dir = tempfile::tempdir().unwrap();
        pictures(dir.path(), 3, 20, 10).unwrap();
        let read = |name: &str| std::fs::read(dir.path().join(name)).unwrap();
        assert_ne!(read("000001.png"), read("000002.png"));
        assert!(dir.path().join("000003.png.txt").exists());
    }
}
