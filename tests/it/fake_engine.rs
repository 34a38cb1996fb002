//! An engine that makes everything up, behind the same channels as the real
//! one: posts by number, tags by rule, thumbnails by arithmetic. It remembers
//! what it was asked.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

use kobako::message::{
    Completion, CompletionKind, EngineSide, Event, FailedFile, Generation, ImportProgress,
    ImportReport, JobId, LibrarySummary, Notice, Pixels, PostDetails, PostFile, PostTag,
    ReleaseReport, Request, ResultBatch, SearchError, SearchSummary, SettingsEvent, SettingsList,
    SettingsRequest, ShowEvent, ShowRequest, TILE_EDGE, Thumbnail, UnknownMetatag, UnknownTag,
};
use kobako::model::{Category, FileFormat, Md5, PostId, Rating, SavedSearch, TagId};
use kobako::settings::Settings;

use crate::fake_memory::memory_news;
use crate::fake_posts::FakePosts;
use crate::fake_similar::FakeSimilar;

/// Ids in one batch of results.
const BATCH: usize = 50_000;

pub struct FakeEngine {
    side: EngineSide,
    pub num_posts: u32,
    pub num_tags: u64,
    /// Everything that was asked, oldest first.
    pub asked: Vec<Request>,
    /// `false` leaves searches unanswered.
    pub answers_searches: bool,
    /// `false` leaves pictures unanswered.
    pub answers_pictures: bool,
    /// `false` leaves details of posts unanswered.
    pub answers_details: bool,
    pub failures: Vec<FailedFile>,
    pub saved: Vec<SavedSearch>,
    /// The latest first.
    pub recent: Vec<String>,
    pub similar: FakeSimilar,
    pub posts: FakePosts,
    pub settings: Settings,
    pub settings_problems: Vec<Notice>,
    held: Vec<Request>,
    held_details: Vec<Request>,
    /// Thumbnails of the newest list that have not been sent; as the real engine, it
    /// sends no more than there is room for.
    wanted: VecDeque<PostId>,
}

impl FakeEngine {
    pub fn new(side: EngineSide, num_posts: u32) -> Self {
        Self {
            side,
            num_posts,
            num_tags: 1234,
            asked: Vec::new(),
            answers_searches: true,
            answers_pictures: true,
            answers_details: true,
            failures: vec![
                failure(
                    "/pictures/broken.png",
                    "the file ends in the middle of the picture",
                ),
                failure(
                    "/pictures/bomb.gif",
                    "needs 9000 MB of memory, more than the 192 MB allowed",
                ),
            ],
            saved: Vec::new(),
            recent: Vec::new(),
            similar: FakeSimilar::new(num_posts),
            posts: FakePosts::default(),
            settings: Settings::default(),
            settings_problems: Vec::new(),
            held: Vec::new(),
            held_details: Vec::new(),
            wanted: VecDeque::new(),
        }
    }

    pub fn summary(&self) -> LibrarySummary {
        LibrarySummary {
            path: PathBuf::from("/home/me/.local/share/kobako"),
            num_posts: u64::from(self.num_posts),
            num_tags: self.num_tags,
            has_failures: true,
            read_only: None,
        }
    }

    pub fn tell(&mut self, event: Event) {
        self.side.events.send(event);
    }

    /// Answers what was asked; `false` when there was nothing to do.
    pub fn pump(&mut self) -> bool {
        let mut did_something = self.side.events.num_waiting() > 0;
        self.side.events.flush();
        let mut requests = Vec::new();
        if self.answers_searches {
            requests.append(&mut self.held);
        }
        if self.answers_details {
            requests.append(&mut self.held_details);
        }
        requests.extend(self.side.requests.try_iter().inspect(|request| {
            self.asked.push(request.clone());
        }));
        for request in requests {
            did_something = true;
            self.answer(request);
        }
        while self.side.events.num_waiting() == 0
            && let Some(post) = self.wanted.pop_front()
        {
            did_something = true;
            let thumbnail = thumbnail(post);
            self.tell(Event::Thumbnail { post, thumbnail });
        }
        did_something
    }

