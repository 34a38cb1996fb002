//! Pictures as they are looked at closely: parts of them, animations, what comes
//! next, and what other programs do with them.

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
    /// The picture in its full size, as far as there is room, for the clipboard;
    /// answered by [`ShowEvent::ForClipboard`].
    ForClipboard {
        generation: Generation,
        post: PostId,
    },
    /// Have the desktop's file manager show the post's file.
    ShowInFolder { post: PostId },
    /// Open the post's file with the program of the settings, or the desktop's.
    OpenWith { post: PostId },
}

impl ShowRequest {
    /// Whether one that waits is of no use once this one has come.
    pub fn replaces_older(&self) -> bool {
        match self {
            Self::ReadAhead { .. } | Self::ForClipboard { .. } => true,
            Self::ShowInFolder { .. } | Self::OpenWith { .. } => false,
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
    ForClipboard {
        generation: Generation,
        picture: Result<Pixels, String>,
    },
    /// Another program was started, or why it was not.
    Handed(Result<(), String>),
}
