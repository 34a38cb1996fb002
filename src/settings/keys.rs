//! The settings by name, with what they mean.

use super::Settings;
use super::kinds::Kind;
use crate::message::{SettingApplies, SettingGroup, SettingUnit};

/// A setting as the file names it.
pub(super) struct Key {
    pub name: &'static str,
    /// For the file's comment.
    pub what: &'static str,
    pub kind: Kind,
    pub group: SettingGroup,
    pub unit: SettingUnit,
    pub applies: SettingApplies,
    /// What it costs, where that is not its value; without a full stop.
    pub cost: Option<&'static str>,
}

impl Key {
    /// It says what embeddings are made with.
    pub fn is_of_model(&self) -> bool {
        self.name == "onnx_runtime" || self.name.split('_').next() == Some("model")
    }
}

/// A setting of the window that counts at once.
const fn key(name: &'static str, what: &'static str, kind: Kind) -> Key {
    Key {
        name,
        what,
        kind,
        group: SettingGroup::Window,
        unit: SettingUnit::None,
        applies: SettingApplies::AtOnce,
        cost: None,
    }
}

impl Key {
    const fn of(mut self, group: SettingGroup) -> Self {
        self.group = group;
        self
    }

    const fn in_unit(mut self, unit: SettingUnit) -> Self {
        self.unit = unit;
        self
    }

    const fn costs(mut self, cost: &'static str) -> Self {
        self.cost = Some(cost);
        self
    }

    const fn when(mut self, applies: SettingApplies) -> Self {
        self.applies = applies;
        self
    }
}

/// A whole number, both ends included.
const fn number(least: u64, most: u64, field: fn(&mut Settings) -> &mut u64) -> Kind {
    Kind::Number { least, most, field }
}

