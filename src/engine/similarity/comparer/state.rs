//! What the thread holds, loaded when it is first needed.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::library::{EmbeddingModel, LibraryError, Reader, SimilarityStore, similarity};
use crate::memory::{self, Accounted as _, Component, IndexAsker, IndexPermit, PermitError};
use crate::message::Generation;
use crate::model::{ModelId, PostId};

use super::{CompareContext, CompareNews, CompareTask, IndexState, LoadedFacts, Task};
use crate::engine::jobs::News;
use crate::engine::similarity::dot::dot;
use crate::engine::similarity::index::{self, SimilarityIndex};
use crate::engine::similarity::{
    HashTable, IndexSlot, LoadOptions, PictureHashes, SimilarityError, preferred_model, scan,
};

/// Up to so many embeddings are compared one by one while there is no index.
const MAX_SCANNED: u64 = 50_000;

/// How long room for the index is waited for in the budget; who asked waits as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// So long after that it is not waited for again.
const REFUSED_FOR: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct State {
    pub context: CompareContext,
    newest: Arc<AtomicU64>,
    posts_version: Arc<AtomicU64>,
    store: Option<SimilarityStore>,
    reader: Option<Reader>,
    model: Option<EmbeddingModel>,
    index: IndexSlot,
    table: Option<HashTable>,
    /// Of which `table` is.
    table_version: u64,
    /// The user asked for the index to be loaded.
    is_wanted: bool,
    /// A new index was asked for.
    is_build_due_told: bool,
    /// The highest number of any embedding when the loaded index was last brought up
    /// to date.
    seen_number: u32,
    /// When the budget had no room for the index, and what was said.
    refused: Option<(Instant, String)>,
}

impl State {
    pub fn new(
        context: CompareContext,
        newest: Arc<AtomicU64>,
        posts_version: Arc<AtomicU64>,
    ) -> Self {
        Self {
            context,
            newest,
            posts_version,
            store: None,
            reader: None,
            model: None,
            index: IndexSlot::default(),
            table: None,
            table_version: 0,
            is_wanted: false,
            is_build_due_told: false,
            seen_number: 0,
            refused: None,
        }
    }

    pub fn work(&mut self, task: Task) -> ControlFlow<()> {
        match task {
            Task::Identify { generation, input } => {
                let outcome = self.identify(input, generation);
                if self.is_superseded(generation) {
                    return ControlFlow::Continue(());
                }
                self.tell(CompareNews::Identified {
                    generation,
                    outcome,
                })
            }
            Task::Recall {
                generation,
                post,
                question,
                basis,
            } => {
                let found = self.recall(post, &question, &basis).unwrap_or_else(|err| {
                    tracing::warn!(%err, "what was found before can't be read");
                    None
                });
                self.tell(CompareNews::Recalled { generation, found })
            }
            Task::Compare(task) => {
                if self.is_superseded(task.generation) {
                    return ControlFlow::Continue(());
                }
                let compared = self.compare(&task);
                self.publish();
                if compared.loaded_index_ms.is_some() {
                    let facts = self.facts();
                    self.tell(CompareNews::Index(facts))?;
                }
                // Given up half way: whoever still wants it asks again.
                if self.is_superseded(task.generation) {
                    return ControlFlow::Continue(());
                }
                self.tell(CompareNews::Compared(Box::new(compared)))
            }
            Task::Remember {
                post,
                question,
                state,
                results,
            } => {
                let remembered = self
                    .open_store()
                    .and_then(|it| it.remember(post, &question, &state, &results));
                if let Err(err) = remembered {
                    tracing::debug!(%err, "what was found is not remembered");
                }
                ControlFlow::Continue(())
            }
            Task::Look => {
                // None is no reason not to say so.
                let _ = self.refresh_model();
                let facts = self.facts();
                self.tell(CompareNews::Index(facts))
            }
            Task::Embedded => {
                // None is no reason not to say so.
                let _ = self.refresh_model();
                let is_build_due = self.context.is_semantic && self.is_build_due();
                self.is_build_due_told |= is_build_due;
                self.publish();
                let facts = self.facts();
                self.tell(CompareNews::Index(facts))?;
                self.tell(CompareNews::Checked { is_build_due })
            }
            Task::Load => {
                self.is_wanted = true;
                let mut notes = Vec::new();
                if self.context.is_semantic && self.refresh_model().is_ok() {
                    // Who asks for it may have changed what it could not be loaded for.
                    self.refused = None;
                    self.load_index(&mut notes, None);
                }
                self.publish();
                let facts = self.facts();
                self.tell(CompareNews::Index(facts))
            }
            Task::Reload => {
                self.index.unload();
                self.model = None;
                // What was just built is not built again, even if it can't be used.
                self.is_build_due_told = true;
                if self.is_wanted && self.refresh_model().is_ok() {
                    self.load_index(&mut Vec::new(), None);
                }
                self.is_build_due_told =
                    self.is_wanted && self.index.get().is_none_or(SimilarityIndex::is_rebuild_due);
                self.publish();
                let facts = self.facts();
                self.tell(CompareNews::Index(facts))
            }
        }
    }

