//! An index of embeddings: what it takes, finds and costs, from a real
//! `similarity.db` on disk.
//!
//! `cargo bench --bench similarity -- 15000 100000 1000000` chooses the sizes;
//! without any, the first two. `KOBAKO_BENCH_DIR` is where the libraries are
//! made (2.4 KB a vector), else the system's folder for temporary files. All of
//! it is on one thread where `OPENBLAS_NUM_THREADS=1` is set.
//!
//! Vectors are made up: of 1024 values, in one cluster for each 100 of them,
//! some ten times as large as others and some wider than others. What is asked
//! about lies in the clusters and is not in the library.

//! Times are by the clock, and after that what the processor was busy for it:
//! on a machine that does other things besides, only the latter can be compared.

// A bench prints, and ends where its data can't be made; what a thread costs the
// processor is asked of the system.
#![allow(unsafe_code, clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

use std::fmt;
use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use faiss::Index as _;
use faiss::index::flat::FlatIndex;
use kobako::engine::similarity::index::{self, BuildPolicy, IndexKind};
use kobako::engine::similarity::{
    IndexSlot, LoadOptions, SimilarityIndex, VectorIndex, cosine_groups,
};
use kobako::library::{Library, OpenOptions, SimilarityStore, similarity};
use kobako::memory::figures::{count, size};
use kobako::memory::{self, Component};
use kobako::model::{ModelId, PostId};

const DIMENSIONS: usize = 1024;
const NUM_QUERIES: usize = 200;
const NEAREST: usize = 10;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 16_777_216.0
    }

    /// Around 0, with a variance of about 1.
    fn gauss(&mut self) -> f32 {
        (0..3).map(|_| self.unit() - 0.5).sum::<f32>() * 2.0
    }
}

/// Vectors in clusters.
struct Clusters {
    num: u64,
    random: Random,
}

impl Clusters {
    fn new(num_vectors: usize) -> Self {
        Self {
            num: (num_vectors as u64 / 100).max(1),
            random: Random(0x9e37_79b9_7f4a_7c15),
        }
    }

    fn make(&mut self) -> Vec<f32> {
        // The first are the largest.
        let at = (self.random.unit() * self.random.unit() * self.num as f32) as u64;
        let mut centre = Random(at.wrapping_mul(0xa076_1d64_78bd_642f) | 1);
        centre.next();
        let width = 0.35 + 0.7 * self.random.unit();
        (0..DIMENSIONS)
            .map(|_| centre.gauss() + width * self.random.gauss())
            .collect()
    }
}

fn main() {
    memory::adopt_thread(Component::Engine);
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|it| it.replace([',', '_'], "").parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![15_000, 100_000]
    } else {
        sizes
    };
    let base = std::env::var_os("KOBAKO_BENCH_DIR").unwrap_or_else(|| std::env::temp_dir().into());
    for num in sizes {
        let dir = tempfile::tempdir_in(&base).unwrap();
        bench(dir.path(), num);
    }
}

fn bench(dir: &Path, num: usize) {
    println!("\n{} × {DIMENSIONS}", count(num));
    let library = Library::open(dir, &OpenOptions::default()).unwrap();
    let mut store = library.similarity("bench").unwrap();
    let model = store.model("bench", "Bench", DIMENSIONS as u32).unwrap();
    let mut clusters = Clusters::new(num);
    fill(&mut store, model, &mut clusters, num);
    let queries: Vec<Vec<f32>> = (0..NUM_QUERIES).map(|_| normal(clusters.make())).collect();
    let exact = exact(&store, model, &queries);
    if num <= 20_000 {
        flat(&store, model, &queries);
    }
    rough(
        dir,
        &store,
        model,
        &queries,
        &exact,
        &BuildPolicy::default(),
    );
    if num <= 20_000 {
        for kind in [IndexKind::Flat, IndexKind::Half, IndexKind::Bytes] {
            let policy = BuildPolicy {
                wish: Some(kind),
                ..BuildPolicy::default()
            };
            rough(dir, &store, model, &queries, &exact, &policy);
        }
        groups(&store, model);
    }
}

