//! Which model makes embeddings, and how a picture is prepared for it.
//!
//! Everything that the worker needs to know comes as a [`ModelSpec`] over the
//! pipe; it reads no settings.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::Xxh3;

use super::path_bytes;

/// Longest edge of a model's input, pixels.
pub const MAX_INPUT_EDGE: u32 = 2_048;

/// Larger files are no image model that the worker could hold.
const MAX_FILE_BYTES: u64 = 8 << 30;

/// Name of the built-in model in the settings.
pub const BUILT_IN: &str = "efficientnet-lite0";

/// xxh3 of the built-in model's file; a test keeps it true. A constant, since
/// reading the file to hash it would make its pages resident.
pub(super) const BUILT_IN_DIGEST: u64 = 0xfe7e_770f_86b5_ac62;

/// An image model, and how pictures are prepared for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelSpec {
    /// As the settings name it: a preset, or the file's own name.
    pub name: String,
    /// For people.
    pub title: String,
    pub source: ModelSource,
    /// Pixels.
    pub width: u32,
    pub height: u32,
    pub layout: Layout,
    pub channels: ChannelOrder,
    /// What is taken from a channel's value (0 to 255), red, green, blue.
    pub mean: [f32; 3],
    /// By what the rest is divided.
    pub std: [f32; 3],
    /// What is seen through a picture that is translucent: red, green, blue.
    pub ground: [u8; 3],
    pub fit: Fit,
    /// The tensor that is the embedding; the model's first output where there
    /// is none. [`PENULTIMATE`] is what goes into a classifier's last product.
    pub output: Option<String>,
    /// Where it is known, another number is refused.
    pub dimensions: Option<u32>,
    pub runtime: Runtime,
}

/// As [`ModelSpec::output`]: what goes into the last matrix product.
pub const PENULTIMATE: &str = "penultimate";

/// Where the model is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelSource {
    /// In the program itself.
    BuiltIn,
    /// An ONNX file; absolute.
    File(#[serde(with = "path_bytes")] PathBuf),
}

/// What runs the model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Runtime {
    /// In the program itself.
    Tract,
    /// ONNX Runtime, from the library in this file; absolute.
    OnnxRuntime(#[serde(with = "path_bytes")] PathBuf),
}

/// The order of a model's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// Batch, channel, row, column.
    Nchw,
    /// Batch, row, column, channel.
    Nhwc,
}

/// The order of a model's channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChannelOrder {
    Rgb,
    Bgr,
}

/// How a picture of another shape comes into the model's input. It is scaled
/// with Lanczos' filter, as thumbnails are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Fit {
    /// All of it, its shape given up.
    Stretch,
    /// All of it in its shape, in the middle of the ground's colour.
    Pad,
    /// Its middle, in its shape.
    Crop,
}

/// Means and deviations of ImageNet as CLIP's authors measured them, times 255.
const CLIP_MEAN: [f32; 3] = [122.770_94, 116.746_01, 104.093_74];
const CLIP_STD: [f32; 3] = [68.500_53, 66.632_19, 70.323_16];

const NO_MEAN: [f32; 3] = [0.0; 3];
const NO_STD: [f32; 3] = [1.0; 3];

/// Presets for models that come as a file, in the settings' words.
pub const PRESETS: [&str; 4] = ["wd-tagger", "clip", "siglip", "custom"];

impl ModelSpec {
    /// EfficientNet-Lite0 without its classifier: 224 × 224 RGB, (value − 127)
    /// / 128, translucent pictures over white, 1,280 values.
    ///
    /// Pictures are stretched, so that nothing at their edges is overlooked.
    pub fn built_in() -> Self {
        Self {
            name: BUILT_IN.to_owned(),
            title: "EfficientNet-Lite0 (built in)".to_owned(),
            source: ModelSource::BuiltIn,
            width: 224,
            height: 224,
            layout: Layout::Nchw,
            channels: ChannelOrder::Rgb,
            mean: [127.0; 3],
            std: [128.0; 3],
            ground: [255; 3],
            fit: Fit::Stretch,
            output: None,
            dimensions: Some(1_280),
            runtime: Runtime::Tract,
        }
    }

