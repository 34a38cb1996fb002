//! What is known of a picture that may not be in the library.

use std::path::Path;

use crate::library::LibraryError;
use crate::message::Generation;
use crate::model::{ModelId, PostId};
use crate::picture::{self, PictureError};

use super::state::State;
use super::{EmbedInput, NoEmbedding, Subject};
use crate::engine::known_file;
use crate::engine::similarity::PictureHashes;

/// Why a picture can't be compared.
#[derive(Clone, Debug)]
pub struct Unreadable {
    /// Says the way out too, unless there is one in `way_out`.
    pub message: String,
    pub way_out: Option<String>,
}

impl From<String> for Unreadable {
    fn from(message: String) -> Self {
        Self {
            message,
            way_out: None,
        }
    }
}

/// A picture that was read.
#[derive(Clone, Debug)]
pub struct Identified {
    /// The post with the very file, where there is one.
    pub post: Option<PostId>,
    pub hashes: PictureHashes,
    pub input: EmbedInput,
}

impl State {
    /// Reads a picture; `Err` says why it can't be.
    pub(super) fn identify(
        &mut self,
        input: EmbedInput,
        generation: Generation,
    ) -> Result<Identified, Unreadable> {
        let is_cancelled = self.cancel_check(generation);
        match &input {
            EmbedInput::Path(path) => {
                let read = picture::read(path, self.context.budget.pictures(), &is_cancelled)
                    .map_err(|err| unreadable(path, &err))?;
                let post = self
                    .reader()
                    .and_then(|it| it.post_by_md5(read.md5))
                    .map_err(|err| err.to_string())?;
                Ok(Identified {
                    post,
                    hashes: PictureHashes {
                        phash: read.facts.phash,
                        color_hash: read.facts.color_hash,
                    },
                    input,
                })
            }
            EmbedInput::Pixels(pixels) => {
                let (phash, color_hash) = picture::hash_pixels(pixels)
                    .map_err(|err| format!("The picture can't be compared: {err}"))?;
                Ok(Identified {
                    post: None,
                    hashes: PictureHashes { phash, color_hash },
                    input,
                })
            }
        }
    }

    /// The embedding of a subject, made where there is none.
    pub(super) fn vector_of(
        &mut self,
        subject: &Subject,
        generation: Generation,
    ) -> Result<Vec<f32>, String> {
        let model = self.model()?;
        let mut file = None;
        let input = match subject {
            Subject::Post(post) => {
                let stored = self.store()?.vector_of(model.id, *post);
                if let Some(vector) = stored.map_err(|err| err.to_string())? {
                    return Ok(vector);
                }
                // It is known to fail, which may take minutes to find out.
                let failure = self.store()?.failure(model.id, *post);
                if let Some(reason) = failure.map_err(|err| err.to_string())? {
                    return Err(format!(
                        "Post {post} can't be compared by look: {reason}; if that is mended, try \
                         the pictures again that failed"
                    ));
                }
                let files = self.reader().and_then(|it| it.files_of(*post));
                match known_file::as_imported(files.map_err(|err| err.to_string())?) {
                    Some(Ok(found)) => {
                        let path = found.path.clone();
                        file = Some(found);
                        EmbedInput::Path(path)
                    }
                    Some(Err((path, reason))) => return Err(not_as_imported(*post, &path, reason)),
                    None => return Err(format!("Post {post} has no picture to compare by look")),
                }
            }
            Subject::Picture { input, .. } => input.clone(),
        };
        if self.context.embed.model_key().as_deref() != Some(model.key.as_str()) {
            return Err(format!(
                "It has no embedding by {}, which can't be made here",
                model.title
            ));
        }
        let is_cancelled = self.cancel_check(generation);
        let outcome = self.context.embed.embed(input, &is_cancelled);
        if let (Subject::Post(post), Some(file)) = (subject, &file)
            && let Some(reason) = known_file::complaint(file)
        {
            return Err(not_as_imported(*post, &file.path, reason));
        }
        let vector = match outcome {
            Ok(vector) => vector,
            Err(NoEmbedding::Other(reason)) => return Err(reason),
            Err(NoEmbedding::Picture(reason)) => {
                if let Subject::Post(post) = subject {
                    let noted = self.note_failure(model.id, *post, &reason);
                    if let Err(err) = noted {
                        tracing::debug!(err, "it will be tried again");
                    }
                }
                return Err(format!("It can't be compared by look: {reason}"));
            }
        };
        if vector.len() != model.dimensions as usize {
            return Err(format!(
                "The model gave {} values where {} are stored; embed all pictures again",
                vector.len(),
                model.dimensions
            ));
        }
        Ok(vector)
    }

    fn note_failure(&mut self, model: ModelId, post: PostId, reason: &str) -> Result<(), String> {
        let noted = self.store()?.put_failure(model, post, reason);
        noted.map_err(|err| err.to_string())
    }

    /// The hashes of a subject.
    pub(super) fn hashes_of(&mut self, subject: &Subject) -> Result<PictureHashes, String> {
        self.load_table()
            .map_err(|err: LibraryError| err.to_string())?;
        match subject {
            Subject::Post(post) => self
                .loaded_table()
                .and_then(|it| it.get(*post))
                .ok_or_else(|| format!("Post {post} has no picture to compare by hash")),
            Subject::Picture {
                hashes: Some(hashes),
                ..
            } => Ok(*hashes),
            Subject::Picture { hashes: None, .. } => {
                Err("The picture has no hash to compare".to_owned())
            }
        }
    }
}

fn unreadable(path: &Path, err: &PictureError) -> Unreadable {
    let is_of_format = matches!(
        err,
        PictureError::NotAFile | PictureError::UnknownFormat | PictureError::Unsupported { .. }
    );
    Unreadable {
        message: format!("{} can't be compared: {err}", path.display()),
        way_out: is_of_format.then(|| "Choose a picture of a format that can be read".to_owned()),
    }
}

fn not_as_imported(post: PostId, path: &Path, reason: &str) -> String {
    format!(
        "Post {post} can't be compared by look: {} {reason}",
        path.display()
    )
}
