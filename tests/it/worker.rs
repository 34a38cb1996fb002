//! The real worker process: the program itself, started and ended in every way.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kobako::engine::worker::{
    self, EmbedError, ModelSpec, PictureInput, WorkerClient, WorkerConfig,
};
use kobako::memory::Permits;

use crate::fixture;

const NEVER: &dyn Fn() -> bool = &|| false;

fn config() -> WorkerConfig {
    WorkerConfig::new(
        PathBuf::from(env!("CARGO_BIN_EXE_kobako")),
        ModelSpec::built_in(),
    )
}

fn picture(dir: &Path, seed: u32) -> PictureInput {
    let path = dir.join(format!("{seed}.png"));
    fixture::make_picture(&path, seed);
    PictureInput::Path(path)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// Sends a signal to the worker.
fn signal(pid: u32, name: &str) {
    let sent = std::process::Command::new("kill")
        .args([format!("-{name}"), pid.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// Whether a process is there and not only waiting to be noticed.
fn is_running(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    !stat
        .rsplit(") ")
        .next()
        .unwrap_or_default()
        .starts_with('Z')
}

fn await_end(pid: u32) {
    let start = Instant::now();
    while is_running(pid) {
        assert!(start.elapsed() < Duration::from_secs(20), "{pid} stays");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_workers_embedding_is_the_models_own() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(config());
    assert_eq!((client.pid(), client.rss_bytes()), (None, None));
    let mut alone = worker::load(&ModelSpec::built_in()).unwrap();
    assert_eq!(alone.dimensions(), 1_280);
    let permits = Permits::new(64 << 20);
    for seed in 1..4 {
        let input = picture(dir.path(), seed);
        let PictureInput::Path(path) = &input else {
            panic!("it is a file");
        };
        let values = client.embed(&input, NEVER).unwrap();
        assert_eq!(values, alone.embed_file(path, &permits).unwrap());
    }
    assert!(client.rss_bytes().unwrap() > 10 << 20);
    assert_eq!(client.figures().num_starts(), 1);
    let pid = client.pid().unwrap();
    drop(client);
    await_end(pid);
}

#[test]
fn pixels_are_embedded_as_their_file_is() {
    let dir = tempfile::tempdir().unwrap();
    let input = picture(dir.path(), 5);
    let PictureInput::Path(path) = &input else {
        panic!("it is a file");
    };
    let decoded = image::open(path).unwrap().into_rgba8();
    let pixels = PictureInput::Pixels {
        width: decoded.width(),
        height: decoded.height(),
        rgba: decoded.into_raw(),
    };
    let mut client = WorkerClient::new(config());
    let of_file = client.embed(&input, NEVER).unwrap();
    let of_pixels = client.embed(&pixels, NEVER).unwrap();
    assert!(cosine(&of_file, &of_pixels) > 0.9999);
    let other = client.embed(&picture(dir.path(), 6), NEVER).unwrap();
    assert!(cosine(&of_file, &other) < 0.99);
    for (width, height, num_bytes) in [(0, 1, 0), (1, 1, 3), (5_000, 1, 20_000)] {
        let broken = PictureInput::Pixels {
            width,
            height,
            rgba: vec![0; num_bytes],
        };
        let refused = client.embed(&broken, NEVER);
        assert!(
            matches!(refused, Err(EmbedError::Picture(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn a_picture_that_is_none_is_refused_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let text = dir.path().join("text.png");
    std::fs::write(&text, "no picture").unwrap();
    let mut client = WorkerClient::new(config());
    for (path, reason) in [
        (text, "known format"),
        (dir.path().join("missing.png"), "can't be opened"),
        (dir.path().to_owned(), "not a regular file"),
    ] {
        let refused = client.embed(&PictureInput::Path(path), NEVER);
        assert!(
            matches!(&refused, Err(EmbedError::Picture(text)) if text.contains(reason)),
            "{refused:?}"
        );
    }
    assert_eq!(client.figures().num_starts(), 1);
}

#[test]
fn killed_with_nothing_to_do_it_is_started_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(config());
    let input = picture(dir.path(), 1);
    let first = client.embed(&input, NEVER).unwrap();
    let pid = client.pid().unwrap();
    signal(pid, "KILL");
    assert_eq!(client.embed(&input, NEVER).unwrap(), first);
    assert_ne!(client.pid(), Some(pid));
    assert_eq!(client.figures().num_starts(), 2);
}

/// Calls `act` with the process of each worker that `client` has had so far,
/// once each, as soon as it has its model, until dropped.
struct Saboteur {
    thread: Option<std::thread::JoinHandle<u32>>,
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

impl Saboteur {
    fn new(client: &WorkerClient, times: u32, name: &'static str) -> Self {
        let figures = client.figures().clone();
        let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
        let over = is_over.clone();
        let thread = std::thread::spawn(move || {
            let mut hit = None;
            let mut num_hits = 0;
            while num_hits < times && !over.load(std::sync::atomic::Ordering::Relaxed) {
                match figures.pid() {
                    Some(pid) if Some(pid) != hit => {
                        signal(pid, name);
                        hit = Some(pid);
                        num_hits += 1;
                    }
                    _ => std::thread::sleep(Duration::from_millis(1)),
                }
            }
            num_hits
        });
        Self {
            thread: Some(thread),
            is_over,
        }
    }

    fn num_hits(mut self) -> u32 {
        self.is_over
            .store(true, std::sync::atomic::Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap()
    }
}

#[test]
fn a_picture_that_hangs_the_worker_is_tried_once_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(WorkerConfig {
        picture_timeout: Duration::from_secs(2),
        ..config()
    });
    let input = picture(dir.path(), 1);
    let first = client.embed(&input, NEVER).unwrap();
    // Stopped, it hangs as if for ever.
    let saboteur = Saboteur::new(&client, 1, "STOP");
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(client.embed(&input, NEVER).unwrap(), first);
    assert_eq!(saboteur.num_hits(), 1);
    assert_eq!(client.figures().num_starts(), 2);
}

#[test]
fn a_worker_that_is_killed_over_a_picture_is_started_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(config());
    let inputs: Vec<_> = (0..30).map(|it| picture(dir.path(), it)).collect();
    client.embed(&inputs[0], NEVER).unwrap();
    let figures = client.figures().clone();
    let killer = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(200));
        signal(figures.pid().unwrap(), "KILL");
    });
    for input in &inputs {
        client.embed(input, NEVER).unwrap();
    }
    killer.join().unwrap();
    client.embed(&inputs[0], NEVER).unwrap();
    assert_eq!(client.figures().num_starts(), 2);
}

#[test]
fn a_picture_that_costs_two_workers_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(WorkerConfig {
        picture_timeout: Duration::from_millis(0),
        ..config()
    });
    // In no time at all, every picture is one that hangs.
    let lost = client.embed(&picture(dir.path(), 1), NEVER);
    assert!(
        matches!(&lost, Err(EmbedError::Killed(reason)) if reason.contains("in time")),
        "{lost:?}"
    );
    assert_eq!(client.figures().num_starts(), 2);
    assert_eq!(client.pid(), None);
}

#[test]
fn cancelling_waits_for_nothing_and_costs_no_worker() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(config());
    let input = picture(dir.path(), 1);
    let first = client.embed(&input, NEVER).unwrap();
    signal(client.pid().unwrap(), "STOP");
    let start = Instant::now();
    assert_eq!(client.embed(&input, &|| true), Err(EmbedError::Cancelled));
    assert!(start.elapsed() < Duration::from_secs(2));
    signal(client.pid().unwrap(), "CONT");
    // The answer that nobody waited for is not taken for this one.
    let second = client.embed(&picture(dir.path(), 2), NEVER).unwrap();
    assert_ne!(second, first);
    assert_eq!(client.figures().num_starts(), 1);
}

#[test]
fn an_idle_worker_leaves_and_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(WorkerConfig {
        idle: Duration::from_secs(100),
        ..config()
    });
    let input = picture(dir.path(), 1);
    client.embed(&input, NEVER).unwrap();
    let pid = client.pid().unwrap();
    assert!(!client.stop_if_idle(Instant::now()));
    assert!(client.stop_if_idle(Instant::now() + Duration::from_secs(101)));
    await_end(pid);
    assert_eq!((client.pid(), client.leaves_at()), (None, None));
    client.embed(&input, NEVER).unwrap();
    assert_eq!(client.figures().num_starts(), 2);
}

#[test]
fn a_worker_that_takes_too_much_memory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(WorkerConfig {
        memory_limit_bytes: 8 << 20,
        ..config()
    });
    let refused = client.embed(&picture(dir.path(), 1), NEVER);
    assert!(
        matches!(&refused, Err(EmbedError::Model(reason)) if reason.contains("worker_memory_mb")),
        "{refused:?}"
    );
    assert_eq!(client.pid(), None);
}

#[test]
fn a_worker_that_grows_over_a_picture_is_ended_and_so_is_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = WorkerClient::new(config());
    let input = picture(dir.path(), 1);
    client.embed(&input, NEVER).unwrap();
    let pid = client.pid().unwrap();
    // It takes its time, and has more than it may have all of a sudden.
    signal(pid, "STOP");
    client.set_memory_limit(8 << 20);
    let refused = client.embed(&input, NEVER);
    assert!(
        matches!(&refused, Err(EmbedError::Model(reason)) if reason.contains("worker_memory_mb")),
        "{refused:?}"
    );
    await_end(pid);
    assert_eq!(client.figures().num_starts(), 2);
    // With room again it goes on.
    client.set_memory_limit(512 << 20);
    client.embed(&input, NEVER).unwrap();
}

#[test]
fn what_is_no_worker_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    for program in ["/bin/cat", "/bin/true", "/bin/echo", "/nowhere/kobako"] {
        let mut client = WorkerClient::new(WorkerConfig {
            program: program.into(),
            ..config()
        });
        let failed = client.embed(&picture(dir.path(), 1), NEVER);
        assert!(matches!(failed, Err(EmbedError::Model(_))), "{failed:?}");
    }
}

