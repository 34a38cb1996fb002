use std::io;

use crate::memory::PermitError;
use crate::model::FileFormat;

/// Why a picture can't be read; each says what is wrong and the way out.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("can't be opened: {}; check its {}", .0, what_to_check(.0))]
    Open(#[source] io::Error),
    #[error("can't be read: {0}; check the drive it is on")]
    Io(#[source] io::Error),
    #[error("not a regular file")]
    NotAFile,
    #[error("the file is empty; get it again from where it came from")]
    Empty,
    #[error("not a picture of a known format (JPEG, PNG, WebP, GIF, BMP or TIFF)")]
    UnknownFormat,
    #[error("{} MB are more than the {} MB that a picture may have", .bytes >> 20, .limit >> 20)]
    TooLarge { bytes: u64, limit: u64 },
    #[error("changed while it was being read; import it again")]
    Changed,
    #[error("says it is {width} × {height} pixels, so there is nothing to show")]
    NoPixels { width: u32, height: u32 },
    #[error("{width} × {height} pixels are more than the {limit} that are decoded")]
    TooManyPixels { width: u32, height: u32, limit: u64 },
    #[error("a {} of {width} × {height} {source}", .format.extension())]
    Memory {
        format: FileFormat,
        width: u32,
        height: u32,
        source: PermitError,
    },
    #[error("stopped after {secs} s of decoding: too large or made to be slow")]
    TooSlow { secs: f32 },
    #[error("damaged: {detail}; get the file again from where it came from")]
    Damaged { detail: String },
    #[error("not supported: {detail}; save it again in a plainer form")]
    Unsupported { detail: String },
    /// A bug of a decoder, kept to its file.
    #[error("the {} decoder failed on it (a bug there); save it again in another program", .format.extension())]
    Decoder { format: FileFormat },
    #[error("no thumbnail could be made of it: {detail}")]
    Thumbnail { detail: String },
    #[error("cancelled")]
    Cancelled,
}

/// Of a file that can't be opened.
fn what_to_check(err: &io::Error) -> &'static str {
    match err.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "path",
        _ => "permissions",
    }
}

impl PictureError {
    pub(super) fn damaged(detail: impl ToString) -> Self {
        Self::Damaged {
            detail: one_line(&detail.to_string()),
        }
    }

    pub(super) fn unsupported(detail: impl ToString) -> Self {
        Self::Unsupported {
            detail: one_line(&detail.to_string()),
        }
    }

    pub(super) fn permit(
        source: PermitError,
        format: FileFormat,
        (width, height): (u32, u32),
    ) -> Self {
        match source {
            PermitError::Cancelled => Self::Cancelled,
            source => Self::Memory {
                format,
                width,
                height,
                source,
            },
        }
    }
}

/// Decoders' messages, which may hold anything, for one line of a list.
fn one_line(text: &str) -> String {
    const MAX_CHARS: usize = 200;
    text.chars()
        .map(|it| if it.is_control() { ' ' } else { it })
        .take(MAX_CHARS)
        .collect()
}