    /// The rules of a preset for the ONNX file at `path`; `None` for a name
    /// that is none of [`PRESETS`].
    pub fn preset(name: &str, path: &Path) -> Option<Self> {
        let custom = Self {
            name: name.to_owned(),
            title: format!(
                "{name} ({})",
                path.file_name().unwrap_or_default().to_string_lossy()
            ),
            source: ModelSource::File(path.to_owned()),
            dimensions: None,
            ..Self::built_in()
        };
        match name {
            // SmilingWolf's taggers: 448 × 448 BGR as bytes, padded with white.
            "wd-tagger" => Some(Self {
                width: 448,
                height: 448,
                layout: Layout::Nhwc,
                channels: ChannelOrder::Bgr,
                mean: NO_MEAN,
                std: NO_STD,
                fit: Fit::Pad,
                // Its output is a probability for each of some ten thousand tags.
                output: Some(PENULTIMATE.to_owned()),
                ..custom
            }),
            "clip" => Some(Self {
                mean: CLIP_MEAN,
                std: CLIP_STD,
                fit: Fit::Crop,
                ..custom
            }),
            "siglip" => Some(Self {
                mean: [127.5; 3],
                std: [127.5; 3],
                output: Some("pooler_output".to_owned()),
                ..custom
            }),
            "custom" => Some(custom),
            _ => None,
        }
    }

    /// Tells models apart whose embeddings can't be compared: the name, and a
    /// digest of the file and of how pictures are prepared.
    ///
    /// Reads the whole file, so not for a thread that answers questions.
    pub fn key(&self) -> io::Result<String> {
        self.key_unless(&|| false)
    }

    /// Like [`Self::key`]; an error as soon as `is_cancelled` says so.
    pub fn key_unless(&self, is_cancelled: &dyn Fn() -> bool) -> io::Result<String> {
        let Self {
            name,
            title: _,
            source,
            width,
            height,
            layout,
            channels,
            mean,
            std,
            ground,
            fit,
            output,
            // It says what the file must be, not what is made of it.
            dimensions: _,
            // Both calculate the same but for the last bits.
            runtime: _,
        } = self;
        let mut digest = Xxh3::new();
        match source {
            ModelSource::BuiltIn => digest.update(&BUILT_IN_DIGEST.to_le_bytes()),
            ModelSource::File(path) => {
                digest.update(&file_digest(path, is_cancelled)?.to_le_bytes());
            }
        }
        let rules = (
            (width, height, layout, channels),
            (mean, std, ground, fit, output),
        );
        let rules = postcard::to_allocvec(&rules).map_err(io::Error::other)?;
        digest.update(&rules);
        Ok(format!("{name}:{:016x}", digest.digest()))
    }

    /// Values of the model's input.
    pub(super) fn num_values(&self) -> usize {
        3 * self.width as usize * self.height as usize
    }

    /// The input's shape for one picture.
    pub(super) fn shape(&self) -> [usize; 4] {
        let (width, height) = (self.width as usize, self.height as usize);
        match self.layout {
            Layout::Nchw => [1, 3, height, width],
            Layout::Nhwc => [1, height, width, 3],
        }
    }

    /// Why no picture can be prepared by these rules, if so.
    pub(super) fn check(&self) -> Result<(), String> {
        let edges = 1..=MAX_INPUT_EDGE;
        if !edges.contains(&self.width) || !edges.contains(&self.height) {
            return Err(format!(
                "an input of {} × {} pixels is not between 1 and {MAX_INPUT_EDGE}; correct \
                 model_size in the settings",
                self.width, self.height
            ));
        }
        if self.std.iter().any(|it| !it.is_finite() || *it == 0.0)
            || self.mean.iter().any(|it| !it.is_finite())
        {
            return Err(
                "model_mean and model_std have to be numbers, and model_std none that is 0"
                    .to_owned(),
            );
        }
        Ok(())
    }
}

