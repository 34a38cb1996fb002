//! Answers other processes of the same user.

use std::io::ErrorKind;
use std::os::fd::AsFd as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::line::{self, Lines};
use super::{Answer, Hello, InspectError, MAX_REQUEST_BYTES, PROTOCOL, Question, place};
use crate::library;
use crate::memory::{self, Component, Report};

/// How long a client may take to ask.
const ASK_LIMIT: Duration = Duration::from_secs(1);

/// How long a client may take to fetch an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// How long a busy server's excuse may take: it is short, and fits.
const EXCUSE_LIMIT: Duration = Duration::from_millis(50);

/// Clients that are attended to at once.
const MAX_CLIENTS: usize = 8;

const WATCH_INTERVAL: Duration = Duration::from_secs(1);

/// Answers until it is dropped, which removes its socket.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    library: PathBuf,
    is_stopped: AtomicBool,
    num_clients: AtomicUsize,
    /// One walk at a time, however many ask.
    walk: Mutex<()>,
}

impl Server {
    /// Makes the socket of this process and a thread that sleeps at it.
    /// `library` is what the process says it has open.
    pub fn start(library: &Path) -> Result<Self, InspectError> {
        let _scope = memory::scope(Component::Accounting);
        let mut refused = None;
        for folder in place::folders() {
            match Self::start_in(&folder, library) {
                Ok(server) => return Ok(server),
                Err(err) => {
                    if let Some(err) = refused.replace(err) {
                        tracing::warn!("{err}");
                    }
                }
            }
        }
        Err(refused.unwrap_or(InspectError::Unsupported))
    }

    pub(super) fn start_in(folder: &Path, library: &Path) -> Result<Self, InspectError> {
        place::make(folder)?;
        place::remove_stale(folder);
        let path = place::socket(folder, std::process::id());
        let failed = |source| InspectError::Make {
            path: path.clone(),
            source,
        };
        // Of an earlier process with this number, which was a Kobako as well.
        match std::fs::remove_file(&path) {
            Err(err) if err.kind() != ErrorKind::NotFound => return Err(failed(err)),
            Ok(()) | Err(_) => {}
        }
        let listener = UnixListener::bind(&path).map_err(failed)?;
        let server = Self {
            path: path.clone(),
            shared: Arc::new(Shared {
                library: library.to_owned(),
                is_stopped: AtomicBool::new(false),
                num_clients: AtomicUsize::new(0),
                walk: Mutex::new(()),
            }),
        };
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        let shared = server.shared.clone();
        memory::spawn("inspect", Component::Accounting, move || {
            shared.accept(&listener);
        })
        .map_err(failed)?;
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_stopped.store(true, Ordering::Release);
        // Wakes the thread, which then sees that it is over.
        let _ = UnixStream::connect(&self.path);
        let _ = std::fs::remove_file(&self.path);
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &UnixListener) {
        loop {
            let stream = listener.accept();
            if self.is_stopped.load(Ordering::Acquire) {
                return;
            }
            match stream {
                Ok((stream, _)) => self.admit(stream),
                Err(err) => {
                    tracing::warn!("a connection of kobako mem --pid failed: {err}");
                    // Out of file descriptors: not at once again.
                    std::thread::sleep(ASK_LIMIT);
                }
            }
        }
    }

    fn admit(self: &Arc<Self>, stream: UnixStream) {
        if self.num_clients.fetch_add(1, Ordering::AcqRel) >= MAX_CLIENTS {
            self.num_clients.fetch_sub(1, Ordering::AcqRel);
            let excuse = Answer {
                error: Some(format!("{MAX_CLIENTS} others are asking already")),
                is_busy: true,
                ..answer()
            };
            // Who does not even take the excuse goes without.
            let _ = tell(&stream, &excuse, EXCUSE_LIMIT);
            return;
        }
        let place = Place(self.clone());
        let thread = memory::spawn("inspect client", Component::Accounting, move || {
            if let Err(err) = place.0.attend(&stream) {
                tracing::debug!("a client of kobako mem --pid was given up: {err}");
            }
        });
        if let Err(err) = thread {
            tracing::warn!("no thread for kobako mem --pid can be started: {err}");
        }
    }

    fn attend(&self, stream: &UnixStream) -> std::io::Result<()> {
        if memory::peer(stream.as_fd())?.user != memory::user_id() {
            // The folder lets nobody else in; root could be let in by its rights.
            return tell_error(stream, "you are another user".to_owned(), ANSWER_LIMIT);
        }
        let deadline = Instant::now() + ASK_LIMIT;
        let line = match Lines::default().next(stream, MAX_REQUEST_BYTES, deadline) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err(err) if err.kind() == ErrorKind::InvalidData => {
                return tell_error(stream, err.to_string(), ANSWER_LIMIT);
            }
            Err(err) if err.kind() == ErrorKind::TimedOut => {
                let message = format!("no request line within {} s", ASK_LIMIT.as_secs());
                return tell_error(stream, message, ANSWER_LIMIT);
            }
            Err(err) => return Err(err),
        };
        match Question::parse(&line) {
            Ok(Question::Hello) => tell(
                stream,
                &Answer::<Report> {
                    hello: Some(self.hello()),
                    ..answer()
                },
                ANSWER_LIMIT,
            ),
            Ok(Question::Report) => self.tell_report(stream),
            Ok(Question::Watch) => loop {
                self.tell_report(stream)?;
                if has_hung_up(stream, WATCH_INTERVAL)? || self.is_stopped.load(Ordering::Acquire) {
                    return Ok(());
                }
            },
            Err(message) => tell_error(stream, message, ANSWER_LIMIT),
        }
    }

    fn hello(&self) -> Hello {
        Hello {
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            library: self.library.clone(),
            rss_bytes: memory::resident_bytes(),
        }
    }

    fn tell_report(&self, stream: &UnixStream) -> std::io::Result<()> {
        let report = {
            let _walk = self.walk.lock().unwrap_or_else(PoisonError::into_inner);
            library::publish_memory();
            memory::report()
        };
        tell(
            stream,
            &Answer {
                report: Some(report),
                ..answer()
            },
            ANSWER_LIMIT,
        )
    }
}

/// Counted among the clients until it is dropped.
struct Place(Arc<Shared>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.num_clients.fetch_sub(1, Ordering::AcqRel);
    }
}

fn answer<R>() -> Answer<R> {
    Answer {
        protocol: PROTOCOL,
        hello: None,
        report: None,
        error: None,
        is_busy: false,
    }
}

fn tell_error(stream: &UnixStream, message: String, limit: Duration) -> std::io::Result<()> {
    let said = Answer::<Report> {
        error: Some(message),
        ..answer()
    };
    tell(stream, &said, limit)
}

fn tell(stream: &UnixStream, answer: &Answer<Report>, limit: Duration) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    line::write_all(stream, &line, Instant::now() + limit)
}

/// Waits for `limit`, or until the client hangs up. It is an error where it says
/// something, which nothing asked for.
fn has_hung_up(stream: &UnixStream, limit: Duration) -> std::io::Result<bool> {
    use std::io::Read as _;
    stream.set_read_timeout(Some(limit))?;
    match (&mut &*stream).read(&mut [0]) {
        Ok(0) => Ok(true),
        Ok(_) => Err(ErrorKind::InvalidData.into()),
        Err(err) => match err.kind() {
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Ok(false),
            _ => Err(err),
        },
    }
}
