//! What it costs that a large imported folder is somewhere else now, or is taken out:
//! how long it takes, and for how long nobody else could write or read.
//!
//! `cargo bench --bench places` does 100,000 files; `-- 1000000` as many as are named.

// A bench prints its table, and ends where its data can't be made.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use kobako::engine::{self, EngineConfig};
use kobako::library::{Library, OpenOptions};
use kobako::message::{
    Event, Fate, Generation, PlaceChange, PlaceEvent, PlaceRequest, Request, WindowSide,
};
use kobako::model::{FileDraft, FileStamp, Md5, PostDraft, TagDraft};

const BATCH: u64 = 1000;
const FILES_A_FOLDER: u64 = 500;

fn main() {
    let named = std::env::args().skip(1).find_map(|it| it.parse().ok());
    let num: u64 = named.unwrap_or(100_000);
    let dir = tempfile::tempdir().unwrap();
    let library = dir.path().join("library");
    // Not one file has to be there: what is looked at says that it is missing.
    let (from, to) = (dir.path().join("from"), dir.path().join("to"));
    std::fs::create_dir_all(to.join("folder 0")).unwrap();
    std::fs::write(to.join("folder 0").join("picture 0.png"), "here").unwrap();
    fill(&library, &from, num);
    println!("{num} files in folders of {FILES_A_FOLDER}");

    let (mut side, engine) = engine::spawn(EngineConfig::load(library), Arc::new(|| ())).unwrap();
    wait(&mut side, |it| matches!(it, Event::Ready(_)));
    for (what, change) in [
        (
            "moved",
            PlaceChange::Move {
                from,
                to: to.clone(),
            },
        ),
        (
            "taken out, posts leave",
            PlaceChange::RemoveRoot {
                root: to,
                fate: Fate::Leave,
            },
        ),
    ] {
        let done = carry_out(&mut side, change);
        println!(
            "{what}: {:.2} s; {} tellings of how far, the first after {:.2} s, {:.2} s apart at \
             most; a search answered in {:.1} ms at most",
            done.duration.as_secs_f64(),
            done.num_told,
            done.first_told.as_secs_f64(),
            done.longest_silence.as_secs_f64(),
            done.slowest_search.as_secs_f64() * 1e3,
        );
    }
    side.requests.send(Request::Shutdown);
    wait(&mut side, |it| matches!(it, Event::Stopped));
    engine.wait(Duration::from_secs(60));
}

#[derive(Default)]
struct Done {
    duration: Duration,
    num_told: usize,
    first_told: Duration,
    longest_silence: Duration,
    slowest_search: Duration,
}

/// Changes folders, and searches all the time meanwhile.
fn carry_out(side: &mut WindowSide, change: PlaceChange) -> Done {
    let start = Instant::now();
    let mut done = Done::default();
    let mut told = start;
    let mut generation = 0;
    let mut asked = Instant::now();
    side.requests
        .send(Request::Places(PlaceRequest::Change(change)));
    search(side, generation);
    loop {
        side.requests.flush();
        match side.events.recv_timeout(Duration::from_secs(600)).unwrap() {
            Event::Places(PlaceEvent::Progress { .. }) => {
                if done.num_told == 0 {
                    done.first_told = start.elapsed();
                }
                done.num_told += 1;
                done.longest_silence = done.longest_silence.max(told.elapsed());
                told = Instant::now();
            }
            Event::Places(PlaceEvent::Changed(outcome)) => {
                outcome.unwrap();
                done.longest_silence = done.longest_silence.max(told.elapsed());
                done.duration = start.elapsed();
                return done;
            }
            Event::Results(batch) if batch.generation.0 == generation => {
                done.slowest_search = done.slowest_search.max(asked.elapsed());
                std::thread::sleep(Duration::from_millis(5));
                generation += 1;
                asked = Instant::now();
                search(side, generation);
            }
            _ => {}
        }
    }
}

fn search(side: &mut WindowSide, generation: u64) {
    side.requests.send(Request::Search {
        generation: Generation(generation),
        query: "some_tag limit:10".to_owned(),
        seed: 0,
    });
}

fn wait(side: &mut WindowSide, is_wanted: impl Fn(&Event) -> bool) {
    loop {
        side.requests.flush();
        let event = side.events.recv_timeout(Duration::from_secs(600)).unwrap();
        if is_wanted(&event) {
            return;
        }
    }
}

fn fill(library: &Path, from: &Path, num: u64) {
    let library = Library::open(
        library,
        &OpenOptions {
            create: true,
            ..OpenOptions::default()
        },
    )
    .unwrap();
    let mut writer = library.writer().unwrap();
    writer.add_root(from).unwrap();
    for first in (0..num).step_by(BATCH as usize) {
        let drafts: Vec<_> = (first..num.min(first + BATCH))
            .map(|id| draft(from, id))
            .collect();
        writer.write_batch(&drafts).unwrap();
    }
}

fn draft(from: &Path, id: u64) -> PostDraft {
    let folder = format!("folder {}", id / FILES_A_FOLDER);
    let path: PathBuf = from.join(folder).join(format!("picture {id}.png"));
    PostDraft {
        tags: vec![TagDraft {
            name: "some_tag".to_owned(),
            ..Default::default()
        }],
        file: Some(FileDraft {
            path,
            stamp: FileStamp {
                size: id,
                modified_ns: 1,
            },
            sidecar_stamp: 0,
        }),
        md5: Some(Md5(u128::from(id)
            .wrapping_mul(0xdead_beef_1234_5677_89ab_cdef)
            .to_le_bytes())),
        ..PostDraft::default()
    }
}