    fn answer(&mut self, request: Request) {
        match request {
            Request::Search {
                generation,
                query,
                seed,
            } => self.search(generation, query, seed),
            Request::Complete {
                generation,
                text,
                cursor,
                limit,
            } => self.complete(generation, &text, cursor, limit),
            Request::Thumbnails { wanted } => self.wanted = wanted.into(),
            Request::OpenPost { .. } if !self.answers_details => self.held_details.push(request),
            Request::LargerThumbnails { wanted, edge } => {
                for post in wanted {
                    let pixels = picture(post, edge, edge);
                    self.tell(Event::LargerThumbnail { post, edge, pixels });
                }
            }
            Request::OpenPost { generation, post } => {
                let mut details = details(post);
                let marks = self.posts.marks_of(&[post]);
                details.is_favorite = marks.iter().any(|it| it.1.is_favorite);
                let details = Ok(Box::new(details));
                self.tell(Event::Post {
                    generation,
                    details,
                });
            }
            Request::Picture {
                generation,
                post,
                max_width,
                max_height,
            } if self.answers_pictures => {
                let picture = picture(post, max_width, max_height);
                self.tell(Event::Picture {
                    generation,
                    post,
                    picture,
                });
            }
            Request::Picture { .. } => {}
            Request::Import { .. } => {
                self.tell(Event::ImportStarted { job: JobId(1) });
                self.tell(Event::ImportProgress {
                    job: JobId(1),
                    progress: ImportProgress {
                        num_done: 120,
                        num_found: 391,
                        is_counted: true,
                        num_failed: 2,
                        files_per_sec: 45.0,
                        secs_left: Some(6.0),
                        current: Some(PathBuf::from("/pictures/a.png")),
                    },
                });
            }
            Request::RetryFailures | Request::BringBack { .. } => {
                self.tell(Event::ImportStarted { job: JobId(2) });
            }
            Request::Cancel { job } => {
                let report = ImportReport {
                    added: 120,
                    failed: self.failures.clone(),
                    seconds: 2.7,
                    cancelled: true,
                    ..ImportReport::default()
                };
                self.tell(Event::ImportFinished { job, report });
            }
            Request::ListFailures => self.tell(Event::Failures(self.failures.clone())),
            Request::SaveSearch { .. }
            | Request::RemoveSavedSearch { .. }
            | Request::RenameSavedSearch { .. }
            | Request::RememberSearch { .. }
            | Request::ForgetHistory
            | Request::ListSearches => {
                self.keep(request);
                let (saved, recent) = (self.saved.clone(), self.recent.clone());
                self.tell(Event::Searches { saved, recent });
            }
            Request::WatchMemory { watch } => {
                if watch {
                    self.tell(Event::Memory(Arc::new(memory_news())));
                }
            }
            Request::Release { action } => self.tell(Event::Released(ReleaseReport {
                action,
                predicted_bytes: 10 << 20,
                freed_bytes: 9 << 20,
            })),
            Request::FindSimilar { generation, query } => {
                for event in self.similar.find(generation, &query, self.num_posts) {
                    self.tell(event);
                }
            }
            Request::WatchSimilarity { watch } => {
                self.similar.is_watched = watch;
                self.tell_similarity();
            }
            Request::Embed(command) => {
                self.similar.embed(command);
                self.tell_similarity();
            }
            Request::Index(command) => {
                self.similar.index(command);
                self.tell_similarity();
            }
            Request::FindDuplicates { generation, .. } => {
                for event in self.similar.find_duplicates(generation) {
                    self.tell(event);
                }
            }
            Request::Duplicates(_) if !self.similar.answers_decisions => {}
            Request::Duplicates(decision) => {
                let decided = self.similar.decide(&decision);
                self.tell(decided);
            }
            Request::Show(request) => self.show(request),
            Request::CountTags {
                generation,
                of,
                limit,
            } => self.count_tags(generation, &of, limit),
            Request::Tagging(request) => {
                let event = self.posts.answer_tagging(request);
                self.tell(Event::Tagging(event));
            }
            Request::Places(request) => self.answer_places(request),
            // What was asked is kept for the test to look at.
            Request::StopDuplicates
            | Request::GaveBack { .. }
            | Request::SetBudget(_)
            | Request::SetCap { .. } => {}
            Request::Edit(edit) => {
                for event in self.posts.edit(edit) {
                    self.tell(event);
                }
            }
            Request::Measure { generation, posts } => {
                let bytes = posts.len() as u64 * 2_345_678;
                self.tell(Event::Measured { generation, bytes });
            }
            Request::Describe {
                generation,
                posts,
                fact,
            } => {
                let lines = posts.iter().map(|it| format!("{fact:?} of {it}")).collect();
                self.tell(Event::Described { generation, lines });
            }
            Request::Marks { generation, posts } => {
                let marks = self.posts.marks_of(&posts);
                self.tell(Event::Marks { generation, marks });
            }
            Request::Settings(request) => self.set(request),
            Request::Shutdown => self.tell(Event::Stopped),
        }
    }

