//! What can be set, with its default and its unit. One file, `settings.toml`,
//! in the library's folder.
//!
//! A mistake in the file never stops the program: what can be read is used,
//! the rest keeps its default, and each mistake is told with its line.

mod edit;
mod file;
mod keys;
mod kinds;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::memory::{BudgetWish, Cache, Cap, Caps};
use crate::message::WindowSettings;
use keys::KEYS;
use kinds::Kind;

/// The file's name in the library's folder.
pub const FILE_NAME: &str = "settings.toml";

/// All settings of a library.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// One of the themes by name.
    pub theme: String,
    /// Size of everything in the window, percent.
    pub ui_scale: u64,
    /// The user's keys by the action's id.
    pub keys: BTreeMap<String, Vec<String>>,
    /// Page cache of all SQLite connections together, megabytes.
    pub sqlite_cache_mb: u64,
    /// `mmap_size` of each database, megabytes; 0 is none.
    pub sqlite_mmap_mb: u64,
    /// Limit of `thumbs.db`, megabytes.
    pub thumbs_limit_mb: u64,
    /// What decoders and pictures may use at once, megabytes.
    pub picture_memory_mb: u64,
    /// Thumbnail textures kept, megabytes.
    pub texture_memory_mb: u64,
    /// A tag cache larger than this is mapped from its file instead of held,
    /// megabytes.
    pub tag_cache_held_mb: u64,
    /// What the process without the graphics driver may take, megabytes; 0 is
    /// no limit.
    pub memory_budget_mb: u64,
    /// What a budget has given back first comes first.
    pub give_back_order: Vec<Cache>,
    /// What a budget never has given back.
    pub pinned: Vec<Cache>,
    /// A query that every search is narrowed by, until it is put aside; empty is none.
    pub default_filter: String,
    /// Compare pictures by embeddings.
    pub semantic_similarity: bool,
    /// Embed pictures in the background after an import.
    pub embed_after_import: bool,
    /// When the similarity index is unloaded.
    pub similarity_idle: SimilarityIdle,
    /// `auto`, or the kind of index.
    pub similarity_index: String,
    /// What embeddings are made with.
    pub model: ModelSettings,
    /// RSS of the worker, at most, megabytes.
    pub worker_memory_mb: u64,
    /// How long the worker stays with nothing to do, seconds.
    pub worker_idle_secs: u64,
    /// How long the worker may take for a picture, seconds.
    pub worker_picture_secs: u64,
    /// Edge of a cell of the grid, points.
    pub thumbnail_size: u64,
    /// Show rating, favourite, animated and missing on thumbnails.
    pub badges: bool,
    /// Show a larger picture where the pointer rests.
    pub hover_preview: bool,
    /// The wheel alone zooms an open picture.
    pub wheel_zooms: bool,
    /// What is behind an open picture: `theme`, `black`, `white` or `checkerboard`.
    pub picture_background: String,
    /// How long a slideshow stays at a post, seconds.
    pub slideshow_secs: u64,
    pub slideshow_random: bool,
    pub slideshow_loop: bool,
    /// A program and its arguments; empty is the desktop's own.
    pub open_with: String,
}

/// The model that makes embeddings, as far as the user says: what is empty is
/// as the rules of `name` have it.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelSettings {
    /// Of the built-in model, or of the rules for the file in `path`.
    pub name: String,
    pub path: String,
    /// Width and height, or the edge of a square, pixels.
    pub size: Vec<f32>,
    pub layout: String,
    pub channels: String,
    pub mean: Vec<f32>,
    pub std: Vec<f32>,
    pub ground: Vec<f32>,
    pub fit: String,
    pub output: String,
    /// 0 is any number.
    pub dimensions: u64,
    pub onnx_runtime: String,
    /// What the file says of the model and can't be used, with what to write: another
    /// model than the one that is meant would embed all pictures for nothing.
    pub mistake: Option<String>,
}

impl Default for ModelSettings {
    fn default() -> Self {
        Self {
            name: "efficientnet-lite0".to_owned(),
            path: String::new(),
            size: Vec::new(),
            layout: String::new(),
            channels: String::new(),
            mean: Vec::new(),
            std: Vec::new(),
            ground: Vec::new(),
            fit: String::new(),
            output: String::new(),
            dimensions: 0,
            onnx_runtime: String::new(),
            mistake: None,
        }
    }
}

