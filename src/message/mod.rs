//! The seam between the window and the engine: what can be asked, what is told.
//!
//! One enum a direction, bounded channels made in one place ([`channel()`]), and
//! a [`Wake`] that tells the window to look. Nothing here names egui or SQL.
//!
//! **Neither side ever blocks on a full channel**: both send through an
//! [`Outbox`], which keeps what did not fit and tries again at the next turn.

mod channel;
mod edit;
mod event;
mod options;
mod orders;
mod outbox;
mod places;
mod request;
mod search_error;
mod show;
mod similar;
mod tagging;

pub use channel::{EngineSide, Wake, WindowSide, channel};
pub use edit::{EditOutcome, EditProgress, EditRequest, PostEdit, PostFact, PostMarks, TagsOf};
pub use event::{
    Completion, CompletionKind, Event, FailedFile, ImportNote, ImportProgress, ImportReport,
    LibrarySummary, MemoryNews, Notice, Pixels, PostDetails, PostFile, PostTag, ReleaseReport,
    ResultBatch, SearchSummary, Thumbnail, UnknownMetatag, UnknownTag,
};
pub use options::{
    Setting, SettingApplies, SettingEditor, SettingGroup, SettingUnit, SettingValue, SettingsEvent,
    SettingsList, SettingsRequest, WindowSettings,
};
pub use orders::SORT_ORDERS;
pub use outbox::Outbox;
pub use places::{
    Fate, FilterState, FolderPlace, FolderTree, KnownLibrary, PlaceChange, PlaceEvent,
    PlaceRequest, QuerySpan, RootPlace, SpanKind, SuggestedFolder,
};
pub use request::{Generation, JobId, Request, new_seed};
pub use search_error::SearchError;
pub use show::{Frame, HandoverFailure, ShowEvent, ShowRequest, TILE_EDGE, TileId};
pub use similar::{
    Blend, DuplicateDecision, DuplicateGroup, DuplicateGroups, DuplicateMeasure, DuplicatePost,
    EmbedCommand, EmbedProgress, EmbedReport, IndexCommand, IndexState, SimilarMode, SimilarPost,
    SimilarQuery, SimilarResult, SimilarSubject, SimilarityState, SubjectPixels, TagMeasure,
    WorkerState,
};
pub use tagging::{TagEdit, TagWord, TagWordKind, TaggingEvent, TaggingRequest};