fn fill(store: &mut SimilarityStore, model: ModelId, clusters: &mut Clusters, num: usize) {
    let start = Instant::now();
    for first in (0..num).step_by(1000) {
        let rows: Vec<Vec<f32>> = (first..num.min(first + 1000))
            .map(|_| clusters.make())
            .collect();
        let rows: Vec<(PostId, &[f32])> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| (PostId((first + at) as u32 + 1), row.as_slice()))
            .collect();
        store.put(model, &rows).unwrap();
    }
    line(
        "made and stored",
        format!("{:?}, {}", start.elapsed(), size(store.file_bytes())),
    );
}

fn normal(mut vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|it| it * it).sum::<f32>().sqrt();
    for value in &mut vector {
        *value /= length;
    }
    vector
}

/// The cosine of the tenth nearest of each query, by looking at all.
fn exact(store: &SimilarityStore, model: ModelId, queries: &[Vec<f32>]) -> Vec<f32> {
    let all = queries.concat();
    let mut best: Vec<Vec<f32>> = vec![Vec::new(); queries.len()];
    let mut block = Vec::new();
    let mut see = |block: &mut Vec<f32>| {
        let mut index = FlatIndex::new_ip(DIMENSIONS as u32).unwrap();
        index.add(block).unwrap();
        block.clear();
        let found = index.search(&all, NEAREST).unwrap();
        for (best, scores) in best.iter_mut().zip(found.distances.chunks(NEAREST)) {
            best.extend(scores.iter().filter(|it| it.is_finite() && **it > -2.0));
            best.sort_by(|a, b| b.total_cmp(a));
            best.truncate(NEAREST);
        }
    };
    store
        .for_each_row(model, 0, &mut |_, _, bytes| {
            similarity::append(bytes, &mut block);
            if block.len() == 10_000 * DIMENSIONS {
                see(&mut block);
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    if !block.is_empty() {
        see(&mut block);
    }
    best.iter().map(|it| it.last().copied().unwrap()).collect()
}

/// The exact index against FAISS alone, by turns in one run.
fn flat(store: &SimilarityStore, model: ModelId, queries: &[Vec<f32>]) {
    let mut rows = Vec::new();
    store
        .for_each_row(model, 0, &mut |_, _, bytes| {
            similarity::append(bytes, &mut rows);
            ControlFlow::Continue(())
        })
        .unwrap();
    let mut ours = VectorIndex::flat(DIMENSIONS as u32).unwrap();
    ours.add(&rows).unwrap();
    let mut theirs = FlatIndex::new_ip(DIMENSIONS as u32).unwrap();
    theirs.add(&rows).unwrap();
    let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
    for query in queries {
        of_ours.push(timed(|| ours.nearest(query, NEAREST).unwrap()).1);
        of_theirs.push(timed(|| theirs.search(query, NEAREST).unwrap()).1);
    }
    let (ours, theirs) = (Percentiles::of(of_ours), Percentiles::of(of_theirs));
    line("exact, ours", ours.to_string());
    line("exact, FAISS alone", theirs.to_string());
    line(
        "ours to FAISS alone, processor",
        format!(
            "{:.2} ×",
            ours.cpu[0].as_secs_f64() / theirs.cpu[0].as_secs_f64()
        ),
    );
}

fn rough(
    dir: &Path,
    store: &SimilarityStore,
    model: ModelId,
    queries: &[Vec<f32>],
    exact: &[f32],
    policy: &BuildPolicy,
) {
    let mut peak = Peak::default();
    let mut progress = |_, _| peak.sample();
    let (built, time) = timed(|| index::build(dir, store, model, policy, &|| false, &mut progress));
    let built = built.unwrap();
    println!("  {}", built.why);
    line(
        "built",
        format!(
            "{:.2?}, processor {:.2?}; {} shards, {} on disk, at most {} meanwhile",
            time.wall,
            time.cpu,
            built.num_shards,
            size(built.num_bytes),
            size(peak.bytes)
        ),
    );
    line(
        "measured for it",
        format!("recall {:.4}, {} ranked again", built.recall, built.depth),
    );
    let before = settled();
    let mut slot = IndexSlot::default();
    let mut loads = Vec::new();
    for _ in 0..7 {
        slot.unload();
        let options = LoadOptions::default();
        let (loaded, times) = timed(|| SimilarityIndex::load(dir, store, model, &options));
        slot.put_loaded(loaded).unwrap().unwrap();
        loads.push(times);
    }
    line("load", Percentiles::of(loads).to_string());
    let index = slot.get_mut().unwrap();
    let all = |_: PostId| true;
    let mut num_found = 0;
    let mut times = Vec::new();
    for round in 0..4 {
        for (query, least) in queries.iter().zip(exact) {
            let (found, time) = timed(|| index.nearest(store, query, NEAREST, &all).unwrap());
            if round == 0 {
                num_found += found.iter().filter(|it| it.1 >= least - 2e-5).count();
            } else {
                times.push(time);
            }
        }
    }
    let resident = settled().saturating_sub(before);
    line("a question", Percentiles::of(times).to_string());
    line(
        "recall@10 against exact",
        format!("{:.4}", num_found as f64 / (NEAREST * queries.len()) as f64),
    );
    line(
        "resident while loaded",
        format!("{} (its leaves {})", size(resident), size(index.bytes())),
    );
    for (what, one_of) in [("one of 3", 3), ("one of 100", 100), ("one of 5000", 5000)] {
        let some = |it: PostId| it.0.is_multiple_of(one_of);
        let times = queries
            .iter()
            .map(|it| timed(|| index.nearest(store, it, NEAREST, &some).unwrap()).1);
        let times = Percentiles::of(times);
        line(&format!("a question within {what}"), times.to_string());
    }
    slot.unload();
    let left = settled().saturating_sub(before);
    line("left after unloading", size(left).to_string());
}

fn groups(store: &SimilarityStore, model: ModelId) {
    let before = settled();
    let mut peak = Peak::default();
    let (pairs, time) = timed(|| {
        let mut progress = |_, _| peak.sample();
        cosine_groups(store, model, 0.9, &|| false, &mut progress).unwrap()
    });
    line(
        "all pairs of a cosine of 0.9",
        format!(
            "{:.2?}, processor {:.2?}; {} pairs, at most {} meanwhile",
            time.wall,
            time.cpu,
            count(pairs.len()),
            size(peak.bytes.saturating_sub(before))
        ),
    );
}

/// The most that was seen, looking now and then: a look takes milliseconds.
#[derive(Default)]
struct Peak {
    bytes: u64,
    num_calls: u32,
}

impl Peak {
    fn sample(&mut self) {
        self.num_calls += 1;
        if self.num_calls % 50 == 40 {
            self.bytes = self.bytes.max(resident());
        }
    }
}

/// Resident bytes of the component, by the kernel's count.
fn resident() -> u64 {
    let report = memory::report();
    let name = Component::Similarity.name();
    let row = report.rows.iter().find(|it| it.name == name);
    row.map_or(0, |it| it.bytes)
}

fn settled() -> u64 {
    memory::purge_all();
    resident()
}

/// By the clock, and what this thread kept the processor busy.
#[derive(Clone, Copy, Debug)]
struct Times {
    wall: Duration,
    cpu: Duration,
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Times) {
    let start = (Instant::now(), cpu_time());
    let result = run();
    let times = Times {
        wall: start.0.elapsed(),
        cpu: cpu_time().saturating_sub(start.1),
    };
    (result, times)
}

/// Of this thread.
fn cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a local.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// The 50th and the 95th, of both.
struct Percentiles {
    wall: [Duration; 2],
    cpu: [Duration; 2],
}

impl Percentiles {
    fn of(times: impl IntoIterator<Item = Times>) -> Self {
        let times: Vec<Times> = times.into_iter().collect();
        let of = |pick: fn(&Times) -> Duration| {
            let mut times: Vec<Duration> = times.iter().map(pick).collect();
            times.sort_unstable();
            [50, 95].map(|it| times[(times.len() * it / 100).min(times.len() - 1)])
        };
        Self {
            wall: of(|it| it.wall),
            cpu: of(|it| it.cpu),
        }
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { wall, cpu } = self;
        write!(
            f,
            "p50 {:.3?}, p95 {:.3?}; processor {:.3?}, {:.3?}",
            wall[0], wall[1], cpu[0], cpu[1]
        )
    }
}

fn line(what: &str, figures: String) {
    println!("  {what:<32} {figures}");
}
