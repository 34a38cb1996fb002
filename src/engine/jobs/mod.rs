//! Long work, on threads and inputs of its own. Jobs tell the engine through
//! one bounded channel; once the engine is gone, telling fails and they end.

mod cache_renewal;
mod decide;
mod demo;
mod duplicates;
mod edit_progress;
mod edits;
pub mod embed;
mod ending;
mod handover;
mod import;
mod index_build;
mod memory_watch;
mod picture;
mod places;
mod play;
mod post_edits;
mod settings_file;
mod slot;
mod tiles;
mod trash;

pub(super) use cache_renewal::{CacheRenewal, leave_snapshot};
pub(super) use duplicates::{DuplicateNews, DuplicateSlot};
pub(super) use edits::{Edit, EditQueue};
pub(super) use ending::{Patience, num_steps, wait_for};
pub(super) use handover::{Handover, hand_over};
pub(super) use import::{ImportContext, ImportQueue, ImportSource};
pub(super) use index_build::IndexBuild;
pub(super) use memory_watch::MemoryWatch;
pub(super) use picture::{PictureSlot, PictureTask, Purpose};
pub(super) use places::{PlaceDesk, PlaceTask};
pub(super) use play::{PlaySlot, PlayTask};
pub(super) use settings_file::{SettingsFile, SettingsFileNews};
pub(super) use tiles::{RowsOf, TileSlot, TileTask};

use std::any::Any;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::similarity::CompareNews;
use crate::engine::tag_cache::TagCache;
use crate::import::ImportNews;
use crate::library::Changes;
use crate::memory::Usage;
use crate::message::{
    EditOutcome, EditProgress, Frame, Generation, HandoverFailure, ImportReport, JobId, MemoryNews,
    Notice, Pixels, PlaceEvent, TileId,
};
use crate::model::PostId;

/// What jobs tell the engine.
#[derive(Debug)]
pub(super) enum News {
    Import {
        job: JobId,
        news: ImportNews,
    },
    /// The last of an import. `Err` says why it could not go on.
    ImportEnded {
        job: JobId,
        outcome: Result<ImportReport, String>,
    },
    /// The last of a picture.
    Picture {
        purpose: Purpose,
        generation: Generation,
        post: PostId,
        picture: Result<Pixels, String>,
    },
    Memory(Arc<MemoryNews>),
    /// What the process takes, while a budget bounds it.
    Usage(Usage),
    /// An index finds no room in the budget, and waits for it.
    RoomWanted {
        missing_bytes: u64,
        /// The loaded index can't make room: it is what asks.
        keeps_index: bool,
    },
    /// An edit was written. `Err` says what was not, and why.
    Edited(Result<(), String>),
    /// Something that people should know was found.
    Told(Notice),
    /// The settings' file was written or read.
    SettingsFile(Box<SettingsFileNews>),
    /// How far an edit of posts is.
    EditProgress(EditProgress),
    /// The last of an edit of posts.
    PostsEdited(EditOutcome),
    /// A part of an edit was committed; its last news follow.
    EditCommitted(Changes),
    /// The last of a decision about duplicates.
    Decided {
        /// What was done, or why it was not.
        outcome: Result<String, String>,
        /// What would be taken back next.
        undo: Option<String>,
    },
    Tile {
        generation: Generation,
        tile: TileId,
        pixels: Pixels,
    },
    /// The last of tiles.
    TilesEnded {
        generation: Generation,
        outcome: Result<(), String>,
        rows: RowsOf,
    },
    /// A frame of an animation; an error is the last.
    Frame {
        generation: Generation,
        frame: Result<Frame, String>,
    },
    /// Another program was started, or why it was not.
    Handed(Result<(), HandoverFailure>),
    /// Of folders, roots and libraries.
    Places(PlaceEvent),
    /// A change of folders ended: what it did, or why it did nothing, and a folder
    /// that is to be imported then.
    PlacesChanged {
        outcome: Result<String, String>,
        import: Option<PathBuf>,
    },
    Compare(CompareNews),
    Embed(embed::EmbedNews),
    Duplicates(DuplicateNews),
    /// The last of an index that was built, or why it was not.
    IndexBuilt(Result<(), String>),
    /// The last of a renewal of the tag cache, or why there is none.
    CacheRenewed(Result<Box<TagCache>, String>),
}

/// What a panic said.
pub(super) fn panic_message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}