#[test]
fn a_model_that_is_none_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("model.onnx");
    let input = picture(dir.path(), 1);
    let refusal = |path: &Path| {
        let spec = ModelSpec::preset("custom", path).unwrap();
        let mut client = WorkerClient::new(WorkerConfig {
            model: spec,
            ..config()
        });
        let Err(EmbedError::Model(reason)) = client.embed(&input, NEVER) else {
            panic!("{} is no model", path.display());
        };
        assert!(reason.contains(&path.display().to_string()), "{reason}");
        reason
    };
    assert!(refusal(&path).contains("model_path"));
    std::fs::write(&path, "no model").unwrap();
    assert!(refusal(&path).contains("ONNX"));
    assert!(refusal(dir.path()).contains("not a file"));
}

#[test]
fn the_worker_goes_when_its_parent_is_killed() {
    // A parent that starts the worker, and that can be killed.
    let mut parent = std::process::Command::new("sh")
        .args([
            "-c",
            "exec 3<&0; \"$0\" worker <&3 3<&- & echo $!; exec 3<&-; exec sleep 60",
            env!("CARGO_BIN_EXE_kobako"),
        ])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut output = std::io::BufReader::new(parent.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut output, &mut line).unwrap();
    let pid: u32 = line.trim().parse().unwrap();
    assert!(is_running(pid));
    let hello_from_worker = {
        use std::io::Read as _;
        let mut hello = [0; 12];
        output.read_exact(&mut hello).unwrap();
        hello
    };
    assert_eq!(hello_from_worker[..8], *b"kobakowk");
    // Its pipe stays open: the kernel has to tell.
    parent.kill().unwrap();
    parent.wait().unwrap();
    await_end(pid);
}