    /// Sets by the same rules as the real one, and keeps nothing.
    fn set(&mut self, request: SettingsRequest) {
        let outcome = match request {
            SettingsRequest::List | SettingsRequest::ReadFile => Ok(()),
            SettingsRequest::Set { name, value } => self
                .settings
                .set(&name, &value)
                .map_err(|reason| (name, reason)),
            SettingsRequest::Reset { name } => {
                self.settings.reset(&name).map_err(|reason| (name, reason))
            }
            SettingsRequest::SetKeys { action, keys } => {
                match keys {
                    Some(keys) => self.settings.keys.insert(action, keys),
                    None => self.settings.keys.remove(&action),
                };
                Ok(())
            }
            SettingsRequest::ResetKeys => {
                self.settings.keys.clear();
                Ok(())
            }
        };
        if let Err((name, reason)) = outcome {
            self.tell(Event::Settings(SettingsEvent::Refused { name, reason }));
        }
        let list = SettingsList {
            path: PathBuf::from("/library/settings.toml"),
            settings: self.settings.list(),
            window: self.settings.window(),
            problems: self.settings_problems.clone(),
        };
        self.tell(Event::Settings(SettingsEvent::List(Box::new(list))));
    }

    /// Tells the state of embeddings and index, if somebody listens.
    pub fn tell_similarity(&mut self) {
        if self.similar.is_watched {
            let state = self.similar.state();
            self.tell(state);
        }
    }

    fn show(&mut self, request: ShowRequest) {
        match request {
            ShowRequest::ReadAhead {
                generation,
                post,
                max_width,
                max_height,
            } => {
                let picture = picture(post, max_width, max_height).ok();
                self.tell(Event::Show(ShowEvent::Ahead {
                    generation,
                    post,
                    picture,
                }));
            }
            ShowRequest::Tiles {
                generation,
                post,
                tiles,
                ..
            } => {
                for tile in tiles {
                    let pixels = pixels(post, TILE_EDGE, TILE_EDGE);
                    self.tell(Event::Show(ShowEvent::Tile {
                        generation,
                        tile,
                        pixels,
                    }));
                }
                let outcome = Ok(());
                self.tell(Event::Show(ShowEvent::TilesEnded {
                    generation,
                    outcome,
                }));
            }
            // Tests of animations have the real engine.
            ShowRequest::Play { .. }
            | ShowRequest::MoreFrames { .. }
            | ShowRequest::StopPlaying => {}
            ShowRequest::ForClipboard { generation, .. } => {
                let picture = Err("there is no clipboard here".to_owned());
                self.tell(Event::Show(ShowEvent::ForClipboard {
                    generation,
                    picture,
                }));
            }
            ShowRequest::ShowInFolder { .. }
            | ShowRequest::ShowPath { .. }
            | ShowRequest::OpenWith { .. } => {
                self.tell(Event::Show(ShowEvent::Handed(Ok(()))));
            }
        }
    }

    fn keep(&mut self, request: Request) {
        match request {
            Request::SaveSearch { name, query } => {
                self.saved.retain(|it| it.name != name);
                self.saved.push(SavedSearch { name, query });
            }
            Request::RemoveSavedSearch { name } => self.saved.retain(|it| it.name != name),
            Request::RenameSavedSearch { from, to } => {
                let renamed = self.saved.iter_mut().find(|it| it.name == from);
                renamed.expect("it is there").name = to;
            }
            Request::RememberSearch { query } => {
                self.recent.retain(|it| *it != query);
                self.recent.insert(0, query);
            }
            Request::ForgetHistory => self.recent.clear(),
            _ => {}
        }
    }

