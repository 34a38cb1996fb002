//! What the made-up engine knows of pictures that are alike: posts with numbers
//! near each other are.

use std::path::PathBuf;

use kobako::message::{
    DuplicateDecision, DuplicateGroup, DuplicateGroups, DuplicatePost, EmbedCommand, EmbedProgress,
    Event, Generation, IndexCommand, IndexState, SimilarMode, SimilarPost, SimilarQuery,
    SimilarResult, SimilarSubject, SimilarityState, WorkerState,
};
use kobako::model::PostId;

pub struct FakeSimilar {
    /// `false` leaves questions unanswered.
    pub answers: bool,
    /// The same answer comes first, as remembered.
    pub remembers: bool,
    /// In the place of an answer.
    pub failure: Option<(String, Option<String>)>,
    pub notes: Vec<String>,
    pub state: SimilarityState,
    /// Somebody wants to be told of the state.
    pub is_watched: bool,
    /// Groups of duplicates, or why there are none.
    pub duplicates: Result<Vec<Vec<u32>>, String>,
    /// `false` leaves the search for duplicates half done.
    pub finds_duplicates: bool,
    /// What could be taken back before the window was opened.
    pub undo: Option<String>,
    /// `false` leaves decisions on their way.
    pub answers_decisions: bool,
    /// In the place of carrying a decision out.
    pub decision_failure: Option<String>,
}

/// Duplicates that there are unless a test says otherwise.
const DUPLICATES: [&[u32]; 3] = [&[21, 22], &[23, 24, 26], &[27, 28]];

pub fn is_duplicate(post: PostId) -> bool {
    DUPLICATES.iter().any(|it| it.contains(&post.0))
}

impl FakeSimilar {
    pub fn new(num_posts: u32) -> Self {
        Self {
            answers: true,
            remembers: false,
            failure: None,
            notes: Vec::new(),
            state: SimilarityState {
                is_enabled: true,
                model: "EfficientNet-Lite0".to_owned(),
                dimensions: 1280,
                num_embedded: u64::from(num_posts),
                num_pictures: u64::from(num_posts),
                index: IndexState::NotLoaded,
                index_disk_bytes: 15 << 20,
                index_kind: "Bytes (SQ8): recall wanted is reached in the least memory".to_owned(),
                index_policy: "Loaded when used, unloaded after 5 minutes".to_owned(),
                index_recall: Some(0.991),
                ..SimilarityState::default()
            },
            is_watched: false,
            duplicates: Ok(DUPLICATES.iter().map(|it| it.to_vec()).collect()),
            finds_duplicates: true,
            undo: None,
            answers_decisions: true,
            decision_failure: None,
        }
    }

    pub fn state(&self) -> Event {
        Event::Similarity(Box::new(self.state.clone()))
    }

    pub fn find(&self, generation: Generation, query: &SimilarQuery, num_posts: u32) -> Vec<Event> {
        if !self.answers {
            return Vec::new();
        }
        if let Some((message, way_out)) = self.failure.clone() {
            return vec![Event::SimilarFailed {
                generation,
                message,
                way_out,
            }];
        }
        let (first, same_file) = match &query.subject {
            SimilarSubject::Post(post) => (post.0, None),
            SimilarSubject::File(path) if path.ends_with("picture 7.png") => (7, Some(PostId(7))),
            SimilarSubject::File(_) => (0, None),
            SimilarSubject::Pixels(_) => (1, None),
        };
        let is_even = query.within.as_deref() == Some("even");
        let is_none = query.within.as_deref() == Some("none");
        let posts = (first + 1..=num_posts)
            .filter(|post| !is_none && (!is_even || post % 2 == 0))
            .take(query.count)
            .enumerate()
            .map(|(rank, post)| similar(PostId(post), rank, query.mode));
        let result = SimilarResult {
            generation,
            posts: posts.collect(),
            elapsed_us: 2_400,
            loaded_index_ms: (query.mode == SimilarMode::Semantic).then_some(32.0),
            same_file,
            notes: self.notes.clone(),
            is_remembered: false,
            is_stale: false,
        };
        let mut events = Vec::new();
        if self.remembers && query.may_remember {
            events.push(Event::Similar(Box::new(SimilarResult {
                is_remembered: true,
                is_stale: true,
                ..result.clone()
            })));
        }
        events.push(Event::Similar(Box::new(result)));
        events
    }