#[test]
fn the_worker_leaves_when_its_pipe_is_closed_or_holds_garbage() {
    use std::io::Write as _;
    for said in [
        &b""[..],
        b"garbage that is no hello at all",
        b"kobakowk\xff\0\0\0",
    ] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_kobako"))
            .arg("worker")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // It may be gone before all of it is said.
        let _ = stdin.write_all(said);
        let is_closed = said.is_empty();
        let kept = (!is_closed).then_some(stdin);
        let start = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it stays");
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(status.success(), is_closed, "{said:?}");
        drop(kept);
    }
}

#[test]
fn hostile_pictures_never_take_the_client_down() {
    let Some(data) = crate::shared_data() else {
        return;
    };
    let mut client = WorkerClient::new(config());
    let mut paths = Vec::new();
    collect(&data.join("corrupt"), &mut paths);
    assert!(paths.len() > 100);
    let mut num_embedded = 0;
    for path in paths {
        match client.embed(&PictureInput::Path(path.clone()), NEVER) {
            Ok(values) => {
                assert_eq!(values.len(), 1_280);
                num_embedded += 1;
            }
            Err(EmbedError::Picture(_) | EmbedError::Killed(_)) => {}
            Err(err) => panic!("{}: {err}", path.display()),
        }
    }
    // Most of PngSuite is sound, and so is the worker still.
    assert!(num_embedded > 20, "{num_embedded}");
    assert_eq!(client.figures().num_starts(), 1);
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(path);
        }
    }
}
