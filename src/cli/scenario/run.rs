//! Does what a scenario says.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

use super::check::{self, Taken};
use super::make;
use super::output::{Done, Output};
use super::similar;
use super::step::{Line, Size, Step};
use crate::cli::report_view::{ReportView, megabytes};
use crate::cli::session::Session;
use crate::cli::{interrupt, printable, search};
use crate::engine::EngineConfig;
use crate::library;
use crate::memory::{self, Action, BudgetWish, Cache, Component};
use crate::message::{Event, Pixels, ReleaseReport, Request};
use crate::model::PostId;

/// Thumbnails that the grid asks for at once: a screenful and what is next.
const PAGE: usize = 48;

/// How often Ctrl-C is looked for while nothing happens.
const GLANCE: Duration = Duration::from_millis(200);

pub(super) struct Runner<'a> {
    file: &'a Path,
    /// What paths are relative to.
    folder: &'a Path,
    /// Libraries made so far.
    num_made: u32,
    library: Option<PathBuf>,
    session: Option<Session>,
    query: String,
    picture: Option<Pixels>,
    last: Option<Taken>,
    released: Option<ReleaseReport>,
    marks: BTreeMap<String, Taken>,
    output: Output,
    num_failed: usize,
    is_interrupted: Arc<AtomicBool>,
    /// Removed when dropped, which is after the library in it was closed.
    scratch: TempDir,
}

/// How often it is looked whether somebody pressed Ctrl+C.
const INTERRUPT_INTERVAL: Duration = Duration::from_millis(100);

impl<'a> Runner<'a> {
    pub fn new(file: &'a Path, folder: &'a Path, json: bool) -> anyhow::Result<Self> {
        let scratch = tempfile::Builder::new()
            .prefix("kobako-scenario-")
            .tempdir()
            .context("no temporary folder can be made")?;
        Ok(Self {
            file,
            folder,
            num_made: 0,
            library: None,
            session: None,
            query: String::new(),
            picture: None,
            last: None,
            released: None,
            marks: BTreeMap::new(),
            output: Output::new(json),
            num_failed: 0,
            is_interrupted: interrupt::watch()?,
            scratch,
        })
    }

    /// Expectations that were not met; each was told on stderr.
    pub fn num_failed(&self) -> usize {
        self.num_failed
    }

    pub fn run(&mut self, lines: &[Line]) -> anyhow::Result<()> {
        for line in lines {
            if self.is_interrupted.load(Ordering::Relaxed) {
                bail!("interrupted before {}:{}", self.file.display(), line.number);
            }
            let place = format!("{}:{}: {}", self.file.display(), line.number, line.text);
            match &line.step {
                Step::Repeat { num, lines } => {
                    for _ in 0..*num {
                        self.run(lines)?;
                    }
                }
                Step::Expect(expect) => {
                    self.last(line)?;
                    let last = self.last.as_ref();
                    let outcome = last.map(|it| check::check(expect, it, &self.marks));
                    if let Some(Err(found)) = outcome {
                        eprintln!("kobako: {}", printable(&format!("{place}: {found}")));
                        self.num_failed += 1;
                    }
                }
                Step::Mark(name) => {
                    let last = self.last(line)?.clone();
                    self.marks.insert(name.clone(), last);
                }
                step => {
                    let start = Instant::now();
                    let note = self.step(step).with_context(|| place.clone())?;
                    if let Some(session) = &mut self.session {
                        session.check().with_context(|| place)?;
                    }
                    let is_release = matches!(step, Step::Release(_));
                    self.report(line, start.elapsed(), &note, is_release)?;
                }
            }
        }
        Ok(())
    }

    /// What is known after the last step, of which there is one.
    fn last(&mut self, line: &Line) -> anyhow::Result<&Taken> {
        if self.last.is_none() {
            self.report(line, Duration::ZERO, "", false)?;
        }
        self.last.as_ref().context("there is no report")
    }

    fn report(
        &mut self,
        line: &Line,
        duration: Duration,
        note: &str,
        is_release: bool,
    ) -> anyhow::Result<()> {
        // What reporting needs is not what is reported.
        let _scope = memory::scope(Component::Accounting);
        library::publish_memory();
        let report = memory::report();
        let view = ReportView::of(&report)?;
        self.output.write(&Done {
            line: line.number,
            text: &line.text,
            duration,
            report: &report,
            view: &view,
            released: self.released.as_ref().filter(|_| is_release),
            note,
        })?;
        self.last = Some(Taken {
            report: view,
            released: self.released.clone(),
        });
        Ok(())
    }

