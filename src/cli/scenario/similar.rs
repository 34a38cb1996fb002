//! Steps about pictures that are alike.

use std::path::Path;

use anyhow::bail;

use crate::cli::session::Session;
use crate::cli::similar;
use crate::library::{Library, OpenOptions};
use crate::message::{
    Event, IndexCommand, IndexState, Request, SimilarMode, SimilarQuery, SimilarSubject,
    SimilarityState,
};
use crate::model::PostId;

/// Embeddings written at once.
const BATCH: usize = 256;

/// Groups of embeddings that lie close together.
const NUM_CLUSTERS: u32 = 500;

/// Neighbours that `similar` asks for.
const NUM_NEIGHBORS: usize = 50;

/// Gives each post an embedding that is made up.
pub(super) fn make_embeddings(library: &Path, dimensions: u32) -> anyhow::Result<String> {
    let options = OpenOptions {
        create: false,
        ..OpenOptions::default()
    };
    let library = Library::open(library, &options)?;
    let reader = library.reader("embeddings")?;
    let mut store = library.similarity("embeddings")?;
    let key = format!("made-up-{dimensions}");
    let model = store.model(&key, "Made up", dimensions)?;
    let mut posts = Vec::new();
    reader.for_each_post(&mut |it| posts.push(it.id))?;
    for batch in posts.chunks(BATCH) {
        let vectors: Vec<_> = batch.iter().map(|it| vector(*it, dimensions)).collect();
        let rows: Vec<_> = batch
            .iter()
            .zip(&vectors)
            .map(|(post, vector)| (*post, vector.as_slice()))
            .collect();
        store.put(model, &rows)?;
    }
    Ok(format!("{} embeddings", posts.len()))
}

/// Near the middle of a cluster; always the same for a post.
fn vector(post: PostId, dimensions: u32) -> Vec<f32> {
    let mut middle = Numbers::new(post.0 % NUM_CLUSTERS);
    let mut own = Numbers::new(post.0 + NUM_CLUSTERS);
    (0..dimensions)
        .map(|_| middle.next() + 0.7 * own.next())
        .collect()
}

/// Numbers from -1 to 1 that look like chance.
struct Numbers(u32);

impl Numbers {
    fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9) | 1)
    }

    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 as f32 / (u32::MAX / 2) as f32 - 1.0
    }
}

/// Loads the index; builds it before, where there is none.
pub(super) fn load_index(session: &mut Session) -> anyhow::Result<String> {
    session.ask(Request::WatchSimilarity { watch: true });
    session.ask(Request::Index(IndexCommand::Load));
    loop {
        let state = next_state(session)?;
        if let Some(problem) = state.problem {
            bail!(problem);
        }
        match state.index {
            IndexState::Loaded { num_vectors, .. } => {
                return Ok(format!("{num_vectors} vectors, {}", state.index_kind));
            }
            IndexState::Nothing
            | IndexState::NotBuilt
            | IndexState::Building
            | IndexState::NotLoaded
            | IndexState::Loading => {}
        }
    }
}

/// Waits until nothing is loaded any more.
pub(super) fn unload(session: &mut Session) -> anyhow::Result<()> {
    session.ask(Request::WatchSimilarity { watch: true });
    session.ask(Request::Index(IndexCommand::Unload));
    while matches!(next_state(session)?.index, IndexState::Loaded { .. }) {}
    Ok(())
}

fn next_state(session: &mut Session) -> anyhow::Result<SimilarityState> {
    loop {
        if let Event::Similarity(state) = session.next()? {
            return Ok(*state);
        }
    }
}

/// Asks what is like the first post.
pub(super) fn find(session: &mut Session, mode: SimilarMode) -> anyhow::Result<String> {
    let subject = SimilarSubject::Post(PostId(1));
    let found = similar::find(session, &SimilarQuery::new(subject, mode, NUM_NEIGHBORS))?;
    Ok(format!("{} alike", found.posts.len()))
}
