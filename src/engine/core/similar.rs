//! Answers what is like a post or a picture.
//!
//! ```text
//! question ─▶ recall ─▶ identify ─▶ tags ─▶ compare ─▶ blend ─▶ answer
//!             (disk)    (a file)   (here,    (the thread that compares)
//!                                  in steps)
//! ```
//!
//! Tags are compared here, since the tag cache is here; embeddings, hashes and
//! files on the thread of the [`Comparer`]. Each step is skipped where a question
//! does not need it; a newer question takes the place of an older one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::engine::search::{self, Chosen, SearchFailure};
use crate::engine::similarity::{
    Candidate, CompareNews, CompareTask, Compared, Comparer, EmbedInput, Identified, NearestByTags,
    PictureHashes, Subject, TagLikeness, TagSums, Task, Unreadable, blend, remembered,
};
use crate::engine::tag_cache::PostSet;
use crate::memory::{self, Component};
use crate::message::{
    Event, Generation, IndexCommand, SimilarMode, SimilarPost, SimilarQuery, SimilarResult,
    SimilarSubject,
};

use super::Core;
use super::similar_question::{Pending, Stage, TagWork, WithinWork};

/// Candidates by each measure for a blend: who is far down in all of them is not
/// near in their mean.
const MIN_CANDIDATES: usize = 100;

/// Posts that may be gone since are asked for beyond what is wanted.
const SPARE: usize = 16;

/// What is asked for, at most.
const MAX_COUNT: usize = 10_000;

/// The question that is being answered, and what answers them.
#[derive(Debug)]
pub(super) struct SimilarDesk {
    pub comparer: Comparer,
    pub sums: TagSums,
    pending: Option<Pending>,
    /// When something was last asked.
    pub last_used: Option<Instant>,
}

impl SimilarDesk {
    pub fn new(comparer: Comparer) -> Self {
        Self {
            comparer,
            sums: TagSums::default(),
            pending: None,
            last_used: None,
        }
    }

    /// Whether the next turn has something to do.
    pub fn has_work(&self) -> bool {
        let pending = self.pending.as_ref();
        pending.is_some_and(|it| it.stage != Stage::Waiting)
    }

    /// Whether a question is still to be answered.
    pub fn has_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// Ends the comparer; what it was asked is asked again when it has ended.
    pub fn unload(&mut self) -> bool {
        let is_running = self.comparer.unload();
        if let Some(pending) = &mut self.pending {
            pending.is_lost |= is_running && pending.stage == Stage::Waiting;
        }
        is_running
    }

    /// The question of this generation, if it is still to be answered.
    fn pending(&mut self, generation: Generation) -> Option<&mut Pending> {
        self.pending
            .as_mut()
            .filter(|it| it.generation == generation)
    }

    /// Says what the sums of tags hold.
    pub fn publish(&self) {
        let leaf = self.sums.leaf();
        let leaves = if leaf.bytes > 0 {
            vec![leaf]
        } else {
            Vec::new()
        };
        memory::publish(Component::Similarity, "tag likeness", leaves);
    }
}

