//! The embeddings of its `similarity.db`, as a model of their own: they are of
//! another one than ours, and can be compared among themselves.

use std::ops::ControlFlow;

use super::Place;
use crate::library::foreign::ForeignError;
use crate::library::foreign::chibibooru::ChibiBooru;
use crate::library::foreign::chibibooru_embeddings::ChibiEmbeddings;
use crate::library::{Library, LibraryError, SimilarityStore};
use crate::model::{Md5, ModelId, PostId};

/// Its model has no name there; its embeddings have 1024 values.
const KEY: &str = "chibibooru-1024";
const TITLE: &str = "ChibiBooru";
const DIMENSIONS: u32 = 1024;

/// Written in one transaction.
const BATCH: usize = 256;

/// Rows between two looks whether this is still wanted.
const ROWS_A_LOOK: u64 = 64;

/// Above it, an embedding is what the library has of the post already.
const SAME: f32 = 0.999_9;

/// What became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// New ones, and those that changed.
    pub num_taken: u64,
    pub num_known: u64,
    /// Of images that are no posts here.
    pub num_without_post: u64,
    /// Not 1024 values with a direction.
    pub num_unusable: u64,
    pub is_cancelled: bool,
}

/// Why they were not taken over, or not all.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddingsError {
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Takes over what belongs to posts of the library; `None` where there is no
/// such file, or an empty one.
pub(in crate::import::collection) fn take(
    place: &Place,
    library: &Library,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Taken>, EmbeddingsError> {
    let path = place.database.with_file_name("similarity.db");
    if std::fs::metadata(&path).map_or(0, |it| it.len()) == 0 {
        return Ok(None);
    }
    let embeddings = ChibiEmbeddings::open(&path)?;
    let images = ChibiBooru::open(&place.database)?;
    let posts = library.reader("import")?;
    let mut target = Target {
        library,
        store: None,
        batch: Vec::new(),
        taken: Taken::default(),
    };
    let mut failed = None;
    let mut num_seen: u64 = 0;
    embeddings.for_each(&mut |image, values| {
        let mut see = || -> Result<(), EmbeddingsError> {
            let md5 = images.md5_of(image)?.and_then(|it| it.parse::<Md5>().ok());
            let post = match md5 {
                Some(md5) => posts.post_by_md5(md5)?,
                None => None,
            };
            target.see(post, values)?;
            Ok(())
        };
        if let Err(err) = see() {
            failed = Some(err);
            return ControlFlow::Break(());
        }
        num_seen += 1;
        if num_seen % ROWS_A_LOOK == 1 && is_cancelled() {
            target.taken.is_cancelled = true;
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    if let Some(err) = failed {
        return Err(err);
    }
    target.write()?;
    Ok(Some(target.taken))
}

struct Target<'a> {
    library: &'a Library,
    /// Made with the first that is of use.
    store: Option<(SimilarityStore, ModelId)>,
    batch: Vec<(PostId, Vec<f32>)>,
    taken: Taken,
}

impl Target<'_> {
    fn see(&mut self, post: Option<PostId>, values: &[f32]) -> Result<(), LibraryError> {
        let length = values.iter().map(|it| it * it).sum::<f32>().sqrt();
        let has_direction = length.is_finite() && length > 0.0;
        if values.len() != DIMENSIONS as usize || !has_direction {
            self.taken.num_unusable += 1;
            return Ok(());
        }
        let Some(post) = post else {
            self.taken.num_without_post += 1;
            return Ok(());
        };
        let (store, model) = match &mut self.store {
            Some(it) => it,
            None => {
                let mut store = self.library.similarity("import")?;
                let model = store.model(KEY, TITLE, DIMENSIONS)?;
                self.store.insert((store, model))
            }
        };
        let known = store.vector_of(*model, post)?;
        let is_same = known.is_some_and(|known| {
            let dot: f32 = known.iter().zip(values).map(|(a, b)| a * b).sum();
            dot / length >= SAME
        });
        if is_same {
            self.taken.num_known += 1;
            return Ok(());
        }
        self.batch.push((post, values.to_vec()));
        if self.batch.len() == BATCH {
            self.write()?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), LibraryError> {
        let Some((store, model)) = &mut self.store else {
            return Ok(());
        };
        if self.batch.is_empty() {
            return Ok(());
        }
        let rows: Vec<(PostId, &[f32])> = self
            .batch
            .iter()
            .map(|it| (it.0, it.1.as_slice()))
            .collect();
        store.put(*model, &rows)?;
        self.taken.num_taken += rows.len() as u64;
        self.batch.clear();
        Ok(())
    }
}
