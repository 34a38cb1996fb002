//! From a subject to candidates with all of their scores.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::model::PostId;

use super::state::State;
use super::{CompareTask, Compared, Subject};
use crate::engine::similarity::PictureHashes;

/// A post, and how alike it is by each measure that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub post: PostId,
    /// Cosine of the embeddings.
    pub semantic: Option<f32>,
    /// Bits in which the perceptual hashes differ.
    pub distance: Option<u32>,
    /// Steps in which the colour hashes differ.
    pub color_steps: Option<u32>,
}

impl Candidate {
    /// Not compared yet.
    pub(in crate::engine::similarity) fn of(post: PostId) -> Self {
        Self {
            post,
            semantic: None,
            distance: None,
            color_steps: None,
        }
    }
}

impl State {
    /// Finds the candidates of a task, and what of each measure they have.
    pub(super) fn compare(&mut self, task: &CompareTask) -> Compared {
        let mut notes = Vec::new();
        let mut loaded_index_ms = None;
        let mut elapsed = Duration::ZERO;
        let state = task.basis.as_deref().and_then(|basis| {
            let state = self.fingerprint(basis);
            state
                .inspect_err(|err| tracing::debug!(%err, "what is found is not remembered"))
                .ok()
        });
        let vector = if task.is_semantic {
            match self.vector_of(&task.subject, task.generation) {
                Ok(vector) => {
                    let start = Instant::now();
                    loaded_index_ms = self.load_index(&mut notes, Some(task.generation));
                    // Bringing a loaded one up to date is a part of comparing.
                    if loaded_index_ms.is_none() {
                        elapsed = start.elapsed();
                    }
                    Some(vector)
                }
                Err(note) => {
                    notes.push(note);
                    None
                }
            }
        } else {
            None
        };
        let hashes = if task.is_visual {
            let hashes = self.hashes_of(&task.subject);
            if let Err(note) = &hashes {
                notes.push(note.clone());
            }
            hashes.ok()
        } else {
            None
        };
        let start = Instant::now();
        let mut candidates: HashMap<PostId, Candidate> = HashMap::new();
        for &post in &task.also {
            candidates.insert(post, Candidate::of(post));
        }
        let itself = match task.subject {
            Subject::Post(post) => Some(post),
            Subject::Picture { .. } => None,
        };
        let accept = |post: PostId| {
            Some(post) != itself && task.within.as_ref().is_none_or(|it| it.contains(post.0))
        };
        if let Some(hashes) = hashes
            && let Some(table) = self.table()
        {
            for found in table.nearest(hashes, task.max_distance, task.count, &accept) {
                candidates.insert(found.post, found.into());
            }
        }
        if let Some(vector) = &vector {
            match self.nearest(vector, task, &accept) {
                Ok(found) => {
                    for (post, cosine) in found {
                        let candidate = candidates
                            .entry(post)
                            .or_insert_with(|| Candidate::of(post));
                        candidate.semantic = Some(cosine);
                    }
                }
                Err(note) => notes.push(note),
            }
        }
        let mut candidates: Vec<Candidate> = candidates.into_values().collect();
        if let Some(hashes) = hashes {
            self.add_distances(&mut candidates, hashes);
        }
        if let Some(vector) = &vector {
            self.add_cosines(&mut candidates, vector, &mut notes);
        }
        Compared {
            generation: task.generation,
            candidates,
            elapsed_us: (elapsed + start.elapsed()).as_micros() as u64,
            loaded_index_ms,
            notes,
            state,
        }
    }

    /// Of those that were found by another measure.
    fn add_distances(&self, candidates: &mut [Candidate], hashes: PictureHashes) {
        let Some(table) = self.loaded_table() else {
            return;
        };
        for candidate in candidates.iter_mut().filter(|it| it.distance.is_none()) {
            if let Some(other) = table.get(candidate.post) {
                candidate.distance = Some(hashes.distance(other));
                candidate.color_steps = Some(hashes.color_steps(other));
            }
        }
    }

    fn add_cosines(&self, candidates: &mut [Candidate], vector: &[f32], notes: &mut Vec<String>) {
        let lacking = candidates.iter().filter(|it| it.semantic.is_none());
        let posts: Vec<PostId> = lacking.map(|it| it.post).collect();
        match self.cosines(&posts, vector) {
            Ok(cosines) => {
                for candidate in candidates.iter_mut().filter(|it| it.semantic.is_none()) {
                    candidate.semantic = cosines.get(&candidate.post).copied();
                }
            }
            Err(note) => notes.push(note),
        }
    }
}