/// When what compares pictures is given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SimilarityIdle {
    /// By its size.
    #[default]
    Auto,
    Never,
    /// After so many seconds without a search.
    Seconds(u64),
}

impl Default for Settings {
    fn default() -> Self {
        let WindowSettings {
            theme,
            ui_scale,
            keys,
            thumbnail_size,
            badges,
            hover_preview,
            wheel_zooms,
            picture_background,
            slideshow_secs,
            slideshow_random,
            slideshow_loop,
        } = WindowSettings::default();
        Self {
            theme,
            ui_scale,
            keys,
            sqlite_cache_mb: 10,
            sqlite_mmap_mb: 0,
            thumbs_limit_mb: 4096,
            picture_memory_mb: 192,
            texture_memory_mb: 32,
            tag_cache_held_mb: 64,
            memory_budget_mb: 0,
            give_back_order: Cache::ALL.to_vec(),
            pinned: Vec::new(),
            default_filter: String::new(),
            semantic_similarity: true,
            embed_after_import: true,
            similarity_idle: SimilarityIdle::Auto,
            similarity_index: "auto".to_owned(),
            model: ModelSettings::default(),
            worker_memory_mb: 512,
            worker_idle_secs: 300,
            worker_picture_secs: 60,
            thumbnail_size,
            badges,
            hover_preview,
            wheel_zooms,
            picture_background,
            slideshow_secs,
            slideshow_random,
            slideshow_loop,
            open_with: String::new(),
        }
    }
}

/// Thumbnails that may be on their way to the screen at once, bytes.
const THUMBNAILS_BYTES: u64 = 32 << 20;

impl Settings {
    /// What the window has a use for.
    pub fn window(&self) -> WindowSettings {
        WindowSettings {
            theme: self.theme.clone(),
            ui_scale: self.ui_scale,
            keys: self.keys.clone(),
            thumbnail_size: self.thumbnail_size,
            badges: self.badges,
            hover_preview: self.hover_preview,
            wheel_zooms: self.wheel_zooms,
            picture_background: self.picture_background.clone(),
            slideshow_secs: self.slideshow_secs,
            slideshow_random: self.slideshow_random,
            slideshow_loop: self.slideshow_loop,
        }
    }

    /// The budget that is set.
    pub fn budget(&self) -> BudgetWish {
        BudgetWish {
            limit_bytes: (self.memory_budget_mb > 0).then_some(self.memory_budget_mb << 20),
            order: self.give_back_order.clone(),
            pinned: self.pinned.clone(),
        }
    }

    /// Takes over a budget that was set in the window.
    pub fn set_budget(&mut self, wish: &BudgetWish) {
        let BudgetWish {
            limit_bytes,
            order,
            pinned,
        } = wish;
        self.memory_budget_mb = limit_bytes.map_or(0, |it| (it >> 20).max(1));
        self.give_back_order.clone_from(order);
        self.pinned.clone_from(pinned);
    }

    /// What each pool may have where the budget has room.
    pub fn pools(&self) -> Caps {
        Caps {
            pictures: self.picture_memory_mb << 20,
            thumbnails: THUMBNAILS_BYTES,
            textures: self.texture_memory_mb << 20,
        }
    }

    /// What each cache may take, as it can be set.
    pub fn caps(&self) -> Vec<Cap> {
        let cap = |cache, megabytes: u64, is_live| Cap {
            cache,
            bytes: megabytes << 20,
            is_live,
        };
        vec![
            cap(Cache::Thumbnails, self.texture_memory_mb, true),
            cap(Cache::Sqlite, self.sqlite_cache_mb, true),
            cap(Cache::TagCache, self.tag_cache_held_mb, false),
        ]
    }

    /// Sets what a cache may take, whole megabytes within what is allowed;
    /// `false` where it has no such setting.
    pub fn set_cap(&mut self, cache: Cache, bytes: u64) -> bool {
        let name = match cache {
            Cache::Thumbnails => "texture_memory_mb",
            Cache::Sqlite => "sqlite_cache_mb",
            Cache::TagCache => "tag_cache_held_mb",
            // The open picture is as large as the window, and there is no index yet.
            Cache::Picture | Cache::Similarity => return false,
        };
        let Some(Kind::Number { least, most, field }) =
            KEYS.iter().find(|it| it.name == name).map(|it| &it.kind)
        else {
            return false;
        };
        *field(self) = (bytes >> 20).clamp(*least, *most);
        true
    }
}
