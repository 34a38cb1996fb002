//! The settings by name, with what they mean.

use super::Settings;
use super::kinds::Kind;

/// A setting as the file names it.
pub(super) struct Key {
    pub name: &'static str,
    /// For the file's comment.
    pub what: &'static str,
    pub kind: Kind,
}

impl Key {
    /// It says what embeddings are made with.
    pub fn is_of_model(&self) -> bool {
        self.name == "onnx_runtime" || self.name.split('_').next() == Some("model")
    }
}

const fn key(name: &'static str, what: &'static str, kind: Kind) -> Key {
    Key { name, what, kind }
}

/// A whole number, both ends included.
const fn number(least: u64, most: u64, field: fn(&mut Settings) -> &mut u64) -> Kind {
    Kind::Number { least, most, field }
}

pub(super) const KEYS: [Key; 28] = [
    key(
        "sqlite_cache_mb",
        "Page cache of all database connections together, megabytes.",
        number(1, 16_384, |it| &mut it.sqlite_cache_mb),
    ),
    key(
        "sqlite_mmap_mb",
        "How much of each database may be mapped into memory, megabytes; 0 is none.",
        number(0, 1_048_576, |it| &mut it.sqlite_mmap_mb),
    ),
    key(
        "thumbs_limit_mb",
        "Size limit of thumbs.db on disk, megabytes; the oldest thumbnails go first.",
        number(16, 1_048_576, |it| &mut it.thumbs_limit_mb),
    ),
    key(
        "picture_memory_mb",
        "What reading pictures may use at once, megabytes. A picture that needs more is \
         shown smaller, or refused with the reason.",
        number(32, 65_536, |it| &mut it.picture_memory_mb),
    ),
    key(
        "texture_memory_mb",
        "Thumbnails kept ready for the screen, megabytes.",
        number(4, 65_536, |it| &mut it.texture_memory_mb),
    ),
    key(
        "tag_cache_held_mb",
        "A tag cache up to this size is kept in memory, a larger one read from disk where it \
         is used; megabytes.",
        number(0, 65_536, |it| &mut it.tag_cache_held_mb),
    ),
    key(
        "memory_budget_mb",
        "What Kobako may take of memory, the graphics driver left out, megabytes; 0 is no bound.",
        number(0, 1_048_576, |it| &mut it.memory_budget_mb),
    ),
    key(
        "give_back_order",
        "What is given back to keep the budget, the first first; what is left out follows.",
        Kind::Caches(|it| &mut it.give_back_order),
    ),
    key(
        "pinned",
        "What is never given back to keep the budget.",
        Kind::Caches(|it| &mut it.pinned),
    ),
    key(
        "semantic_similarity",
        "Whether pictures are compared by what is in them. Off, there is no index, no model \
         and no worker.",
        Kind::Switch(|it| &mut it.semantic_similarity),
    ),
    key(
        "embed_after_import",
        "Whether pictures are embedded in the background after an import.",
        Kind::Switch(|it| &mut it.embed_after_import),
    ),
    key(
        "similarity_idle_secs",
        "When the similarity index is unloaded: after so many seconds without a search, \
         \"never\", or \"auto\", by its size.",
        Kind::Idle(|it| &mut it.similarity_idle),
    ),
    key(
        "similarity_index",
        "How embeddings are held while they are searched: exact (flat), as 16-bit floats \
         (half), as bytes, packed and compared again with what is on disk, or as fits.",
        Kind::Choice {
            choices: &["auto", "flat", "half", "bytes", "packed"],
            field: |it| &mut it.similarity_index,
        },
    ),
    key(
        "model",
        "What embeddings are made with: the built-in model, or the rules for the file in \
         model_path.",
        Kind::Choice {
            choices: &[
                "efficientnet-lite0",
                "wd-tagger",
                "clip",
                "siglip",
                "custom",
            ],
            field: |it| &mut it.model.name,
        },
    ),
    key(
        "model_path",
        "An ONNX model that takes pictures; from the library's folder, where it does not \
         start with /.",
        Kind::Text(|it| &mut it.model.path),
    ),
    key(
        "model_size",
        "Width and height of the model's input, pixels; empty is as \"model\" says, here and \
         below.",
        Kind::Numbers {
            lengths: &[0, 1, 2],
            least: 1.0,
            most: 2_048.0,
            are_whole: true,
            field: |it| &mut it.model.size,
        },
    ),
    key(
        "model_layout",
        "Order of the model's input.",
        Kind::Choice {
            choices: &["", "nchw", "nhwc"],
            field: |it| &mut it.model.layout,
        },
    ),
    key(
        "model_channels",
        "Order of the colours.",
        Kind::Choice {
            choices: &["", "rgb", "bgr"],
            field: |it| &mut it.model.channels,
        },
    ),
    key(
        "model_mean",
        "What is taken from a colour's value, 0 to 255: one number, or red, green, blue.",
        Kind::Numbers {
            lengths: &[0, 1, 3],
            least: -1e6,
            most: 1e6,
            are_whole: false,
            field: |it| &mut it.model.mean,
        },
    ),
    key(
        "model_std",
        "By what the rest is divided, likewise.",
        Kind::Numbers {
            lengths: &[0, 1, 3],
            least: 1e-6,
            most: 1e6,
            are_whole: false,
            field: |it| &mut it.model.std,
        },
    ),
    key(
        "model_ground",
        "What is seen through translucent pictures, and beside padded ones: red, green, blue, \
         0 to 255.",
        Kind::Numbers {
            lengths: &[0, 3],
            least: 0.0,
            most: 255.0,
            are_whole: true,
            field: |it| &mut it.model.ground,
        },
    ),
    key(
        "model_fit",
        "How a picture of another shape comes into the input: stretched, padded, or its \
         middle alone.",
        Kind::Choice {
            choices: &["", "stretch", "pad", "crop"],
            field: |it| &mut it.model.fit,
        },
    ),
    key(
        "model_output",
        "Which of the model's outputs is the embedding; \"penultimate\" is what a classifier \
         has before its last product.",
        Kind::Text(|it| &mut it.model.output),
    ),
    key(
        "model_dimensions",
        "Values that the embedding has to have; 0 is any number.",
        number(0, 32_768, |it| &mut it.model.dimensions),
    ),
    key(
        "onnx_runtime",
        "The library of ONNX Runtime (libonnxruntime.so) to run the model with; without it, \
         Kobako does it alone, three to four times slower.",
        Kind::Text(|it| &mut it.model.onnx_runtime),
    ),
    key(
        "worker_memory_mb",
        "What the process that makes embeddings may take of memory, megabytes.",
        number(96, 65_536, |it| &mut it.worker_memory_mb),
    ),
    key(
        "worker_idle_secs",
        "How long that process stays with nothing to do, seconds.",
        number(0, 86_400, |it| &mut it.worker_idle_secs),
    ),
    key(
        "worker_picture_secs",
        "How long it may take for one picture, seconds.",
        number(1, 3_600, |it| &mut it.worker_picture_secs),
    ),
];
