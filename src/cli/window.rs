//! The program without a command: the window, and an engine for each library that is
//! opened in it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use parking_lot::Mutex;

use super::{Arguments, default_library, interrupt, is_library, known_libraries, recent_libraries};
use crate::app::{self, LibraryChoice, WindowOptions};
use crate::engine::{self, EngineConfig, EngineHandle};
use crate::inspect;
use crate::message::Wake;
use crate::session::Session;
use crate::trace::Trace;

/// How long a library may take to close after the window has.
const CLOSE_LIMIT: Duration = Duration::from_secs(20);

/// Opens the window and stays until it is closed.
pub fn open_window(arguments: &Arguments) -> anyhow::Result<()> {
    let trace = match &arguments.trace {
        Some(path) => Trace::start(path)
            .with_context(|| format!("the trace can't be written to {}", path.display()))?,
        None => Trace::default(),
    };
    let is_free = arguments.library.is_none() && !arguments.demo;
    let known = known_libraries();
    let last = known.iter().find(|it| is_library(it));
    let first_dir = match last.filter(|_| is_free) {
        Some(dir) => dir.clone(),
        None => arguments.library_dir()?,
    };
    // It may lie on a disk that is not there now.
    let missing = match known.first() {
        Some(last) if is_free && !is_library(last) => Some(last),
        _ => known.iter().find(|it| **it == first_dir && !is_library(it)),
    };
    let choice = if arguments.demo {
        LibraryChoice::Demo
    } else if default_library(false).is_ok_and(|it| it == first_dir) {
        LibraryChoice::Usual
    } else {
        LibraryChoice::At(first_dir.clone())
    };
    let first = configure(first_dir.clone(), arguments.demo);
    // The engine tells what is wrong with it.
    let (session, _) = Session::load(&first_dir);
    let is_end_wanted: Arc<AtomicBool> = Arc::default();
    let options = WindowOptions {
        is_end_wanted: is_end_wanted.clone(),
        title: app::title(&choice),
        notice: missing.map(|it| app::missing_library(it, &first_dir)),
        demo: arguments.demo,
        texture_limit_bytes: first.budget.textures_limit(),
        settings: first.settings.window(),
        session: Some(session.unwrap_or_default()),
        trace,
        ..WindowOptions::default()
    };
    let handles: Rc<RefCell<Vec<(PathBuf, EngineHandle)>>> = Rc::default();
    let started = handles.clone();
    let mut first = Some(first);
    let ends = Ends::default();
    ends.watch(is_end_wanted);
    let closing = ends.clone();
    let connect: app::Connect = Box::new(move |choice, wake| {
        let (dir, is_demo) = match choice {
            LibraryChoice::At(dir) => (std::path::absolute(dir)?, false),
            LibraryChoice::Usual => (usual(false)?, false),
            LibraryChoice::Demo => (usual(true)?, true),
        };
        // Opened again at once, it may still be closing.
        let closing: Vec<EngineHandle> = started
            .borrow()
            .iter()
            .filter(|it| it.0 == dir)
            .map(|it| it.1.clone())
            .collect();
        ends.serve(&dir);
        let (known, place) = (first.take(), dir.clone());
        let configured = move || {
            for engine in closing {
                engine.wait(CLOSE_LIMIT);
            }
            known.unwrap_or_else(|| configure(place_in(place), is_demo))
        };
        ends.wake_by(&wake);
        let (side, handle) = engine::spawn_with(configured, wake)?;
        started.borrow_mut().push((dir, handle));
        Ok(side)
    });
    let outcome = app::run(options, LibraryChoice::At(first_dir), connect);
    drop(closing.server.lock().take());
    for (dir, handle) in handles.borrow().iter() {
        if !handle.wait(CLOSE_LIMIT) {
            let dir = dir.display();
            tracing::warn!(%dir, "the library could not be closed in time; nothing saved is lost");
        }
    }
    Ok(outcome?)
}

/// What a signal that ends the program needs: a way to wake the window, so that it closes,
/// and what other processes ask, whose socket has to go.
#[derive(Clone, Default)]
struct Ends {
    wake: Arc<Mutex<Option<Wake>>>,
    server: Arc<Mutex<Option<inspect::Server>>>,
}

impl Ends {
    /// Ctrl-C and a polite kill close the window as a person does.
    fn watch(&self, is_end_wanted: Arc<AtomicBool>) {
        let Self { wake, server } = self.clone();
        let end = move || {
            is_end_wanted.store(true, Ordering::Relaxed);
            let wake = wake.lock().clone();
            if let Some(wake) = wake {
                wake();
            }
        };
        if let Err(err) = interrupt::on_end(end, move || drop(server.lock().take())) {
            tracing::warn!("a signal will end the program without closing it: {err}");
        }
    }

    fn wake_by(&self, wake: &Wake) {
        *self.wake.lock() = Some(wake.clone());
    }

    /// Answers other processes about this library, and no more about the one before.
    fn serve(&self, library: &Path) {
        let mut server = self.server.lock();
        drop(server.take());
        *server = inspect::serve(library);
    }
}

fn configure(dir: PathBuf, is_demo: bool) -> EngineConfig {
    EngineConfig {
        create: true,
        demo: is_demo,
        recent: recent_libraries(),
        ..EngineConfig::load(dir).with_worker()
    }
}

/// The folder itself where it is a library, empty or not there; else one inside it, so
/// that nobody's folder of pictures is strewn with files of a library.
fn place_in(dir: PathBuf) -> PathBuf {
    let is_library = dir.join("library.db").exists();
    let is_free = std::fs::read_dir(&dir).map_or(true, |mut it| it.next().is_none());
    if is_library || is_free {
        dir
    } else {
        dir.join("Kobako library")
    }
}

fn usual(is_demo: bool) -> std::io::Result<PathBuf> {
    default_library(is_demo).map_err(std::io::Error::other)
}