    /// Does a step; what is worth knowing about it.
    fn step(&mut self, step: &Step) -> anyhow::Result<String> {
        match step {
            Step::Library(path) => {
                self.session = None;
                self.library = Some(self.path(path)?);
            }
            Step::Synth { posts, tags } => {
                let library = self.new_library();
                make::synth(&library, *posts, *tags)?;
            }
            Step::Demo => {
                let library = self.new_library();
                make::demo(&library)?;
            }
            Step::Open => return self.open(),
            Step::Close => {
                self.picture = None;
                self.session = None;
            }
            Step::Query(query) => {
                query.clone_into(&mut self.query);
                let found = search::find(self.session()?, query, 0)?;
                return Ok(format!("{} found", found.total));
            }
            Step::Complete(text) => return self.complete(text),
            Step::Import(path) => {
                self.start_import(path)?;
                return self.await_imports();
            }
            Step::ImportStart(path) => self.start_import(path)?,
            Step::ImportWait => return self.await_imports(),
            Step::MakePicture { path, size } => {
                make::picture(&self.path(path)?, size.0, size.1)?;
            }
            Step::MakePictures { path, num, size } => {
                make::pictures(&self.path(path)?, *num, size.0, size.1)?;
            }
            Step::Scroll(num) => return self.scroll(*num),
            Step::View { what, size } => return self.view(what, *size),
            Step::Embeddings { dimensions } => {
                if self.session.is_some() {
                    bail!("embeddings are made before a library is opened; put open after this");
                }
                let library = self.library.clone();
                let library =
                    library.context("which library? put library, synth or demo before this")?;
                return similar::make_embeddings(&library, *dimensions);
            }
            Step::Index => return similar::load_index(self.session()?),
            Step::Similar(mode) => return similar::find(self.session()?, *mode),
            Step::Unload => {
                self.picture = None;
                similar::unload(self.session()?)?;
            }
            Step::Wait(duration) => self.wait(*duration)?,
            Step::Release(action) => return self.release(*action),
            Step::Budget(limit_bytes) => self.set_budget(*limit_bytes)?,
            Step::Report => {}
            // Are not steps that do something.
            Step::Mark(_) | Step::Expect(_) | Step::Repeat { .. } => {}
        }
        Ok(String::new())
    }

    fn path(&self, path: &str) -> anyhow::Result<PathBuf> {
        let joined = match path.strip_prefix("$tmp/") {
            Some(inside) => self.scratch.path().join(inside),
            None => self.folder.join(path),
        };
        Ok(std::path::absolute(joined)?)
    }

    fn new_library(&mut self) -> PathBuf {
        self.session = None;
        self.num_made += 1;
        let library = self
            .scratch
            .path()
            .join(format!("library-{}", self.num_made));
        self.library = Some(library.clone());
        library
    }

    fn session(&mut self) -> anyhow::Result<&mut Session> {
        self.session
            .as_mut()
            .context("no library is open; put open before this")
    }

    fn open(&mut self) -> anyhow::Result<String> {
        let library = self
            .library
            .clone()
            .context("which library? put library, synth or demo before this")?;
        self.session = None;
        let mut config = EngineConfig {
            create: true,
            ..EngineConfig::load(library).with_worker()
        };
        // Only what the steps say is done.
        config.settings.embed_after_import = false;
        let (session, summary) = Session::open(config)?;
        self.session = Some(session);
        Ok(format!(
            "{} posts, {} tags",
            summary.num_posts, summary.num_tags
        ))
    }

    fn complete(&mut self, text: &str) -> anyhow::Result<String> {
        let session = self.session()?;
        let asked = session.next_generation();
        session.ask(Request::Complete {
            generation: asked,
            text: text.to_owned(),
            cursor: text.len(),
            limit: 20,
        });
        loop {
            if let Event::Completions {
                generation, items, ..
            } = session.next()?
                && generation == asked
            {
                return Ok(format!("{} completions", items.len()));
            }
        }
    }

    fn start_import(&mut self, path: &str) -> anyhow::Result<()> {
        let path = self.path(path)?;
        let session = self.session()?;
        let num_before = session.imports().num_started;
        session.ask(Request::Import { paths: vec![path] });
        while session.imports().num_started == num_before {
            session.next()?;
        }
        Ok(())
    }

    fn await_imports(&mut self) -> anyhow::Result<String> {
        let is_interrupted = self.is_interrupted.clone();
        let session = self.session()?;
        while session.imports().num_ended < session.imports().num_started {
            session.next_within(INTERRUPT_INTERVAL)?;
            if is_interrupted.load(Ordering::Relaxed) {
                bail!("interrupted while importing; what was imported until then stays");
            }
        }
        let imports = session.imports();
        match &imports.stopped {
            Some(reason) => bail!("the import stopped: {reason}"),
            None => Ok(format!(
                "{} added, {} failed so far",
                imports.num_added, imports.num_failed
            )),
        }
    }

