//! A question about what is alike, on its way to an answer.

use std::sync::Arc;
use std::time::Duration;

use roaring::RoaringBitmap;

use crate::engine::similarity::{
    EmbedInput, NearestByTags, Subject, TagLikeness, TagNeighbor, Task, remembered,
};
use crate::message::{Generation, SimilarMode, SimilarQuery, SimilarSubject};
use crate::model::PostId;

/// A question on its way.
#[derive(Debug)]
pub(super) struct Pending {
    pub generation: Generation,
    pub query: SimilarQuery,
    pub within: Option<Arc<RoaringBitmap>>,
    pub subject: Option<Subject>,
    pub same_file: Option<PostId>,
    pub stage: Stage,
    /// Who was asked has ended before answering.
    pub is_lost: bool,
    pub likeness: Option<TagLikeness>,
    pub by_tags: Vec<TagNeighbor>,
    /// While tags are compared.
    pub tag_work: Option<TagWork>,
    /// Time spent here and by the comparer.
    pub elapsed: Duration,
    pub notes: Vec<String>,
}

/// Comparing tags, in steps.
#[derive(Debug)]
pub(super) struct TagWork {
    /// The tag cache must not change meanwhile.
    pub commit: u64,
    pub likeness: TagLikeness,
    pub nearest: NearestByTags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The comparer is asked; the answer leads on.
    Waiting,
    /// Sums of tags are added up, in steps.
    Tags,
}

impl Pending {
    /// Reads what it is about, where that is not known yet.
    pub fn identify(&self) -> Option<Task> {
        if self.subject.is_some() {
            return None;
        }
        let input = match &self.query.subject {
            SimilarSubject::Post(_) => return None,
            SimilarSubject::File(path) => EmbedInput::Path(path.clone()),
            SimilarSubject::Pixels(pixels) => EmbedInput::Pixels(pixels.clone()),
        };
        Some(Task::Identify {
            generation: self.generation,
            input,
        })
    }

    /// Looks for an answer from an earlier time.
    pub fn recall(&self, commit: u64) -> Option<Task> {
        let SimilarSubject::Post(post) = self.query.subject else {
            return None;
        };
        Some(Task::Recall {
            generation: self.generation,
            post,
            question: remembered::question(&self.query),
            basis: self.basis(commit)?,
        })
    }

    /// What the answer comes from besides posts and embeddings, as of this commit of
    /// the library; `None` where it is not remembered.
    ///
    /// Comparing tags takes no longer than remembering what they gave.
    pub fn basis(&self, commit: u64) -> Option<String> {
        let SimilarQuery {
            mode,
            within,
            blend,
            may_remember,
            ..
        } = &self.query;
        if !may_remember || within.is_some() {
            return None;
        }
        match mode {
            SimilarMode::Tags => None,
            SimilarMode::Blended if blend.tags > 0.0 => Some(commit.to_string()),
            SimilarMode::Blended | SimilarMode::Semantic | SimilarMode::Visual => {
                Some(String::new())
            }
        }
    }
}
