//! The engine thread: owns the library, the tag cache, search and similarity,
//! and answers requests. Long work runs as jobs on inputs of their own.
//!
//! ```text
//!  Request ──▶ inbox ──▶ core ──▶ outlet ──▶ Event, wake
//!             (newest     │ ▲
//!              wins)      │ └── news ◀── jobs: import, picture, memory walk
//!                         └── thumbs: decoder threads, latest list wins
//! ```
//!
//! The thread sleeps in one `select` over all of its channels. Nothing polls:
//! an idle engine costs no wake-up at all. It never works longer than about
//! 8 ms between two looks at the requests.

mod core;
mod jobs;
mod known_file;
pub mod search;
pub mod similarity;
pub mod tag_cache;
mod thumbs;
pub mod worker;

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::memory::{self, Budget, Component};
use crate::message::{self, Event, Notice, Wake, WindowSide};
use crate::settings::Settings;

use self::core::{Core, Inbox, Outlet};
use self::jobs::Patience;

pub use self::jobs::embed;

/// How long the last events may take to be fetched before they are given up.
const FAREWELL_SECS: u64 = 2;

/// How the engine is started.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// The library's folder.
    pub library: PathBuf,
    /// Make the library where there is none; otherwise that is an error.
    pub create: bool,
    /// Import the pictures that come with the program, where they are not there already.
    pub demo: bool,
    pub settings: Settings,
    /// The program that embeds pictures as a process of its own; `None` where
    /// none are to be embedded.
    pub worker: Option<PathBuf>,
    /// What decoders, pictures and queues may use at once.
    pub budget: Budget,
    /// What was found while starting, told after `Ready`.
    pub notices: Vec<Notice>,
    /// Where the list of libraries is that this person opened; `None` where this one
    /// is not to be in it, and no list can be told.
    pub recent: Option<PathBuf>,
}

impl EngineConfig {
    /// The configuration of the library in `library`, with the settings found there.
    pub fn load(library: PathBuf) -> Self {
        let (settings, notices) = Settings::load(&library);
        let budget = Budget::new(settings.budget(), settings.pools());
        Self {
            library,
            create: false,
            demo: false,
            settings,
            worker: None,
            budget,
            notices,
            recent: None,
        }
    }

    /// Lets pictures be embedded, by this very program: only right in `kobako`
    /// itself.
    #[must_use]
    pub fn with_worker(mut self) -> Self {
        match worker::default_program() {
            Ok(program) => self.worker = Some(program),
            Err(err) => tracing::warn!(%err, "no picture can be embedded"),
        }
        self
    }
}

/// How often it is looked whether a library that closes still comes farther.
const LOOK: Duration = Duration::from_millis(100);

/// How far changes of posts have come. While this grows, a library that is closed is
/// still bringing posts back, and the program should not be ended.
pub fn finished_steps() -> u64 {
    jobs::num_steps()
}

/// Waits for the engine to end.
#[derive(Clone, Debug)]
pub struct EngineHandle {
    /// Never sent to; disconnected once the thread has closed the library.
    ended: Receiver<()>,
}

impl EngineHandle {
    /// Waits until the library is closed, at most `limit` after a change of posts last
    /// came farther; `true` where it is.
    ///
    /// The engine stops on [`message::Request::Shutdown`], or once the window's
    /// ends of the channels are gone.
    pub fn wait(&self, limit: Duration) -> bool {
        let mut patience = Patience::new(limit, finished_steps);
        let look = limit.min(LOOK);
        loop {
            let ended = self.ended.recv_timeout(look);
            if matches!(ended, Err(RecvTimeoutError::Disconnected)) {
                return true;
            }
            if patience.is_over() {
                return false;
            }
        }
    }
}

/// Starts the engine on a thread of its own. Opening the library happens
/// there: the first event is `Ready`, or `Notice` and `Stopped`.
pub fn spawn(config: EngineConfig, wake: Wake) -> std::io::Result<(WindowSide, EngineHandle)> {
    spawn_with(move || config, wake)
}

/// Like [`spawn`], where finding out how it is to be started may take a while: it is
/// done on the engine's thread.
pub fn spawn_with(
    configure: impl FnOnce() -> EngineConfig + Send + 'static,
    wake: Wake,
) -> std::io::Result<(WindowSide, EngineHandle)> {
    let (window, engine) = message::channel();
    let (alive, ended) = crossbeam_channel::bounded(0);
    memory::spawn("engine", Component::Engine, move || {
        let mut outlet = Outlet::new(engine.events, wake);
        let inbox = Inbox::new(engine.requests);
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| {
            match Core::open(configure(), &inbox, &mut outlet) {
                Ok(mut core) => {
                    core.run();
                    core.close();
                }
                Err(err) => outlet.tell(Event::Notice(Notice {
                    is_error: true,
                    message: err.to_string(),
                    way_out: None,
                })),
            }
        }));
        if let Err(panic) = outcome {
            outlet.tell(Event::Notice(Notice {
                is_error: true,
                message: format!(
                    "The engine stopped because of an error in the program: {}",
                    jobs::panic_message(&*panic)
                ),
                way_out: Some(
                    "Start again; nothing that was saved is lost. Please report this text"
                        .to_owned(),
                ),
            }));
        }
        outlet.finish(Duration::from_secs(FAREWELL_SECS));
        drop(alive);
    })?;
    Ok((window, EngineHandle { ended }))
}