pub(super) const KEYS: &[Key] = &[
    key(
        "theme",
        "Colours: light, dark, as the desktop has it, or the highest contrast on black or on white.",
        Kind::Choice {
            choices: &["system", "light", "dark", "high_contrast", "high_contrast_light"],
            field: |it| &mut it.theme,
        },
    ),
    key(
        "ui_scale",
        "Size of everything in the window, percent.",
        number(100, 300, |it| &mut it.ui_scale),
    )
    .in_unit(SettingUnit::Percent),
    key(
        "keys",
        "Keys of the window's commands by name, in the place of their own; a list may be empty.",
        Kind::Keys(|it| &mut it.keys),
    ),
    key(
        "sqlite_cache_mb",
        "Page cache of all database connections together, megabytes.",
        number(1, 16_384, |it| &mut it.sqlite_cache_mb),
    )
    .costs("Up to that much memory; less makes searches of text and opening a post slower")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes),
    key(
        "sqlite_mmap_mb",
        "How much of each database may be mapped into memory, megabytes; 0 is none.",
        number(0, 1_048_576, |it| &mut it.sqlite_mmap_mb),
    )
    .costs("What is mapped counts as resident while it is used; the system takes it back when it needs room")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes)
    .when(SettingApplies::AtNextStart),
    key(
        "thumbs_limit_mb",
        "Size limit of thumbs.db on disk, megabytes; the oldest thumbnails go first.",
        number(16, 1_048_576, |it| &mut it.thumbs_limit_mb),
    )
    .costs("Disk alone")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes)
    .when(SettingApplies::AtNextStart),
    key(
        "picture_memory_mb",
        "What reading pictures may use at once, megabytes. A picture that needs more is \
         shown smaller, or refused with the reason.",
        number(32, 65_536, |it| &mut it.picture_memory_mb),
    )
    .costs("Up to that much memory while pictures are read, none afterwards")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes),
    key(
        "texture_memory_mb",
        "Thumbnails kept ready for the screen, megabytes.",
        number(4, 65_536, |it| &mut it.texture_memory_mb),
    )
    .costs("Up to that much memory; less has thumbnails read again while scrolling")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes),
    key(
        "tag_cache_held_mb",
        "A tag cache up to this size is kept in memory, a larger one read from disk where it \
         is used; megabytes.",
        number(0, 65_536, |it| &mut it.tag_cache_held_mb),
    )
    .costs("Its size in memory where it is kept; about 2 MB for 100,000 posts")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes)
    .when(SettingApplies::AtNextStart),
    key(
        "memory_budget_mb",
        "What Kobako may take of memory, the graphics driver left out, megabytes; 0 is no limit.",
        number(0, 1_048_576, |it| &mut it.memory_budget_mb),
    )
    .costs("Less memory is more reading from disk")
    .of(SettingGroup::Memory)
    .in_unit(SettingUnit::Megabytes),
    key(
        "give_back_order",
        "What is given back to keep the budget, the first first; what is left out follows.",
        Kind::Caches(|it| &mut it.give_back_order),
    )
    .of(SettingGroup::Memory),
    key(
        "pinned",
        "What is never given back to keep the budget.",
        Kind::Caches(|it| &mut it.pinned),
    )
    .of(SettingGroup::Memory),
    key(
        "default_filter",
        "A query that every search is narrowed by, such as \"rating:general\", until it is put \
         aside in the window; empty is none.",
        Kind::Text(|it| &mut it.default_filter),
    ),
    key(
        "semantic_similarity",
        "Whether pictures are compared by what is in them. Off, there is no index, no model \
         and no worker.",
        Kind::Switch(|it| &mut it.semantic_similarity),
    )
    .costs("The index in memory, about 130 bytes a picture, and the worker process while it embeds")
    .of(SettingGroup::Similarity),
    key(
        "embed_after_import",
        "Whether pictures are embedded in the background after an import.",
        Kind::Switch(|it| &mut it.embed_after_import),
    )
    .costs("A process of its own until all pictures are embedded")
    .of(SettingGroup::Similarity),
    key(
        "similarity_idle_secs",
        "When the similarity index is unloaded: after so many seconds without a search, \
         \"never\", or \"auto\", by its size.",
        Kind::Idle(|it| &mut it.similarity_idle),
    )
    .of(SettingGroup::Similarity)
    .in_unit(SettingUnit::Seconds),
    key(
        "similarity_index",
        "How embeddings are held while they are searched: exact (flat), as 16-bit floats \
         (half), as bytes, packed and compared again with what is on disk, or as fits.",
        Kind::Choice {
            choices: &["auto", "flat", "half", "bytes", "packed"],
            field: |it| &mut it.similarity_index,
        },
    )
    .costs("Memory for each picture: flat 4 KB, half 2 KB, bytes 1 KB, packed 128 bytes")
    .of(SettingGroup::Similarity)
    .when(SettingApplies::AtNextIndex),
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
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "model_path",
        "An ONNX model that takes pictures; from the library's folder, where it does not \
         start with /.",
        Kind::Text(|it| &mut it.model.path),
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
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
    )
    .of(SettingGroup::Model)
    .in_unit(SettingUnit::Pixels)
    .when(SettingApplies::AtNextStart),
    key(
        "model_layout",
        "Order of the model's input.",
        Kind::Choice {
            choices: &["", "nchw", "nhwc"],
            field: |it| &mut it.model.layout,
        },
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "model_channels",
        "Order of the colours.",
        Kind::Choice {
            choices: &["", "rgb", "bgr"],
            field: |it| &mut it.model.channels,
        },
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
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
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "model_std",
        "What a colour's value is divided by after that: one number, or red, green, blue.",
        Kind::Numbers {
            lengths: &[0, 1, 3],
            least: 1e-6,
            most: 1e6,
            are_whole: false,
            field: |it| &mut it.model.std,
        },
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
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
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "model_fit",
        "How a picture of another shape comes into the input: stretched, padded, or its \
         middle alone.",
        Kind::Choice {
            choices: &["", "stretch", "pad", "crop"],
            field: |it| &mut it.model.fit,
        },
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "model_output",
        "Which of the model's outputs is the embedding; \"penultimate\" is what a classifier \
         has before its last product.",
        Kind::Text(|it| &mut it.model.output),
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "model_dimensions",
        "Values that the embedding has to have; 0 is any number.",
        number(0, 32_768, |it| &mut it.model.dimensions),
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "onnx_runtime",
        "The library of ONNX Runtime (libonnxruntime.so) to run the model with; without it, \
         Kobako does it alone, three to four times slower.",
        Kind::Text(|it| &mut it.model.onnx_runtime),
    )
    .of(SettingGroup::Model)
    .when(SettingApplies::AtNextStart),
    key(
        "worker_memory_mb",
        "What the process that makes embeddings may take of memory, megabytes.",
        number(96, 65_536, |it| &mut it.worker_memory_mb),
    )
    .costs("Up to that much memory in a process of its own, while it works")
    .of(SettingGroup::Worker)
    .in_unit(SettingUnit::Megabytes)
    .when(SettingApplies::AtNextStart),
    key(
        "worker_idle_secs",
        "How long that process stays with nothing to do, seconds.",
        number(0, 86_400, |it| &mut it.worker_idle_secs),
    )
    .of(SettingGroup::Worker)
    .in_unit(SettingUnit::Seconds)
    .when(SettingApplies::AtNextStart),
    key(
        "worker_picture_secs",
        "How long it may take for one picture, seconds.",
        number(1, 3_600, |it| &mut it.worker_picture_secs),
    )
    .of(SettingGroup::Worker)
    .in_unit(SettingUnit::Seconds)
    .when(SettingApplies::AtNextStart),
    key(
        "thumbnail_size",
        "Edge of a cell of the grid, points; a little more or less where that fills the width.",
        number(64, 512, |it| &mut it.thumbnail_size),
    )
    .in_unit(SettingUnit::Points),
    key(
        "badges",
        "Whether rating, favourite, animated and missing are shown on thumbnails.",
        Kind::Switch(|it| &mut it.badges),
    ),
    key(
        "hover_preview",
        "Whether a larger picture shows where the pointer rests on a thumbnail.",
        Kind::Switch(|it| &mut it.hover_preview),
    ),
    key(
        "wheel_zooms",
        "Whether the wheel alone zooms an open picture. Off, it goes to the next and the \
         previous post, and zooms with Ctrl.",
        Kind::Switch(|it| &mut it.wheel_zooms),
    ),
    key(
        "picture_background",
        "What is behind an open picture, and seen through it.",
        Kind::Choice {
            choices: &["theme", "black", "white", "checkerboard"],
            field: |it| &mut it.picture_background,
        },
    ),
    key(
        "slideshow_secs",
        "How long a slideshow stays at a post, seconds.",
        number(1, 86_400, |it| &mut it.slideshow_secs),
    )
    .in_unit(SettingUnit::Seconds),
    key(
        "slideshow_random",
        "Whether a slideshow goes through a result in random order.",
        Kind::Switch(|it| &mut it.slideshow_random),
    ),
    key(
        "slideshow_loop",
        "Whether a slideshow begins again after the last post.",
        Kind::Switch(|it| &mut it.slideshow_loop),
    ),
    key(
        "open_with",
        "The program that opens a post's file, with its arguments, by spaces; the file comes \
         last. Empty is what the desktop has for the file.",
        Kind::Text(|it| &mut it.open_with),
    ),
];