    pub fn find_duplicates(&self, generation: Generation) -> Vec<Event> {
        let share = 0.5;
        let mut events = vec![Event::DuplicateProgress { generation, share }];
        if self.finds_duplicates {
            let groups = self.duplicates.clone().map(|groups| {
                let groups = groups.iter().map(|it| group(it)).collect();
                Box::new(DuplicateGroups {
                    generation,
                    groups,
                    elapsed_us: 400_000,
                    num_dismissed: 0,
                    notes: self.notes.clone(),
                    undo: self.undo.clone(),
                })
            });
            events.push(Event::Duplicates { generation, groups });
        }
        events
    }

    pub fn decide(&self, decision: &DuplicateDecision) -> Event {
        if let Some(reason) = self.decision_failure.clone() {
            return Event::DuplicateDecided {
                outcome: Err(reason),
                undo: None,
            };
        }
        let (said, undo) = match decision {
            DuplicateDecision::Merge { keep, others, .. } => (
                format!("{} merged onto post {keep}", others.len()),
                Some(format!("the merge onto post {keep}")),
            ),
            DuplicateDecision::NotDuplicates(posts) => (
                format!("{} posts are not duplicates", posts.len()),
                Some("that they are not duplicates".to_owned()),
            ),
            DuplicateDecision::NotDuplicateOf { post, .. } => (
                format!("Post {post} is no duplicate"),
                Some(format!("that post {post} is no duplicate")),
            ),
            DuplicateDecision::Undo => ("Taken back".to_owned(), None),
        };
        Event::DuplicateDecided {
            outcome: Ok(said),
            undo,
        }
    }

    pub fn embed(&mut self, command: EmbedCommand) {
        let state = &mut self.state;
        match command {
            EmbedCommand::Start | EmbedCommand::RetryFailed => {
                state.embedding = Some(EmbedProgress {
                    num_done: 1234,
                    num_total: 15_000,
                    num_failed: 0,
                    pictures_per_sec: 27.0,
                    secs_left: Some(480.0),
                    is_paused: false,
                    current: Some(PathBuf::from("/pictures/a.png")),
                });
                state.worker = Some(WorkerState {
                    pid: 4711,
                    rss_bytes: 77 << 20,
                });
            }
            EmbedCommand::Pause | EmbedCommand::Resume => {
                if let Some(embedding) = &mut state.embedding {
                    embedding.is_paused = command == EmbedCommand::Pause;
                }
            }
            EmbedCommand::Cancel => state.embedding = None,
        }
    }

    pub fn index(&mut self, command: IndexCommand) {
        let state = &mut self.state;
        match command {
            IndexCommand::Load => {
                state.index = IndexState::Loaded {
                    bytes: 1_992_294,
                    num_vectors: state.num_embedded,
                }
            }
            IndexCommand::Unload => state.index = IndexState::NotLoaded,
            IndexCommand::Rebuild => state.index = IndexState::Building,
            IndexCommand::SetEnabled(is_enabled) => state.is_enabled = is_enabled,
        }
    }
}

fn similar(post: PostId, rank: usize, mode: SimilarMode) -> SimilarPost {
    let score = 0.95 - rank as f32 * 0.01;
    let has = |it: SimilarMode| mode == it || mode == SimilarMode::Blended;
    SimilarPost {
        post,
        score,
        semantic: has(SimilarMode::Semantic).then_some(score),
        distance: has(SimilarMode::Visual).then_some(rank as u32),
        tags: has(SimilarMode::Tags).then_some(0.5),
    }
}

fn group(ids: &[u32]) -> DuplicateGroup {
    let posts = (0..).zip(ids).map(|(rank, id)| DuplicatePost {
        post: PostId(*id),
        distance: (rank > 0).then_some(rank * 2),
        cosine: None,
    });
    DuplicateGroup {
        posts: posts.collect(),
    }
}
