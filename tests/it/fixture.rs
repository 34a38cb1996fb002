//! Pictures and engines that tests share.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kobako::engine::{self, EngineConfig, EngineHandle};
use kobako::message::{
    Event, Generation, ImportReport, JobId, LibrarySummary, Request, Wake, WindowSide,
};
use kobako::model::PostId;

/// More than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes `num` small pictures, each with its own pixels and its tags in a
/// sidecar: `picture`, `number_N`, and `even` or `odd`.
pub fn make_pictures(dir: &Path, num: u32) {
    std::fs::create_dir_all(dir).unwrap();
    for number in 0..num {
        make_picture(&dir.join(format!("{number:04}.png")), number);
        let parity = if number % 2 == 0 { "even" } else { "odd" };
        let tags = format!("picture\nnumber_{number}\n{parity}\n");
        std::fs::write(dir.join(format!("{number:04}.png.txt")), tags).unwrap();
    }
}

pub fn make_picture(path: &Path, seed: u32) {
    let picture = image::RgbImage::from_fn(48, 32, |x, y| {
        let [red, green, blue, _] = seed.wrapping_mul(0x9E37_79B9).to_le_bytes();
        let shade = (x * 5 + y * 3) as u8;
        image::Rgb([red ^ shade, green.wrapping_add(shade), blue])
    });
    picture.save(path).unwrap();
}

/// Runs a test, named with its module, in a process of its own whose home, and so
/// whose trash, is a new folder, which `run` gets.
pub fn in_own_home(test: &str, run: fn(&Path)) {
    const HOME: &str = "KOBAKO_TEST_HOME";
    if let Some(home) = std::env::var_os(HOME) {
        return run(Path::new(&home));
    }
    let home = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(HOME, home.path())
        .env("HOME", home.path())
        .env("XDG_DATA_HOME", home.path().join("data"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    assert!(said.contains("1 passed"), "{said}");
}

/// A running engine, asked as the window asks.
pub struct Engine {
    pub side: WindowSide,
    handle: EngineHandle,
    newest: u64,
}

impl Engine {
    /// Starts it on a library that is made if need be.
    pub fn start(library: &Path) -> (Self, LibrarySummary) {
        let mut engine = Self::with(EngineConfig {
            create: true,
            ..EngineConfig::load(library.to_owned())
        });
        let summary = engine.wait(|it| match it {
            Event::Ready(summary) => Some(summary),
            _ => None,
        });
        (engine, summary)
    }

    pub fn with(config: EngineConfig) -> Self {
        Self::with_wake(config, Arc::new(|| ()))
    }

    pub fn with_wake(config: EngineConfig, wake: Wake) -> Self {
        let (side, handle) = engine::spawn(config, wake).unwrap();
        Self {
            side,
            handle,
            newest: 0,
        }
    }

    pub fn ask(&mut self, request: Request) {
        self.side.requests.send(request);
    }

    pub fn generation(&mut self) -> Generation {
        self.newest += 1;
        Generation(self.newest)
    }

    /// The next event.
    #[track_caller]
    pub fn next(&mut self) -> Event {
        self.side.requests.flush();
        self.side
            .events
            .recv_timeout(PATIENCE)
            .expect("the engine says something")
    }

    /// Takes events until `pick` takes one.
    #[track_caller]
    pub fn wait<T>(&mut self, mut pick: impl FnMut(Event) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < deadline, "the awaited event did not come");
            if let Some(picked) = pick(self.next()) {
                return picked;
            }
        }
    }

    /// All posts that a query finds.
    #[track_caller]
    pub fn search(&mut self, query: &str) -> Vec<PostId> {
        let asked = self.generation();
        self.ask(Request::Search {
            generation: asked,
            query: query.to_owned(),
            seed: 1,
        });
        let mut posts = Vec::new();
        self.wait(|it| match it {
            Event::Results(batch) if batch.generation == asked => {
                assert_eq!(batch.offset, posts.len());
                posts.extend_from_slice(&batch.posts);
                batch.is_last.then_some(())
            }
            Event::SearchFailed { generation, error } if generation == asked => {
                panic!("{query}: {error}")
            }
            _ => None,
        });
        posts
    }

    #[track_caller]
    pub fn start_import(&mut self, paths: &[PathBuf]) -> JobId {
        self.ask(Request::Import {
            paths: paths.to_vec(),
        });
        self.wait(|it| match it {
            Event::ImportStarted { job } => Some(job),
            _ => None,
        })
    }

    #[track_caller]
    pub fn finish_import(&mut self, awaited: JobId) -> ImportReport {
        self.wait(|it| match it {
            Event::ImportFinished { job, report } if job == awaited => Some(report),
            _ => None,
        })
    }

    #[track_caller]
    pub fn import(&mut self, paths: &[PathBuf]) -> ImportReport {
        let job = self.start_import(paths);
        self.finish_import(job)
    }

    /// Shuts it down and waits until the library is closed.
    #[track_caller]
    pub fn stop(mut self) {
        self.ask(Request::Shutdown);
        self.wait(|it| matches!(it, Event::Stopped).then_some(()));
        assert!(self.handle.wait(PATIENCE), "the engine ends");
    }
}

/// Other bytes, in a file that is as it was imported by size and time.
pub fn damage(path: &Path) {
    let before = std::fs::metadata(path).unwrap();
    std::fs::write(path, vec![b'x'; before.len() as usize]).unwrap();
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
}