    fn scroll(&mut self, num: u32) -> anyhow::Result<String> {
        let query = self.query.clone();
        let session = self.session()?;
        let posts = search::find(session, &query, num as usize)?.posts;
        let mut num_shown = 0;
        for page in posts.chunks(PAGE) {
            session.ask(Request::Thumbnails {
                wanted: page.to_vec(),
            });
            let mut awaited: HashSet<PostId> = page.iter().copied().collect();
            while !awaited.is_empty() {
                if let Event::Thumbnail { post, thumbnail } = session.next()?
                    && awaited.remove(&post)
                {
                    num_shown += u32::from(thumbnail.is_ok());
                }
            }
        }
        Ok(format!("{num_shown} of {} have a thumbnail", posts.len()))
    }

    fn view(&mut self, what: &str, size: Size) -> anyhow::Result<String> {
        let post = self.find_post(what)?;
        // The window drops the one before as well.
        self.picture = None;
        let session = self.session()?;
        let asked = session.next_generation();
        session.ask(Request::OpenPost {
            generation: asked,
            post,
        });
        session.ask(Request::Picture {
            generation: asked,
            post,
            max_width: size.0,
            max_height: size.1,
        });
        let mut details = None;
        let mut picture = None;
        while details.is_none() || picture.is_none() {
            match session.next()? {
                Event::Post {
                    generation,
                    details: found,
                } if generation == asked => details = Some(found.map_err(anyhow::Error::msg)?),
                Event::Picture {
                    generation,
                    picture: found,
                    ..
                } if generation == asked => picture = Some(found.map_err(anyhow::Error::msg)?),
                _ => {}
            }
        }
        // As the window does: what is on screen holds no decoder up.
        if let Some(pixels) = &mut picture {
            pixels.permit = None;
        }
        self.picture = picture;
        let Some(pixels) = &self.picture else {
            bail!("there is no picture");
        };
        let mut note = format!("{}x{}", pixels.width, pixels.height);
        if let Some(degraded) = &pixels.degraded {
            note.push_str(&format!("; {degraded}"));
        }
        Ok(note)
    }

    /// A number, the name of a file, or the first of a query.
    fn find_post(&mut self, what: &str) -> anyhow::Result<PostId> {
        if let Ok(number) = what.parse() {
            return Ok(PostId(number));
        }
        let is_path = what.contains('/') && !what.contains(':');
        let query = match Path::new(what).file_name() {
            Some(name) if is_path => format!("filename:\"{}\"", name.to_string_lossy()),
            _ => what.to_owned(),
        };
        let found = search::find(self.session()?, &query, 1)?;
        let first = found.posts.first().copied();
        first.with_context(|| format!("{query} finds nothing that could be viewed"))
    }

    /// Until Ctrl-C at the longest.
    fn wait(&mut self, duration: Duration) -> anyhow::Result<()> {
        let end = Instant::now() + duration;
        while !self.is_interrupted.load(Ordering::Relaxed) {
            let left = end.saturating_duration_since(Instant::now()).min(GLANCE);
            if left.is_zero() {
                break;
            }
            match &mut self.session {
                Some(session) => {
                    session.next_within(left)?;
                }
                None => std::thread::sleep(left),
            }
        }
        Ok(())
    }

    /// As the window does: what it holds itself first, its thread's cache, then
    /// what the engine has.
    fn release(&mut self, action: Action) -> anyhow::Result<String> {
        if matches!(
            action,
            Action::ReleaseAll | Action::GiveBack(Cache::Picture)
        ) {
            self.picture = None;
            memory::flush_thread_cache();
        }
        let session = self.session()?;
        session.ask(Request::Release { action });
        loop {
            if let Event::Released(report) = session.next()? {
                let note = format!(
                    "predicted {} MB, freed {} MB",
                    megabytes(report.predicted_bytes as f64),
                    megabytes(report.freed_bytes as f64)
                );
                self.released = Some(report);
                return Ok(note);
            }
        }
    }

    fn set_budget(&mut self, limit_bytes: Option<u64>) -> anyhow::Result<()> {
        let session = self.session()?;
        session.ask(Request::SetBudget(BudgetWish {
            limit_bytes,
            ..BudgetWish::default()
        }));
        // Answered after it, since requests are done in order.
        session.ask(Request::ListSearches);
        while !matches!(session.next()?, Event::Searches { .. }) {}
        Ok(())
    }
}
