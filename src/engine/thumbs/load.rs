//! Loads one thumbnail: from the store, or from the picture where the store
//! has none.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::library::{Library, Reader, ThumbStore};
use crate::memory::Permits;
use crate::message::{Pixels, Thumbnail};
use crate::model::{Md5, PostId};
use crate::picture::{self, PictureError};

/// A thumbnail to be loaded, and what the library knows about its picture.
#[derive(Debug)]
pub(super) struct Task {
    pub post: PostId,
    file: Result<(PathBuf, Option<Md5>), String>,
}

impl Task {
    /// Two indexed look-ups; done by the engine, so that decoders need no
    /// connection of their own to the library.
    pub fn look_up(post: PostId, reader: &Reader) -> Self {
        let file = match (reader.post_path(post), reader.post_md5(post)) {
            (Ok(Some(path)), Ok(md5)) => Ok((path, md5)),
            (Ok(None), _) => Err("No file".to_owned()),
            (Err(err), _) | (_, Err(err)) => Err(err.to_string()),
        };
        Self { post, file }
    }
}

/// What a decoder thread keeps.
#[derive(Debug)]
pub(super) struct Loader {
    library: Arc<Library>,
    thumb_permits: Permits,
    picture_permits: Permits,
    is_stopped: Arc<AtomicBool>,
    /// Opened with the first task.
    store: Option<ThumbStore>,
}

impl Loader {
    pub fn new(
        library: Arc<Library>,
        thumb_permits: Permits,
        picture_permits: Permits,
        is_stopped: Arc<AtomicBool>,
    ) -> Self {
        Self {
            library,
            thumb_permits,
            picture_permits,
            is_stopped,
            store: None,
        }
    }

    /// `Err` says why there is none.
    pub fn load(&mut self, task: &Task) -> Result<Thumbnail, String> {
        let pixels = match self.stored(task.post) {
            Some(pixels) => pixels,
            None => {
                let (path, md5) = task.file.as_ref().map_err(Clone::clone)?;
                self.rebuild(task.post, path, *md5)?
            }
        };
        let label = match &task.file {
            Ok((path, _)) => file_name(path),
            Err(_) => format!("Post {}", task.post),
        };
        Ok(Thumbnail { pixels, label })
    }

    /// What the store has; a store that can't be read is as good as empty,
    /// since the picture is still there.
    fn stored(&mut self, post: PostId) -> Option<Pixels> {
        if self.store.is_none() {
            match self.library.thumbs() {
                Ok(store) => self.store = Some(store),
                Err(err) => tracing::warn!("stored thumbnails can't be opened: {err}"),
            }
        }
        let encoded = match self.store.as_ref()?.get(post) {
            Ok(encoded) => encoded?,
            Err(err) => {
                tracing::warn!("the thumbnail of post {post} can't be read: {err}");
                return None;
            }
        };
        match self.decode(&encoded) {
            Ok(pixels) => Some(pixels),
            Err(PictureError::Cancelled) => None,
            Err(err) => {
                tracing::warn!("the stored thumbnail of post {post} is damaged: {err}");
                None
            }
        }
    }

    /// Reads the picture again, and stores its thumbnail unless the file is
    /// another picture by now; the next import finds out about that.
    fn rebuild(&mut self, post: PostId, path: &Path, md5: Option<Md5>) -> Result<Pixels, String> {
        if matches!(path.try_exists(), Ok(false)) {
            return Err(format!("{} is missing", path.display()));
        }
        let is_stopped = self.is_stopped.clone();
        let read = picture::read(path, &self.picture_permits, &|| {
            is_stopped.load(Ordering::Relaxed)
        })
        .map_err(|err| err.to_string())?;
        let encoded = &read.facts.thumbnail;
        if Some(read.md5) == md5
            && self.library.read_only().is_none()
            && let Some(store) = &mut self.store
            && let Err(err) = store.put(&[(post, encoded)])
        {
            tracing::warn!("the thumbnail of post {post} can't be stored: {err}");
        }
        self.decode(encoded).map_err(|err| err.to_string())
    }

    fn decode(&self, encoded: &[u8]) -> Result<Pixels, PictureError> {
        picture::decode_thumbnail(encoded, &self.thumb_permits, &|| {
            self.is_stopped.load(Ordering::Relaxed)
        })
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}