    /// `even` is every second post, `untouched` those that were not tagged by hand, `none` no post, `(` an error, and a word
    /// with `zz` in it an unknown tag; all else is every post.
    fn search(&mut self, generation: Generation, query: String, seed: u64) {
        if !self.answers_searches {
            self.held.push(Request::Search {
                generation,
                query,
                seed,
            });
            return;
        }
        if let Some(column) = query.chars().position(|it| it == '(') {
            let error = SearchError {
                column: column + 1,
                message: "this parenthesis is never closed".to_owned(),
                suggestion: Some(query.replace('(', "").trim().to_owned()),
            };
            self.tell(Event::SearchFailed { generation, error });
            return;
        }
        let mut summary = SearchSummary {
            elapsed_us: 640,
            ..SearchSummary::default()
        };
        let mut words = query.split_whitespace();
        if let Some(order) = words.find_map(|it| it.strip_prefix("order:")) {
            order.clone_into(&mut summary.order);
        }
        let mut posts: Vec<PostId> = (1..=self.num_posts).map(PostId).collect();
        for word in query.split_whitespace() {
            if word == "even" {
                posts.retain(|post| post.0 % 2 == 0);
            } else if word == "untouched" {
                posts.retain(|post| !self.posts.is_tagged(*post));
            } else if word == "none" {
                posts.clear();
            } else if word.contains("zz") {
                posts.clear();
                let metatag = word.split_once(':');
                summary.unknown_tags.push(UnknownTag {
                    name: word.to_owned(),
                    nearest: vec![("even".to_owned(), self.num_posts / 2)],
                    as_metatag: metatag.map(|(name, value)| UnknownMetatag {
                        name: name.to_owned(),
                        nearest: vec![format!("rating:{value}")],
                    }),
                });
                if metatag.is_some() {
                    continue;
                }
                let as_text = format!("{} path:{word}", summary.as_text);
                as_text.trim().clone_into(&mut summary.as_text);
            }
        }
        let total = posts.len() as u64;
        if let Some(limit) = query
            .split_whitespace()
            .find_map(|it| it.strip_prefix("limit:"))
        {
            posts.truncate(limit.parse().expect("tests give a number"));
        }
        let mut offset = 0;
        loop {
            let end = (offset + BATCH).min(posts.len());
            let batch = ResultBatch {
                generation,
                total,
                offset,
                posts: posts[offset..end].into(),
                is_last: end == posts.len(),
                summary: summary.clone(),
            };
            self.tell(Event::Results(batch));
            if end == posts.len() {
                break;
            }
            offset = end;
        }
    }

    fn complete(&mut self, generation: Generation, text: &str, cursor: usize, limit: usize) {
        const TAGS: [(&str, Category, u32); 6] = [
            ("even", Category::General, 6_500_123),
            ("evening", Category::General, 41_200),
            ("evangelion_(series)", Category::Copyright, 20_111),
            ("eve_(artist)", Category::Artist, 312),
            ("eve_santaclaus", Category::Character, 99),
            (
                "even_more_of_a_very_long_tag_name_that_has_no_end_at_all_(and_more)",
                Category::Meta,
                3,
            ),
        ];
        let start = text[..cursor].rfind(' ').map_or(0, |it| it + 1);
        let word = text[start..cursor].trim_start_matches('-');
        let start = cursor - word.len();
        let mut items: Vec<Completion> = TAGS
            .iter()
            .filter(|tag| !word.is_empty() && tag.0.starts_with(word))
            .map(|tag| Completion {
                text: tag.0.to_owned(),
                kind: CompletionKind::Tag(tag.1),
                count: tag.2,
            })
            .collect();
        if "paired".starts_with(word) && !word.is_empty() {
            items.push(Completion {
                text: "even".to_owned(),
                kind: CompletionKind::Alias {
                    alias: "paired".to_owned(),
                    category: Category::General,
                },
                count: 6_500_123,
            });
        }
        if "rating:".starts_with(word) && !word.is_empty() {
            items.push(Completion {
                text: "rating:".to_owned(),
                kind: CompletionKind::Metatag,
                count: 0,
            });
        }
        items.truncate(limit);
        self.tell(Event::Completions {
            generation,
            replace: start..cursor,
            items,
        });
    }
}

fn failure(path: &str, reason: &str) -> FailedFile {
    FailedFile {
        path: PathBuf::from(path),
        reason: reason.to_owned(),
    }
}

