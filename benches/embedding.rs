//! Pictures a second through the worker, against the same model in this very
//! process, by turns; and what the worker costs the process that asks it.

// A table for people.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kobako::engine::worker::{self, Loaded, ModelSpec, PictureInput, WorkerClient, WorkerConfig};
use kobako::memory::{self, Component, Permits};

const NUM_ROUNDS: usize = 7;
const NUM_PICTURES: usize = 24;
const NEVER: &dyn Fn() -> bool = &|| false;

fn main() {
    memory::adopt_thread(Component::Engine);
    memory::start_background_purge();
    let made = tempfile::tempdir().unwrap();
    let (emoji, photos) = pictures(made.path());
    let all: Vec<PathBuf> = emoji.iter().chain(&photos).cloned().collect();

    // First, while nothing else was allocated here.
    let before = resident();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_kobako"));
    let mut client = WorkerClient::new(WorkerConfig::new(program, ModelSpec::built_in()));
    let start = Instant::now();
    client.ensure_started(NEVER).unwrap();
    println!(
        "worker started and model loaded   {:7.0} ms, RSS {:.1} MB, peak {:.1} MB",
        start.elapsed().as_secs_f64() * 1e3,
        mb(client.rss_bytes().unwrap()),
        mb(peak(client.pid().unwrap())),
    );
    for _ in 0..3 {
        through_worker(&mut client, &all);
    }
    println!(
        "after {} pictures                RSS {:.1} MB, peak {:.1} MB; this process grew by {:.2} MB",
        3 * all.len(),
        mb(client.rss_bytes().unwrap()),
        mb(peak(client.pid().unwrap())),
        (resident() as f64 - before as f64) / f64::from(1 << 20),
    );

    let start = Instant::now();
    let mut alone = worker::load(&ModelSpec::built_in()).unwrap();
    println!(
        "model loaded in this process      {:7.0} ms",
        start.elapsed().as_secs_f64() * 1e3
    );
    for (name, paths) in [("emoji, 256 px WebP", &emoji), ("photos", &photos)] {
        compare(name, paths, &mut client, &mut alone);
    }
}

fn compare(name: &str, paths: &[PathBuf], client: &mut WorkerClient, alone: &mut Loaded) {
    let permits = Permits::new(256 << 20);
    let inputs: Vec<Vec<f32>> = paths
        .iter()
        .map(|it| alone.input_of_file(it, &permits).unwrap())
        .collect();
    let pid = client.pid().unwrap();
    let mut times: [Vec<Duration>; 3] = Default::default();
    // Of all processors, which does not depend on what else they have to do.
    let mut cpu = [Duration::ZERO; 3];
    for _ in 0..NUM_ROUNDS {
        let mut round = |kind: usize, run: &mut dyn FnMut()| {
            let cpu_before = cpu_time(pid) + cpu_time(std::process::id());
            let start = Instant::now();
            run();
            times[kind].push(start.elapsed());
            cpu[kind] += cpu_time(pid) + cpu_time(std::process::id()) - cpu_before;
        };
        round(0, &mut || {
            for input in &inputs {
                alone.embed(input.clone()).unwrap();
            }
        });
        round(1, &mut || {
            for path in paths {
                alone.embed_file(path, &permits).unwrap();
            }
        });
        round(2, &mut || through_worker(client, paths));
    }
    assert_eq!(client.pid(), Some(pid), "it is the same worker");
    let [model, alone, worker] = times.map(|it| per_picture(it, paths.len()));
    println!(
        "{name}: the model alone {model:.2} ms a picture; read, scaled and run in this process \
         {alone:.2} ms; through the worker {worker:.2} ms, {:.1} pictures/s: {:.3} x of the model \
         alone, {:.3} x of the same in this process",
        1e3 / worker,
        worker / model,
        worker / alone,
    );
    let [model, alone, worker] =
        cpu.map(|it| it.as_secs_f64() * 1e3 / (paths.len() * NUM_ROUNDS) as f64);
    println!(
        "{name}, processor time: {model:.2}, {alone:.2}, {worker:.2} ms: {:.3} x, {:.3} x",
        worker / model,
        worker / alone,
    );
}

/// As the background work does: each with the one that follows.
fn through_worker(client: &mut WorkerClient, paths: &[PathBuf]) {
    for (number, path) in paths.iter().enumerate() {
        let input = PictureInput::Path(path.clone());
        let next = paths.get(number + 1).map(PathBuf::as_path);
        client.embed_before(&input, next, NEVER).unwrap();
    }
}

/// The median's, in milliseconds.
fn per_picture(mut times: Vec<Duration>, num: usize) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3 / num as f64
}

/// Small and large pictures: development data where it is there.
fn pictures(made: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/images");
    let emoji = some_of(&data.join("fluent_emoji_3d"), "webp");
    let photos = some_of(&data.join("kodak"), "png");
    if emoji.is_empty() || photos.is_empty() {
        println!("{} is not there: pictures are made up", data.display());
        return (make(made, "small", 256), make(made, "large", 768));
    }
    (emoji, photos)
}

fn some_of(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|it| Some(it.ok()?.path()))
        .filter(|it| it.extension().is_some_and(|it| it == extension))
        .collect();
    paths.sort();
    paths.truncate(NUM_PICTURES);
    paths
}

fn make(dir: &Path, name: &str, edge: u32) -> Vec<PathBuf> {
    (0..NUM_PICTURES)
        .map(|number| {
            let path = dir.join(format!("{name}{number}.png"));
            image::RgbImage::from_fn(edge, edge, |x, y| {
                image::Rgb([
                    (x * 3) as u8,
                    (y * 5) as u8 ^ number as u8,
                    (x * y / 7) as u8,
                ])
            })
            .save(&path)
            .unwrap();
            path
        })
        .collect()
}

fn resident() -> u64 {
    memory::flush_thread_cache();
    memory::purge_all();
    memory::resident_bytes()
}

/// How long a process was on a processor, to 10 ms.
fn cpu_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|it| it.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// The most that a process ever had resident, bytes.
fn peak(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|it| it.split_whitespace().next()?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) << 10
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
