//! Reads pictures: format by content, md5, decoding within a byte permit,
//! thumbnail and hashes. Knows files and pixels, no database and no window.

use std::path::Path;

use crate::memory::Permits;
use crate::message::Pixels;
use crate::model::{FileFormat, FileStamp, Md5, PictureFacts};

/// Longest edge of a stored thumbnail, pixels.
pub const THUMBNAIL_EDGE: u32 = 256;

/// Why a picture can't be read; each names the thing and the way out.
#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("{0}")]
    Todo(String),
}

/// A picture read once.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadPicture {
    pub stamp: FileStamp,
    pub md5: Md5,
    pub facts: PictureFacts,
}

/// Finds the format by its first bytes.
pub fn sniff(_head: &[u8]) -> Option<FileFormat> {
    todo!()
}

/// Reads the file once: md5 over all bytes, then one decode for thumbnail and hashes.
///
/// Takes permits for the file's bytes and for what decoding needs before it
/// allocates either. Never panics, whatever the file holds.
pub fn read(
    _path: &Path,
    _permits: &Permits,
    _is_cancelled: &dyn Fn() -> bool,
) -> Result<ReadPicture, PictureError> {
    todo!()
}

/// Decodes a picture to fit `max_width` × `max_height`, never enlarged.
pub fn read_scaled(
    _path: &Path,
    _max_width: u32,
    _max_height: u32,
    _permits: &Permits,
    _is_cancelled: &dyn Fn() -> bool,
) -> Result<Pixels, PictureError> {
    todo!()
}

/// Decodes a stored thumbnail.
pub fn decode_thumbnail(_encoded: &[u8], _permits: &Permits) -> Result<Pixels, PictureError> {
    todo!()
}
