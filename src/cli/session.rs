//! A command's talk with the engine, over the window's channels.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use crossbeam_channel::RecvTimeoutError;

use crate::engine::{self, EngineConfig, EngineHandle};
use crate::message::{Event, Generation, LibrarySummary, Notice, Request, WindowSide};

/// How long closing the library may take.
const CLOSE_LIMIT: Duration = Duration::from_secs(20);

/// A running engine. Dropping it stops the engine and closes the library.
pub(super) struct Session {
    side: WindowSide,
    handle: EngineHandle,
    newest: Generation,
    /// An error that no answer carries, told by a notice.
    error: Option<String>,
    imports: Imports,
}

/// What the imports of a session came to.
#[derive(Debug, Default)]
pub(super) struct Imports {
    pub num_started: u64,
    pub num_ended: u64,
    pub num_added: u64,
    pub num_failed: u64,
    /// Why one of them ended before its end.
    pub stopped: Option<String>,
}

impl Session {
    /// Starts the engine and waits until the library is open.
    pub fn open(config: EngineConfig) -> anyhow::Result<(Self, LibrarySummary)> {
        let (side, handle) = engine::spawn(config, Arc::new(|| ()))?;
        let mut session = Self {
            side,
            handle,
            newest: Generation::default(),
            error: None,
            imports: Imports::default(),
        };
        loop {
            if let Event::Ready(summary) = session.next()? {
                return Ok((session, summary));
            }
        }
    }

    pub fn ask(&mut self, request: Request) {
        self.side.requests.send(request);
    }

    pub fn next_generation(&mut self) -> Generation {
        self.newest = self.newest.next();
        self.newest
    }

    /// The next event that is an answer; notices go to stderr.
    pub fn next(&mut self) -> anyhow::Result<Event> {
        loop {
            if let Some(event) = self.next_within(Duration::MAX)? {
                return Ok(event);
            }
        }
    }

    /// Like [`Self::next`]; `None` where none comes within `limit`.
    pub fn next_within(&mut self, limit: Duration) -> anyhow::Result<Option<Event>> {
        loop {
            self.side.requests.flush();
            match self.side.events.recv_timeout(limit) {
                Ok(Event::Notice(notice)) => self.hear(notice),
                // Nothing is on a screen, so nothing can be given back.
                Ok(Event::GiveBack { generation, .. }) => {
                    self.side.requests.send(Request::GaveBack { generation });
                }
                Ok(Event::Stopped) | Err(RecvTimeoutError::Disconnected) => {
                    match self.error.take() {
                        Some(error) => bail!(error),
                        None => bail!("the engine stopped without saying why"),
                    }
                }
                Ok(event) => {
                    self.imports.note(&event);
                    return Ok(Some(event));
                }
                Err(RecvTimeoutError::Timeout) => return Ok(None),
            }
        }
    }

    pub fn imports(&self) -> &Imports {
        &self.imports
    }

    /// Fails with what went wrong beside the answers, if anything did.
    pub fn check(&mut self) -> anyhow::Result<()> {
        match self.error.take() {
            Some(error) => bail!(error),
            None => Ok(()),
        }
    }

    fn hear(&mut self, notice: Notice) {
        let text = match notice.way_out {
            Some(way_out) => format!("{} ({way_out})", notice.message),
            None => notice.message,
        };
        if notice.is_error {
            // The first is the cause; later ones are told at once.
            if self.error.is_none() {
                self.error = Some(text);
                return;
            }
        }
        eprintln!("kobako: {}", super::printable(&text));
    }
}

impl Imports {
    fn note(&mut self, event: &Event) {
        match event {
            Event::ImportStarted { .. } => self.num_started += 1,
            Event::ImportFinished { report, .. } => {
                self.num_ended += 1;
                self.num_added += report.added;
                self.num_failed += report.failed.len() as u64;
                self.stopped = report.stopped.clone().or(self.stopped.take());
            }
            _ => {}
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.side.requests.send(Request::Shutdown);
        // Fetching the last events lets the engine end at once.
        while self.side.events.recv_timeout(CLOSE_LIMIT).is_ok() {
            self.side.requests.flush();
        }
        if !self.handle.wait(CLOSE_LIMIT) {
            eprintln!("kobako: the library could not be closed in time; nothing saved is lost");
        }
    }
}