/// xxh3 of a file, read in pieces.
fn file_digest(path: &Path, is_cancelled: &dyn Fn() -> bool) -> io::Result<u64> {
    // Before it is opened: opening a pipe waits for its other end.
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::other(format!(
            "{} is not a file",
            path.display()
        )));
    }
    let too_large = || {
        io::Error::other(format!(
            "{} has more than the {} GB that a model may have",
            path.display(),
            MAX_FILE_BYTES >> 30
        ))
    };
    if metadata.len() > MAX_FILE_BYTES {
        return Err(too_large());
    }
    let mut file = File::open(path)?;
    let mut digest = Xxh3::new();
    let mut piece = vec![0; 128 << 10];
    let mut num_read: u64 = 0;
    loop {
        if is_cancelled() {
            return Err(io::Error::other("cancelled"));
        }
        match file.read(&mut piece) {
            Ok(0) => return Ok(digest.digest()),
            Ok(length) => {
                num_read += length as u64;
                // It may grow while it is read.
                if num_read > MAX_FILE_BYTES {
                    return Err(too_large());
                }
                digest.update(&piece[..length]);
            }
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            Err(err) => return Err(err),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_tells_files_and_rules_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.onnx");
        std::fs::write(&path, b"one").unwrap();
        let clip = ModelSpec::preset("clip", &path).unwrap();
        let first = clip.key().unwrap();
        assert!(first.starts_with("clip:"), "{first}");
        assert_eq!(first, clip.clone().key().unwrap());
        let padded = ModelSpec {
            fit: Fit::Pad,
            ..clip.clone()
        };
        assert_ne!(padded.key().unwrap(), first);
        std::fs::write(&path, b"two").unwrap();
        assert_ne!(clip.key().unwrap(), first);
        // Where the file lies makes no difference.
        let moved = dir.path().join("b.onnx");
        let before = clip.key().unwrap();
        std::fs::rename(&path, &moved).unwrap();
        assert!(clip.key().is_err());
        assert_eq!(
            ModelSpec::preset("clip", &moved).unwrap().key().unwrap(),
            before
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_and_a_long_one_can_be_given_up() {
        let dir = tempfile::tempdir().unwrap();
        let pipe = dir.path().join("pipe.onnx");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.unwrap().success());
        for path in [pipe.as_path(), Path::new("/dev/zero"), dir.path()] {
            let refused = ModelSpec::preset("clip", path).unwrap().key().unwrap_err();
            assert!(refused.to_string().contains("not a file"), "{refused}");
        }
        let long = dir.path().join("long.onnx");
        let file = File::create(&long).unwrap();
        file.set_len(MAX_FILE_BYTES + 1).unwrap();
        let spec = ModelSpec::preset("clip", &long).unwrap();
        let refused = spec.key().unwrap_err();
        assert!(refused.to_string().contains("8 GB"), "{refused}");
        file.set_len(MAX_FILE_BYTES).unwrap();
        let num_asked = std::cell::Cell::new(0);
        let is_cancelled = || num_asked.replace(num_asked.get() + 1) == 3;
        let refused = spec.key_unless(&is_cancelled).unwrap_err();
        assert!(refused.to_string().contains("cancelled"), "{refused}");
        assert_eq!(num_asked.get(), 4);
    }

    #[test]
    fn every_preset_is_one_and_sound() {
        for name in PRESETS {
            let spec = ModelSpec::preset(name, Path::new("/m.onnx")).unwrap();
            assert_eq!(spec.name, name);
            spec.check().unwrap();
        }
        assert_eq!(ModelSpec::preset("vgg", Path::new("/m.onnx")), None);
        ModelSpec::built_in().check().unwrap();
    }

    #[test]
    fn rules_that_fit_no_picture_are_refused() {
        for broken in [
            ModelSpec {
                width: 0,
                ..ModelSpec::built_in()
            },
            ModelSpec {
                height: MAX_INPUT_EDGE + 1,
                ..ModelSpec::built_in()
            },
            ModelSpec {
                std: [1.0, 0.0, 1.0],
                ..ModelSpec::built_in()
            },
            ModelSpec {
                mean: [f32::NAN; 3],
                ..ModelSpec::built_in()
            },
        ] {
            broken.check().unwrap_err();
        }
    }
}
