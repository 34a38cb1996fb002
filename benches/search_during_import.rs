//! How long a query takes in a running engine, while nothing else happens and
//! while an import runs: from asking to the first page, as a window sees it.
//!
//! `cargo bench --bench search_during_import` makes a library of 15,000 posts;
//! `-- 200k` and `-- 1m` larger ones. What is imported meanwhile is a list of
//! records, as fast as they can be written.

// A bench prints its table, and ends where its data can't be made.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use kobako::cli::synth::{self, SynthArgs};
use kobako::engine::{self, EngineConfig};
use kobako::import::synth::{SynthOptions, generate};
use kobako::message::{Event, Generation, Request, WindowSide};

const PATIENCE: Duration = Duration::from_secs(120);

const QUERIES: [&str; 8] = [
    "1girl",
    "1girl solo long_hair",
    "1girl -solo",
    "~blue_eyes ~red_eyes",
    "*_hair",
    "width:>1500 1girl",
    "1girl order:score",
    "path:00",
];

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| chosen.iter().any(|it| it == name);
    if has("1m") {
        measure(1_000_000, 300_000, 40);
    } else if has("200k") {
        measure(200_000, 120_000, 48);
    } else {
        measure(15_000, 21_000, 48);
    }
}

fn measure(posts: u32, tags: u32, tags_per_post: u32) {
    let dir = tempfile::tempdir().unwrap();
    let library = dir.path().join("library");
    let args = SynthArgs {
        library: library.clone(),
        posts,
        tags,
        tags_per_post,
        seed: 1,
    };
    if let Err(err) = synth::run(&args) {
        panic!("the library can't be made: {err:#}");
    }
    let records = dir.path().join("records.jsonl");
    write_records(&records, tags, tags_per_post);
    let config = EngineConfig::load(library);
    let (mut side, handle) = engine::spawn(config, Arc::new(|| ())).unwrap();
    wait(&side, |event| {
        matches!(event, Event::Ready(_)).then_some(())
    });

    println!("\n{posts} posts, {tags} tags, {tags_per_post} a post\n");
    println!("| µs to the first page | median | p95 | most |\n|---|---|---|---|");
    let mut asked = 0;
    // What was kept of the start is given back in the first moments.
    std::thread::sleep(Duration::from_secs(1));
    print_rows("nothing else runs", rounds(&mut side, &mut asked, None));
    print_row("completion, nothing else runs", &mut completions(&mut side));
    side.requests.send(Request::Import {
        paths: vec![records],
    });
    print_rows(
        "while an import runs",
        rounds(&mut side, &mut asked, Some(())),
    );
    side.requests.send(Request::Shutdown);
    handle.wait(PATIENCE);
}

/// Records that are not there yet, for more than as long as is measured.
fn write_records(path: &Path, tags: u32, tags_per_post: u32) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).unwrap());
    let drafts = generate(&SynthOptions {
        posts: 40_000,
        tags,
        tags_per_post,
        seed: 2,
    });
    for (id, draft) in (1..).zip(drafts) {
        let names: Vec<&str> = draft.tags.iter().map(|it| it.name.as_str()).collect();
        let record = serde_json::json!({
            "id": id,
            "site": "bench",
            "tags": names,
            "title": format!("Record {id}"),
        });
        writeln!(file, "{record}").unwrap();
    }
    file.flush().unwrap();
}

/// Times of all queries, asked again and again; until the import ends, if one runs.
fn rounds(side: &mut WindowSide, asked: &mut u64, import: Option<()>) -> Times {
    let mut times = Vec::new();
    let mut in_engine = Vec::new();
    let mut is_over = false;
    while !is_over && times.len() < 4000 {
        for query in QUERIES {
            *asked += 1;
            let generation = Generation(*asked);
            let start = Instant::now();
            side.requests.send(Request::Search {
                generation,
                query: query.to_owned(),
                seed: 1,
            });
            wait(side, |event| match event {
                Event::Results(batch) if batch.generation == generation => {
                    in_engine.push(Duration::from_micros(batch.summary.elapsed_us));
                    Some(())
                }
                Event::ImportFinished { .. } => {
                    is_over = true;
                    None
                }
                _ => None,
            });
            times.push(start.elapsed());
            // A person does not ask without a pause.
            std::thread::sleep(Duration::from_millis(2));
        }
        is_over |= import.is_none() && times.len() >= 400;
    }
    Times { times, in_engine }
}

struct Times {
    /// From asking to the first page.
    times: Vec<Duration>,
    /// What of that the search itself took.
    in_engine: Vec<Duration>,
}

fn print_rows(name: &str, times: Times) {
    let Times {
        mut times,
        mut in_engine,
    } = times;
    print_row(name, &mut times);
    print_row(&format!("{name}, the search alone"), &mut in_engine);
}

/// Times of completions of words as they are typed.
fn completions(side: &mut WindowSide) -> Vec<Duration> {
    let words = [
        "l",
        "lo",
        "hair",
        "blue_e",
        "1gi",
        "order:s",
        "lnog_hiar",
        "*hair",
    ];
    let mut times = Vec::new();
    for round in 0..50 {
        for (word, at) in words.into_iter().zip(1..) {
            let generation = Generation(round * 100 + at);
            let start = Instant::now();
            side.requests.send(Request::Complete {
                generation,
                text: word.to_owned(),
                cursor: word.len(),
                limit: 12,
            });
            wait(side, |event| match event {
                Event::Completions { generation: of, .. } if of == generation => Some(()),
                _ => None,
            });
            times.push(start.elapsed());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    times
}

fn wait<T>(side: &WindowSide, mut pick: impl FnMut(Event) -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match side.events.recv_deadline(deadline) {
            Ok(event) => {
                if let Some(picked) = pick(event) {
                    return picked;
                }
            }
            Err(_) => panic!("the engine did not answer"),
        }
    }
}

fn print_row(name: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len() - 1);
        times[place].as_micros()
    };
    println!(
        "| {name}, {} queries | {} | {} | {} |",
        times.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
}
