use std::path::{Path, PathBuf};

use faiss::error::Error as FaissError;

use crate::library::LibraryError;
use crate::memory::PermitError;

/// Why something similar could not be found.
#[derive(Debug, thiserror::Error)]
pub enum SimilarityError {
    #[error(
        "{num_values} values are not a whole number of vectors of {dimensions}; the embeddings belong to another model"
    )]
    Shape {
        num_values: usize,
        dimensions: usize,
    },
    #[error("the embedding that was asked about has no direction; embed that picture again")]
    NoDirection,
    #[error("FAISS failed: {0}; rebuild the similarity index")]
    Faiss(#[from] FaissError),
    #[error("{path} can't be used: {reason}; rebuild the similarity index")]
    Unusable { path: PathBuf, reason: String },
    /// No index can take its place, so that building one is of no use.
    #[error("{path} is a folder where the similarity index has to be; move it away")]
    Folder { path: PathBuf },
    #[error("{path} could not be used while {doing}: {source}; check the disk and the permissions")]
    Io {
        path: PathBuf,
        doing: &'static str,
        source: std::io::Error,
    },
    #[error("the similarity index can't be {doing}: {source}; try again, or rebuild it")]
    Stream {
        doing: &'static str,
        source: std::io::Error,
    },
    #[error("there are no embeddings of this model yet; embed the library's pictures first")]
    NoEmbeddings,
    #[error("cancelled")]
    Cancelled,
    /// There is no room for it in the budget.
    #[error(transparent)]
    Memory(PermitError),
    #[error(transparent)]
    Library(#[from] LibraryError),
}

impl From<PermitError> for SimilarityError {
    fn from(err: PermitError) -> Self {
        match err {
            PermitError::Cancelled => Self::Cancelled,
            other => Self::Memory(other),
        }
    }
}

impl SimilarityError {
    /// The index has to be built anew; nothing else is wrong.
    pub fn is_rebuild(&self) -> bool {
        matches!(
            self,
            Self::Unusable { .. } | Self::Faiss(_) | Self::Stream { .. } | Self::Shape { .. }
        )
    }

    pub(super) fn io(path: &Path, doing: &'static str, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            doing,
            source,
        }
    }

    pub(super) fn unusable(path: &Path, reason: impl Into<String>) -> Self {
        Self::Unusable {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}