    /// Fails, and ends the thread, where the engine is gone.
    fn tell(&self, news: CompareNews) -> ControlFlow<()> {
        match self.context.news.send(News::Compare(news)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn is_superseded(&self, generation: Generation) -> bool {
        self.newest.load(Ordering::Relaxed) > generation.0
    }

    /// Whether nobody waits for the answer to a question any more.
    pub fn cancel_check(&self, generation: Generation) -> impl Fn() -> bool + use<> {
        let newest = self.newest.clone();
        move || newest.load(Ordering::Relaxed) > generation.0
    }

    pub fn reader(&mut self) -> Result<&Reader, LibraryError> {
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => self.context.library.reader("similarity")?,
        };
        Ok(self.reader.insert(reader))
    }

    pub fn store(&mut self) -> Result<&mut SimilarityStore, String> {
        self.open_store().map_err(|err| err.to_string())
    }

    fn open_store(&mut self) -> Result<&mut SimilarityStore, LibraryError> {
        let store = match self.store.take() {
            Some(store) => store,
            None => self.context.library.similarity("similarity")?,
        };
        Ok(self.store.insert(store))
    }

    /// The model whose embeddings are compared: that of the settings, or the one
    /// with the most where that has none.
    pub fn model(&mut self) -> Result<EmbeddingModel, String> {
        if let Some(model) = &self.model {
            return Ok(model.clone());
        }
        self.refresh_model()
    }

    fn refresh_model(&mut self) -> Result<EmbeddingModel, String> {
        let wanted = self.context.embed.model_key();
        let models = self.store()?.models().map_err(|err| err.to_string())?;
        let Some(model) = preferred_model(&models, wanted.as_deref()) else {
            return Err("No picture is embedded yet".to_owned());
        };
        let model = model.clone();
        self.model = Some(model.clone());
        Ok(model)
    }

    /// Sees to it that the index is loaded, where there is one; returns the
    /// milliseconds that loading it took, where it was not.
    ///
    /// `asked` is the question that it is loaded for.
    pub fn load_index(
        &mut self,
        notes: &mut Vec<String>,
        asked: Option<Generation>,
    ) -> Option<f64> {
        let model = self.model().ok()?;
        let loaded = self.bring_index(&model, asked);
        let had_room = !matches!(loaded, Err(SimilarityError::Memory(_)));
        if had_room {
            self.refused = None;
        }
        let milliseconds = match loaded {
            Ok(milliseconds) => milliseconds,
            // Nothing but time is lost.
            Err(err) if err.is_rebuild() => {
                tracing::warn!(%err, "the similarity index is made anew");
                self.index.unload();
                None
            }
            Err(SimilarityError::Cancelled) => return None,
            Err(err @ SimilarityError::Folder { .. }) => {
                notes.push(err.to_string());
                return None;
            }
            // There is one, and another would need as much.
            Err(err @ SimilarityError::Memory(_)) => {
                tracing::warn!(%err, "the similarity index is not loaded");
                notes.push(err.to_string());
                // Who did not wait does not put off the next who does.
                let lately = self.refused.take().map(|it| it.0);
                let at = lately.filter(|it| it.elapsed() < REFUSED_FOR);
                self.refused = Some((at.unwrap_or_else(Instant::now), err.to_string()));
                return None;
            }
            Err(err) => {
                notes.push(err.to_string());
                None
            }
        };
        self.look_for_rebuild();
        milliseconds
    }

    fn bring_index(
        &mut self,
        model: &EmbeddingModel,
        asked: Option<Generation>,
    ) -> Result<Option<f64>, SimilarityError> {
        self.open_store()?;
        let Some(store) = &self.store else {
            return Ok(None);
        };
        // The model may be another one by now.
        if self.index.get().is_some_and(|it| it.model() != model.id) {
            self.index.unload();
        }
        // Known without looking at rows, of which there may be a million.
        let highest = store.highest_number()?;
        if let Some(index) = self.index.get_mut() {
            if highest != self.seen_number {
                index.catch_up(store)?;
                self.seen_number = highest;
                self.index.fit_permit();
            }
            return Ok(None);
        }
        let start = Instant::now();
        let dir = self.context.library.dir();
        let Some((permit, options)) = self.room_for_index(store, model.id, asked)? else {
            return Ok(None);
        };
        let loaded = SimilarityIndex::load(dir, store, model.id, &options);
        let Some(report) = self.index.put_loaded(loaded)? else {
            return Ok(None);
        };
        self.index.hold(permit);
        self.seen_number = highest;
        let bytes = self.index.get().map_or(0, SimilarityIndex::bytes);
        tracing::info!(?report, bytes, "similarity index loaded");
        memory::mark(
            "similarity index loaded by Find similar",
            Some(bytes.cast_signed()),
        );
        Ok(Some(start.elapsed().as_secs_f64() * 1e3))
    }

    /// Waits for the memory of the index; `None` where there is no index. Where the
    /// budget has too little for all shards, they are looked at in turn.
    fn room_for_index(
        &self,
        store: &SimilarityStore,
        model: ModelId,
        asked: Option<Generation>,
    ) -> Result<Option<(IndexPermit, LoadOptions)>, SimilarityError> {
        let CompareContext {
            library,
            news,
            budget,
            load,
            ..
        } = &self.context;
        let Some(need) = index::load_need(library.dir(), store, model, load)? else {
            return Ok(None);
        };
        let is_cancelled = self.cancel_check(asked.unwrap_or(Generation(u64::MAX - 1)));
        // Who was refused a moment ago does not wait again.
        let was_refused = self.refused.as_ref();
        let patience = match was_refused.is_some_and(|it| it.0.elapsed() < REFUSED_FOR) {
            true => Duration::ZERO,
            false => PATIENCE,
        };
        let acquire = |bytes, patience| {
            let mut asker = IndexAsker {
                is_cancelled: &is_cancelled,
                make_room: &mut |missing_bytes| {
                    // Fails only where the engine has stopped.
                    let _ = news.send(News::RoomWanted {
                        missing_bytes,
                        keeps_index: true,
                    });
                },
                patience,
            };
            budget.acquire_index(bytes, &mut asker)
        };
        match acquire(need.bytes, patience) {
            Ok(permit) => Ok(Some((permit, *load))),
            Err(PermitError::NoRoom { .. }) if need.in_turn_bytes < need.bytes => {
                let permit = acquire(need.in_turn_bytes, Duration::ZERO)?;
                let in_turn = LoadOptions {
                    max_bytes: 0,
                    ..*load
                };
                Ok(Some((permit, in_turn)))
            }
            Err(err) => Err(err.into()),
        }
    }

    /// Whether an index is to be built of what is embedded now. Loads none.
    fn is_build_due(&mut self) -> bool {
        let Ok(model) = self.model() else {
            return false;
        };
        let is_loaded = self.index.get().is_some_and(|it| it.model() == model.id);
        if is_loaded && self.bring_index(&model, None).is_ok() {
            return self.index.get().is_none_or(SimilarityIndex::is_rebuild_due);
        }
        let Some(store) = &self.store else {
            return false;
        };
        let dir = self.context.library.dir();
        index::is_build_due(dir, store, model.id, &self.context.load)
    }

    /// Says once that an index is to be built.
    fn look_for_rebuild(&mut self) {
        let is_due = self.index.get().is_none_or(SimilarityIndex::is_rebuild_due);
        if is_due && !self.is_build_due_told {
            self.is_build_due_told = self.tell(CompareNews::BuildDue).is_continue();
        }
    }

    /// The nearest of a vector, by the index, or by looking at all where there
    /// is none yet.
    pub fn nearest(
        &mut self,
        vector: &[f32],
        task: &CompareTask,
        accept: &dyn Fn(PostId) -> bool,
    ) -> Result<Vec<(PostId, f32)>, String> {
        let model = self.model()?;
        let is_cancelled = self.cancel_check(task.generation);
        let Some(store) = &self.store else {
            return Ok(Vec::new());
        };
        if let Some(index) = self.index.get_mut() {
            match index.nearest(store, vector, task.count, accept) {
                // A part of it that is read when it is needed can't be.
                Err(err) if err.is_rebuild() => {
                    tracing::warn!(%err, "the similarity index is made anew");
                    self.index.unload();
                    self.look_for_rebuild();
                }
                found => return found.map_err(|err| err.to_string()),
            }
        }
        let Some(store) = &self.store else {
            return Ok(Vec::new());
        };
        if model.num_embeddings > MAX_SCANNED && self.refused.is_some() {
            // Why was said when it was to be loaded.
            return Ok(Vec::new());
        }
        if model.num_embeddings > MAX_SCANNED {
            return Err(
                "The index of embeddings is being made; ask again when it is there".to_owned(),
            );
        }
        scan(store, model.id, vector, task.count, accept, &is_cancelled)
            .map_err(|err| err.to_string())
    }

    /// Of the embeddings of posts to a vector of length 1; those without one are
    /// left out.
    pub fn cosines(
        &self,
        posts: &[PostId],
        vector: &[f32],
    ) -> Result<HashMap<PostId, f32>, String> {
        let mut cosines = HashMap::with_capacity(posts.len());
        if let (Some(store), Some(model)) = (&self.store, &self.model) {
            let mut row = Vec::new();
            store
                .for_each_vector_of(model.id, posts, &mut |post, bytes| {
                    similarity::decode(bytes, &mut row);
                    cosines.insert(post, dot(&row, vector));
                })
                .map_err(|err| err.to_string())?;
        }
        Ok(cosines)
    }

    /// The hashes of all pictures, read where they changed.
    pub fn table(&mut self) -> Option<&HashTable> {
        self.load_table().ok()?;
        self.table.as_ref()
    }

    pub fn loaded_table(&self) -> Option<&HashTable> {
        self.table.as_ref()
    }

    pub fn load_table(&mut self) -> Result<(), LibraryError> {
        let version = self.posts_version.load(Ordering::Relaxed);
        if self.table.is_some() && self.table_version == version {
            return Ok(());
        }
        let mut table = HashTable::default();
        self.reader()?
            .for_each_hash(&mut |post, phash, color_hash| {
                table.push(post, PictureHashes { phash, color_hash });
            })?;
        table.shrink();
        self.table = Some(table);
        self.table_version = version;
        Ok(())
    }

    fn recall(
        &mut self,
        post: PostId,
        question: &str,
        basis: &str,
    ) -> Result<Option<(Vec<u8>, bool)>, LibraryError> {
        if !self.context.library.has_similarity() {
            return Ok(None);
        }
        let Some((state, results)) = self.open_store()?.remembered(post, question)? else {
            return Ok(None);
        };
        let is_fresh = state == self.fingerprint(basis)?;
        Ok(Some((results, is_fresh)))
    }

    /// Changes with all that changes answers; `basis` with what is not known here.
    pub fn fingerprint(&mut self, basis: &str) -> Result<String, LibraryError> {
        let num_posts = self.reader()?.num_posts()?;
        let key = self.context.embed.model_key().unwrap_or_default();
        let store = self.open_store()?;
        let highest = store.highest_number()?;
        Ok(format!("{key} {highest} {num_posts} {basis}"))
    }

    /// Pictures that the model of the settings can't embed.
    fn num_failed(&self) -> Result<u64, LibraryError> {
        let key = self.context.embed.model_key();
        let (Some(store), Some(key)) = (&self.store, key) else {
            return Ok(0);
        };
        match store.model_by_key(&key)? {
            Some((model, _)) => store.num_failures(model),
            None => Ok(0),
        }
    }

    fn facts(&mut self) -> IndexState {
        let num_failed = self.num_failed().unwrap_or_else(|err| {
            tracing::debug!(%err, "what could not be embedded can't be counted");
            0
        });
        let Some(model) = self.model.clone() else {
            return IndexState {
                num_failed,
                ..IndexState::default()
            };
        };
        let on_disk = match &self.store {
            Some(store) => index::facts(self.context.library.dir(), store, model.id),
            None => Ok(None),
        };
        let on_disk = on_disk.unwrap_or_else(|err| {
            tracing::debug!(%err, "the index on disk can't be used");
            None
        });
        IndexState {
            loaded: self.index.get().map(|it| LoadedFacts {
                bytes: it.bytes(),
                num_vectors: it.num_vectors(),
            }),
            disk_bytes: on_disk.as_ref().map_or(0, |it| it.num_bytes),
            kind: on_disk
                .as_ref()
                .map_or_else(String::new, |it| it.why.clone()),
            recall: on_disk.as_ref().map(|it| it.recall),
            dimensions: model.dimensions,
            num_embedded: model.num_embeddings,
            num_failed,
            problem: self.refused.as_ref().map(|it| it.1.clone()),
            model: model.title,
        }
    }

    /// Says what is held.
    fn publish(&self) {
        let mut leaves = Vec::new();
        leaves.extend(self.table.as_ref().map(HashTable::leaf));
        leaves.extend(self.index.leaves());
        memory::publish(Component::Similarity, "comparing", leaves);
    }
}

impl Drop for State {
    fn drop(&mut self) {
        self.index.unload();
        self.table = None;
        memory::publish(Component::Similarity, "comparing", Vec::new());
    }
}