/// The name that the grid shows for a post.
pub fn label(post: PostId) -> String {
    match post.0 {
        // Not near the start, for tests have no font for it.
        999 => {
            "とても長い名前のファイルです🎉 a very long name indeed, which goes on.png".to_owned()
        }
        number => format!("picture {number}.png"),
    }
}

/// Post 5 has no file.
fn thumbnail(post: PostId) -> Result<Thumbnail, String> {
    if post.0 == 5 {
        return Err("file is missing: /pictures/picture 5.png".to_owned());
    }
    let (width, height) = match post.0 % 3 {
        0 => (256, 160),
        1 => (160, 256),
        _ => (256, 256),
    };
    Ok(Thumbnail {
        pixels: pixels(post, width, height),
        label: label(post),
    })
}

fn picture(post: PostId, max_width: u32, max_height: u32) -> Result<Pixels, String> {
    if post.0 == 5 {
        return Err("file is missing: /pictures/picture 5.png".to_owned());
    }
    let (width, height) = match post.0 % 3 {
        0 => (1600, 1000),
        1 => (1000, 1600),
        _ => (1200, 1200),
    };
    let scale = (f64::from(max_width) / f64::from(width))
        .min(f64::from(max_height) / f64::from(height))
        .min(1.0);
    let scaled = |edge: u32| ((f64::from(edge) * scale) as u32).max(1);
    let mut pixels = pixels(post, scaled(width), scaled(height));
    pixels.full_width = width;
    pixels.full_height = height;
    if post.0 == 4 {
        pixels.degraded = Some("Shown at half its size to stay inside the memory limit".to_owned());
    }
    Ok(pixels)
}

/// Soft colours that differ by post.
fn pixels(post: PostId, width: u32, height: u32) -> Pixels {
    let seed = post.0.wrapping_mul(2_654_435_761);
    let base = [seed >> 24, (seed >> 16) & 0xff, (seed >> 8) & 0xff];
    let mut rgba = Vec::with_capacity((width * height * 4) as usize);
    let columns: Vec<u32> = (0..width).map(|x| x * 96 / width).collect();
    for y in 0..height {
        let row = y * 96 / height;
        for column in &columns {
            let light = (column + row).min(191);
            let [red, green, blue] = base.map(|it| (it / 4 + light) as u8);
            rgba.extend([red, green, blue, 255]);
        }
    }
    Pixels {
        width,
        height,
        rgba,
        full_width: width,
        full_height: height,
        degraded: None,
        permit: None,
    }
}

fn details(post: PostId) -> PostDetails {
    let tag = |id: u32, name: &str, category: Category| PostTag {
        id: TagId(id),
        name: name.to_owned(),
        category,
        count: 1000 + id,
    };
    // Duplicates differ in their sizes and in a tag.
    let is_duplicate = crate::fake_similar::is_duplicate(post);
    let mut tags = vec![
        tag(1, "eve_(artist)", Category::Artist),
        tag(2, "evangelion_(series)", Category::Copyright),
        tag(3, "eve_santaclaus", Category::Character),
        tag(4, "even", Category::General),
        tag(5, "long_hair", Category::General),
        tag(6, ">:)", Category::General),
        tag(7, "highres", Category::Meta),
    ];
    if is_duplicate {
        let name = format!("only_of_{post}");
        tags.push(tag(post.0, &name, Category::Character));
    }
    PostDetails {
        id: post,
        md5: Some(Md5([post.0 as u8; 16])),
        phash: Some(0x0123_4567_89ab_cdef),
        color_hash: Some(7),
        files: vec![PostFile {
            path: PathBuf::from(format!("/pictures/{}", label(post))),
            is_missing: post.0 == 5,
        }],
        format: Some(FileFormat::Png),
        width: if is_duplicate { post.0 * 10 } else { 1600 },
        height: 1000,
        file_size: 2_345_678,
        is_animated: false,
        rating: Some(Rating::General),
        is_favorite: false,
        score: Some(42),
        fav_count: None,
        tags,
        sources: vec!["https://example.org/a/1".to_owned()],
        source_posts: Vec::new(),
        text: Some("A caption".to_owned()),
        created_at: Some(1_700_000_000),
        modified_at: Some(1_720_000_000),
        imported_at: 1_760_000_000,
    }
}
