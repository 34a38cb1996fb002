//! A question about what is alike, on its way to an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::search::Ordered;
use crate::engine::similarity::{
    EmbedInput, NearestByTags, Subject, TagLikeness, TagNeighbor, Task, remembered,
};
use crate::engine::tag_cache::PostSet;
use crate::message::{Generation, SimilarMode, SimilarQuery, SimilarSubject};
use crate::model::PostId;

/// Posts taken in at a time; well below a millisecond.
const BATCH: usize = 16_384;

/// A question on its way.
#[derive(Debug)]
pub(super) struct Pending {
    pub generation: Generation,
    pub query: SimilarQuery,
    pub within: Option<Arc<PostSet>>,
    pub subject: Option<Subject>,
    pub same_file: Option<PostId>,
    pub stage: Stage,
    /// Who was asked has ended before answering.
    pub is_lost: bool,
    pub likeness: Option<TagLikeness>,
    pub by_tags: Vec<TagNeighbor>,
    /// While what is looked within is gathered.
    pub within_work: Option<WithinWork>,
    /// While tags are compared.
    pub tag_work: Option<TagWork>,
    /// Time spent here and by the comparer.
    pub elapsed: Duration,
    pub notes: Vec<String>,
}

/// Gathering the first posts of a query, in steps.
#[derive(Debug)]
pub(super) struct WithinWork {
    left: Ordered,
    posts: PostSet,
}

impl WithinWork {
    pub fn new(left: Ordered) -> Self {
        Self {
            left,
            posts: PostSet::default(),
        }
    }

    /// Goes on until `deadline`; the posts once all are there.
    pub fn advance(&mut self, deadline: Instant) -> Option<PostSet> {
        while !self.left.is_empty() {
            if self.left.prepare(BATCH) {
                for post in self.left.next_batch(BATCH) {
                    self.posts.insert(post.0);
                }
            }
            if Instant::now() >= deadline && !self.left.is_empty() {
                return None;
            }
        }
        Some(std::mem::take(&mut self.posts))
    }
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
    /// The posts to look within are gathered, in steps.
    Within,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::search::{Chosen, LibraryLookup, choose};
    use crate::engine::tag_cache::{MemorySource, TagCache};
    use crate::library::{Library, OpenOptions};
    use crate::model::PostDraft;

    #[test]
    fn what_is_looked_within_is_gathered_in_steps() {
        const NUM: u32 = 100_000;
        let mut source = MemorySource::default();
        for number in 0..NUM {
            source.push(&PostDraft {
                score: Some((number.wrapping_mul(2_654_435_769) >> 12) as i32),
                ..Default::default()
            });
        }
        let cache = TagCache::build(&source).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
        let reader = library.reader("test").unwrap();
        let lookup = LibraryLookup::new(&cache, &reader);
        let chosen = choose("order:score limit:60000", &cache, &lookup, &|| false).unwrap();
        let Chosen::First(ordered) = chosen else {
            panic!("a limit is an order too");
        };
        let mut work = WithinWork::new(ordered);
        let mut num_steps = 1;
        let posts = loop {
            // Time is up before it begins: a batch at a time is done all the same.
            if let Some(posts) = work.advance(Instant::now()) {
                break posts;
            }
            num_steps += 1;
        };
        assert!(num_steps >= 4, "{num_steps}");
        assert_eq!(posts.len(), 60_000);
        let all = choose("", &cache, &lookup, &|| false).unwrap();
        assert!(matches!(all, Chosen::All(posts) if posts.len() == NUM as usize));
    }
}