impl Core<'_> {
    pub(super) fn find_similar(&mut self, generation: Generation, query: SimilarQuery) {
        self.similar.pending = None;
        self.similar.comparer.supersede(generation);
        self.similar.last_used = Some(Instant::now());
        if let SimilarSubject::Post(post) = query.subject
            && !self.cache.get().contains(post)
        {
            return self.similar_failed(
                generation,
                format!("Post {post} is not in this library"),
                None,
            );
        }
        let (within, within_work) = match self.posts_within(query.within.as_deref()) {
            Ok(Some(Chosen::All(posts))) => (Some(Arc::new(posts)), None),
            Ok(Some(Chosen::First(posts))) => (None, Some(WithinWork::new(posts))),
            Ok(None) => (None, None),
            Err((message, way_out)) => return self.similar_failed(generation, message, way_out),
        };
        let subject = match &query.subject {
            SimilarSubject::Post(post) => Some(Subject::Post(*post)),
            SimilarSubject::File(_) | SimilarSubject::Pixels(_) => None,
        };
        let mut pending = Pending {
            generation,
            query,
            within,
            subject,
            same_file: None,
            stage: Stage::Waiting,
            is_lost: false,
            likeness: None,
            by_tags: Vec::new(),
            within_work,
            tag_work: None,
            elapsed: Duration::ZERO,
            notes: Vec::new(),
        };
        pending.query.count = pending.query.count.min(MAX_COUNT);
        if pending.within_work.is_some() {
            pending.stage = Stage::Within;
        }
        self.similar.pending = Some(pending);
        self.begin_answering();
    }

    /// What is looked within is known, or will be after some turns.
    fn begin_answering(&mut self) {
        let commit = self.cache.get().commit_number();
        let Some(pending) = &self.similar.pending else {
            return;
        };
        if pending.stage == Stage::Within {
            return;
        }
        let generation = pending.generation;
        match pending.identify().or_else(|| pending.recall(commit)) {
            Some(task) => self.ask_comparer(generation, task),
            None => self.begin_comparing(),
        }
    }

    /// Asks again what the comparer was asked before it was unloaded.
    pub(super) fn ask_similar_again(&mut self) {
        let Some(pending) = self.similar.pending.as_mut().filter(|it| it.is_lost) else {
            return;
        };
        pending.notes.clear();
        pending.is_lost = false;
        let (generation, task) = (pending.generation, pending.identify());
        self.similar.last_used = Some(Instant::now());
        match task {
            Some(task) => self.ask_comparer(generation, task),
            None => self.begin_comparing(),
        }
    }

    /// Says why the question that is asked can't be answered.
    pub(super) fn fail_similar(&mut self, reason: &str) {
        if let Some(generation) = self.similar.pending.as_ref().map(|it| it.generation) {
            self.similar_failed(generation, format!("It can't be compared: {reason}"), None);
        }
    }

    /// The posts that a query chooses; `Err` says what is wrong with it, and what
    /// would work.
    fn posts_within(
        &self,
        query: Option<&str>,
    ) -> Result<Option<Chosen>, (String, Option<String>)> {
        let Some(query) = query.map(str::trim).filter(|it| !it.is_empty()) else {
            return Ok(None);
        };
        let cache = self.cache.get();
        let lookup = search::LibraryLookup::new(cache, &self.reader);
        let inbox = self.inbox;
        match search::choose(query, cache, &lookup, &|| inbox.has_newer_search()) {
            Ok(chosen) => Ok(Some(chosen)),
            Err(SearchFailure::Query(err)) => {
                let way_out = err
                    .suggestion
                    .as_ref()
                    .map(|it| format!("Did you mean: {it}"));
                Err((format!("The query to look within: {err}"), way_out))
            }
            Err(SearchFailure::Library(err)) => {
                Err((format!("The library can't be read: {err}"), None))
            }
            Err(SearchFailure::Cancelled) => Err((
                "A search took the place of the query to look within".to_owned(),
                Some("Ask again".to_owned()),
            )),
        }
    }

    fn similar_failed(&mut self, generation: Generation, message: String, way_out: Option<String>) {
        if self.similar.pending(generation).is_some() {
            self.similar.pending = None;
        }
        let failed = Event::SimilarFailed {
            generation,
            message,
            way_out,
        };
        self.outlet.tell_newest(failed, |it| {
            matches!(it, Event::Similar(_) | Event::SimilarFailed { .. })
        });
    }

    fn ask_comparer(&mut self, generation: Generation, task: Task) {
        // Whoever was asked before, this one answers.
        if let Some(pending) = self.similar.pending(generation) {
            pending.is_lost = false;
        }
        if let Err(err) = self.similar.comparer.send(task) {
            self.similar_failed(generation, format!("It can't be compared: {err}"), None);
        }
    }

    /// What is compared with is known: tags first, where they count.
    fn begin_comparing(&mut self) {
        let Some(pending) = &mut self.similar.pending else {
            return;
        };
        let by_tags = match pending.query.mode {
            SimilarMode::Tags => true,
            SimilarMode::Blended => pending.query.blend.tags > 0.0,
            SimilarMode::Semantic | SimilarMode::Visual => false,
        };
        if !by_tags {
            return self.compare();
        }
        let Some(Subject::Post(_)) = pending.subject else {
            let note = "A picture that is not in the library has no tags to compare";
            pending.notes.push(note.to_owned());
            return self.compare();
        };
        pending.stage = Stage::Tags;
    }

    /// Goes on with a question: some milliseconds.
    pub(super) fn similar_on(&mut self, deadline: Instant) {
        let Some(pending) = &mut self.similar.pending else {
            return;
        };
        if pending.stage == Stage::Within {
            let start = Instant::now();
            let gathered = match &mut pending.within_work {
                Some(work) => work.advance(deadline),
                None => Some(PostSet::default()),
            };
            pending.elapsed += start.elapsed();
            if let Some(posts) = gathered {
                pending.within_work = None;
                pending.within = Some(Arc::new(posts));
                pending.stage = Stage::Waiting;
                self.begin_answering();
            }
            return;
        }
        self.compare_tags_on(deadline);
    }

    fn compare_tags_on(&mut self, deadline: Instant) {
        let start = Instant::now();
        let SimilarDesk { sums, pending, .. } = &mut self.similar;
        let Some(pending) = pending.as_mut().filter(|it| it.stage == Stage::Tags) else {
            return;
        };
        let cache = self.cache.get();
        let Some(Subject::Post(post)) = pending.subject else {
            pending.stage = Stage::Waiting;
            return;
        };
        let is_done = sums.advance(cache, deadline) && {
            let commit = cache.commit_number();
            let begun = pending.tag_work.take().filter(|it| it.commit == commit);
            let work = begun.unwrap_or_else(|| {
                let tags = match self.reader.post(post) {
                    Ok(Some(record)) => record.tags.into_iter().map(|it| it.0).collect(),
                    Ok(None) => Vec::new(),
                    Err(err) => {
                        pending.notes.push(err.to_string());
                        Vec::new()
                    }
                };
                let query = &pending.query;
                let (most, least) = match query.mode {
                    SimilarMode::Blended => (
                        MIN_CANDIDATES.max(query.count + SPARE),
                        query.blend.least_tags.max(0.0),
                    ),
                    _ => (query.count, 0.0),
                };
                TagWork {
                    commit,
                    likeness: TagLikeness::begin(&tags, query.tag_measure, cache),
                    nearest: NearestByTags::begin(most, least),
                }
            });
            let TagWork {
                likeness, nearest, ..
            } = pending.tag_work.insert(work);
            let within = pending.within.as_deref();
            likeness.advance(cache, Some(deadline))
                && nearest.advance(
                    likeness,
                    sums,
                    cache,
                    &|it| it != post && within.is_none_or(|within| within.contains(it.0)),
                    Some(deadline),
                )
        };
        pending.elapsed += start.elapsed();
        if !is_done {
            return;
        }
        pending.stage = Stage::Waiting;
        if let Some(work) = pending.tag_work.take() {
            pending.by_tags = work.nearest.into_sorted();
            pending.likeness = Some(work.likeness);
        }
        self.similar.publish();
        self.compare();
    }

    /// Has the comparer compare, where the mode needs it.
    fn compare(&mut self) {
        let Some(pending) = &mut self.similar.pending else {
            return;
        };
        let query = &pending.query;
        let blend = query.blend;
        let (is_semantic, is_visual, max_distance) = match query.mode {
            SimilarMode::Tags => (false, false, 0),
            SimilarMode::Semantic => (true, false, 0),
            SimilarMode::Visual => (false, true, u32::MAX),
            SimilarMode::Blended => (
                blend.semantic > 0.0,
                blend.visual > 0.0,
                blend.most_distance,
            ),
        };
        let is_switched_off = is_semantic && !self.similar.comparer.context().is_semantic;
        if is_switched_off {
            let note = "Similarity by embeddings is switched off (semantic_similarity)";
            pending.notes.push(note.to_owned());
        }
        let is_semantic = is_semantic && !is_switched_off;
        let Some(subject) = pending.subject.clone().filter(|_| is_semantic || is_visual) else {
            let compared = Compared {
                generation: pending.generation,
                candidates: pending.by_tags.iter().map(Candidate::from).collect(),
                ..Compared::default()
            };
            return self.answer_similar(compared);
        };
        let generation = pending.generation;
        let count = match query.mode {
            SimilarMode::Blended => MIN_CANDIDATES.max(query.count + SPARE),
            _ => query.count + SPARE,
        };
        let task = CompareTask {
            generation,
            subject,
            is_semantic,
            is_visual,
            count,
            max_distance,
            within: pending.within.clone(),
            also: pending.by_tags.iter().map(|it| it.post).collect(),
            basis: pending
                .basis(self.cache.get().commit_number())
                .filter(|_| self.library.read_only().is_none()),
        };
        self.ask_comparer(generation, Task::Compare(Box::new(task)));
    }

    /// What the comparer tells.
    pub(super) fn hear_comparer(&mut self, news: CompareNews) {
        match news {
            CompareNews::Identified {
                generation,
                outcome,
            } => self.identified(generation, outcome),
            CompareNews::Recalled { generation, found } => self.recalled(generation, found),
            CompareNews::Compared(compared) => {
                if self.similar.pending(compared.generation).is_some() {
                    self.answer_similar(*compared);
                }
            }
            CompareNews::Index(facts) => self.index_changed(facts),
            CompareNews::BuildDue => self.build_index(),
            CompareNews::Checked { is_build_due } => self.index_checked(is_build_due),
            CompareNews::Broke(reason) => self.comparer_broke(&reason),
            CompareNews::Unloaded => self.index_unloaded(),
        }
    }

    fn identified(&mut self, generation: Generation, outcome: Result<Identified, Unreadable>) {
        let identified = match outcome {
            Ok(identified) => identified,
            Err(Unreadable { message, way_out }) => {
                if self.similar.pending(generation).is_some() {
                    self.similar_failed(generation, message, way_out);
                }
                return;
            }
        };
        let Identified {
            post,
            hashes,
            input,
        } = identified;
        let known = post.filter(|it| self.cache.get().contains(*it));
        let Some(pending) = self.similar.pending(generation) else {
            return;
        };
        pending.same_file = known;
        // The very file: all that is known of its post counts.
        pending.subject = Some(match known {
            Some(post) => Subject::Post(post),
            None => picture(hashes, input),
        });
        self.begin_comparing();
    }

    fn recalled(&mut self, generation: Generation, found: Option<(Vec<u8>, bool)>) {
        if self.similar.pending(generation).is_none() {
            return;
        }
        if let Some((bytes, is_fresh)) = found
            && let Some(mut posts) = remembered::decode(&bytes)
        {
            posts.retain(|it| self.cache.get().contains(it.post));
            self.outlet.tell_newest(
                Event::Similar(Box::new(SimilarResult {
                    generation,
                    posts,
                    is_remembered: true,
                    is_stale: !is_fresh,
                    ..SimilarResult::default()
                })),
                |it| matches!(it, Event::Similar(_) | Event::SimilarFailed { .. }),
            );
            if is_fresh {
                self.similar.pending = None;
                return;
            }
        }
        self.begin_comparing();
    }

    fn answer_similar(&mut self, compared: Compared) {
        let start = Instant::now();
        let Some(pending) = self.similar.pending.take() else {
            return;
        };
        let Pending {
            generation,
            query,
            within: _,
            within_work: _,
            subject,
            same_file,
            stage: _,
            is_lost: _,
            likeness,
            by_tags,
            tag_work: _,
            elapsed,
            mut notes,
        } = pending;
        let Compared {
            generation: _,
            mut candidates,
            elapsed_us,
            loaded_index_ms,
            notes: more_notes,
            state,
        } = compared;
        notes.extend(more_notes);
        let cache = self.cache.get();
        let sums = &self.similar.sums;
        if query.mode != SimilarMode::Tags {
            candidates.retain(|it| cache.contains(it.post));
        }
        let mut posts: Vec<(SimilarPost, Option<u32>)> = candidates
            .iter()
            .filter_map(|candidate| {
                let tags = likeness
                    .as_ref()
                    .map(|it| it.score(candidate.post, sums, cache));
                let post = blend::score(query.mode, &query.blend, candidate, tags)?;
                Some((post, candidate.color_steps))
            })
            .collect();
        drop(by_tags);
        blend::sort(&mut posts);
        posts.truncate(query.count);
        let posts: Vec<SimilarPost> = posts.into_iter().map(|it| it.0).collect();
        if let (Some(Subject::Post(post)), Some(state)) = (subject, state)
            && notes.is_empty()
            && let Err(err) = self.similar.comparer.send(Task::Remember {
                post,
                question: remembered::question(&query),
                state,
                results: remembered::encode(&posts),
            })
        {
            tracing::debug!(%err, "what was found is not remembered");
        }
        let elapsed = elapsed + start.elapsed();
        let result = SimilarResult {
            generation,
            posts,
            elapsed_us: elapsed_us + elapsed.as_micros() as u64,
            loaded_index_ms,
            same_file,
            notes,
            is_remembered: false,
            is_stale: false,
        };
        self.outlet
            .tell_newest(Event::Similar(Box::new(result)), |it| {
                matches!(it, Event::Similar(_) | Event::SimilarFailed { .. })
            });
        self.similar.last_used = Some(Instant::now());
        self.tell_similarity();
    }

    pub(super) fn command_index(&mut self, command: IndexCommand) {
        match command {
            IndexCommand::Load => {
                self.similar.last_used = Some(Instant::now());
                match self.similar.comparer.send(Task::Load) {
                    Ok(()) => {
                        self.index.is_loading = true;
                        self.tell_similarity();
                    }
                    Err(err) => {
                        self.fail(format!("The similarity index can't be loaded: {err}"));
                    }
                }
            }
            IndexCommand::Unload => {
                self.unload_similarity();
            }
            IndexCommand::Rebuild => self.build_index(),
            IndexCommand::SetEnabled(is_enabled) => self.enable_similarity(is_enabled),
        }
    }
}

fn picture(hashes: PictureHashes, input: EmbedInput) -> Subject {
    Subject::Picture {
        hashes: Some(hashes),
        input,
    }
}
