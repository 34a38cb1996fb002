//! Pictures as they are looked at closely: parts of them, animations, what comes
//! next, and what other programs do with them.

use std::path::PathBuf;

use crate::model::PostId;

use super::{Generation, Pixels};

/// What can be asked about pictures, beside [`super::Request::Picture`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShowRequest {
    /// A picture that will be asked for soon, as [`super::Request::Picture`] would;
    /// read when nothing else is, and only where there is plenty of room. Answered
    /// by [`ShowEvent::Ahead`]. Cancels the one before it.
    ReadAhead {
        generation: Generation,
        post: PostId,
        max_width: u32,
        max_height: u32,
    },
    /// Parts of a picture, the most wanted first; answered one by one by
    /// [`ShowEvent::Tile`], then [`ShowEvent::TilesEnded`]. Cancels those before;
    /// an empty list only does that.
    Tiles {
        generation: Generation,
        post: PostId,
        /// One pixel of a tile is a square of so many of the picture, a side.
        divisor: u32,
        tiles: Vec<TileId>,
    },
    /// The frames of an animation from the one at `first`, scaled to fit; no more
    /// than `ahead` are sent before [`ShowRequest::MoreFrames`]. Answered by
    /// [`ShowEvent::Frame`]. Cancels the one before it.
    Play {
        generation: Generation,
        post: PostId,
        first: u32,
        max_width: u32,
        max_height: u32,
        ahead: u32,
    },
    /// So many more frames may be sent.
    MoreFrames { generation: Generation, num: u32 },
    /// No more frames are wanted.
    StopPlaying,
    /// The picture in its full size, as far as there is room, for the clipboard;
    /// answered by [`ShowEvent::ForClipboard`].
    ForClipboard {
        generation: Generation,
        post: PostId,
    },
    /// Have the desktop's file manager show the post's file.
    ShowInFolder { post: PostId },
    /// Have it show this file or folder, which is no post's.
    ShowPath { path: PathBuf },
    /// Open the post's file with the program of the settings, or the desktop's.
    OpenWith { post: PostId },
}

/// Edge of a tile, pixels of its own.
pub const TILE_EDGE: u32 = 256;

/// A part of a picture as it is meant to be seen: its place in rows and columns
/// of squares of [`TILE_EDGE`] × divisor pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    pub column: u32,
    pub row: u32,
}

/// One picture of an animation.
#[derive(Debug)]
pub struct Frame {
    /// From 0; begins anew with each round.
    pub index: u32,
    pub delay_ms: u32,
    pub pixels: Pixels,
    /// How many there are, once that is known.
    pub num_frames: Option<u32>,
    /// How often it is to be shown, `None` without end.
    pub num_rounds: Option<u32>,
}

impl ShowRequest {
    /// Whether one that waits is of no use once this one has come.
    pub fn replaces_older(&self) -> bool {
        match self {
            Self::ReadAhead { .. }
            | Self::Tiles { .. }
            | Self::Play { .. }
            | Self::ForClipboard { .. } => true,
            Self::MoreFrames { .. }
            | Self::StopPlaying
            | Self::ShowInFolder { .. }
            | Self::ShowPath { .. }
            | Self::OpenWith { .. } => false,
        }
    }
}

/// What is told about pictures.
#[derive(Debug)]
pub enum ShowEvent {
    Ahead {
        generation: Generation,
        post: PostId,
        /// `None` where there was no room, or it can't be read.
        picture: Option<Pixels>,
    },
    Tile {
        generation: Generation,
        tile: TileId,
        pixels: Pixels,
    },
    /// No more tiles follow. `Err` says why some are missing.
    TilesEnded {
        generation: Generation,
        outcome: Result<(), String>,
    },
    /// `Err` says why it can't go on.
    Frame {
        generation: Generation,
        frame: Result<Frame, String>,
    },
    ForClipboard {
        generation: Generation,
        picture: Result<Pixels, String>,
    },
    /// Another program was started, or why it was not.
    Handed(Result<(), HandoverFailure>),
}

/// Why no other program has a file, and what helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverFailure {
    pub reason: String,
    pub way_out: Option<String>,
    /// The file that it is about.
    pub path: Option<PathBuf>,
}
