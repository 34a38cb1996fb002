//! The engine through its messages, on a real library and real pictures.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kobako::engine::EngineConfig;
use kobako::memory::Action;
use kobako::message::{Event, Generation, Notice, Pixels, Request, Thumbnail};
use kobako::model::{Category, PostId};
use tempfile::TempDir;

use crate::fixture::{Engine, make_picture, make_pictures};

struct Place {
    _dir: TempDir,
    library: PathBuf,
    pictures: PathBuf,
}

impl Place {
    fn new(num_pictures: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let pictures = dir.path().join("pictures");
        make_pictures(&pictures, num_pictures);
        Self {
            library: dir.path().join("library"),
            pictures,
            _dir: dir,
        }
    }

    fn config(&self) -> EngineConfig {
        EngineConfig {
            create: true,
            ..EngineConfig::load(self.library.clone())
        }
    }
}

#[track_caller]
fn thumbnail(engine: &mut Engine, wanted: PostId) -> Result<Thumbnail, String> {
    engine.ask(Request::Thumbnails {
        wanted: vec![wanted],
    });
    engine.wait(|it| match it {
        Event::Thumbnail { post, thumbnail } if post == wanted => Some(thumbnail),
        _ => None,
    })
}

#[track_caller]
fn picture(engine: &mut Engine, post: PostId, max_width: u32) -> Result<Pixels, String> {
    let asked = engine.generation();
    engine.ask(Request::Picture {
        generation: asked,
        post,
        max_width,
        max_height: 1000,
    });
    engine.wait(|it| match it {
        Event::Picture {
            generation,
            picture,
            ..
        } if generation == asked => Some(picture),
        _ => None,
    })
}

#[track_caller]
fn error_notice(engine: &mut Engine) -> Notice {
    engine.wait(|it| match it {
        Event::Notice(notice) if notice.is_error => Some(notice),
        Event::Stopped => panic!("stopped without a reason"),
        _ => None,
    })
}

#[test]
fn from_pictures_to_the_screen() {
    let place = Place::new(30);
    let (mut engine, summary) = Engine::start(&place.library);
    assert_eq!((summary.num_posts, summary.read_only), (0, None));
    assert_eq!(engine.search(""), []);

    let job = engine.start_import(std::slice::from_ref(&place.pictures));
    let mut num_posts = 0;
    let report = engine.wait(|it| match it {
        Event::LibraryChanged(summary) => {
            num_posts = summary.num_posts;
            None
        }
        Event::ImportFinished { job: other, report } if other == job => Some(report),
        _ => None,
    });
    assert_eq!((report.added, report.failed.len()), (30, 0), "{report:?}");
    assert_eq!(num_posts, 30, "told before the import is");

    assert_eq!(engine.search("").len(), 30);
    assert_eq!(engine.search("even").len(), 15);
    let found = engine.search("number_7");
    assert_eq!(found.len(), 1);

    let asked = engine.generation();
    engine.ask(Request::OpenPost {
        generation: asked,
        post: found[0],
    });
    let details = engine.wait(|it| match it {
        Event::Post {
            generation,
            details,
        } if generation == asked => Some(details),
        _ => None,
    });
    let details = details.unwrap();
    assert_eq!((details.width, details.height), (48, 32));
    assert_eq!(details.files[0].path, place.pictures.join("0007.png"));
    let tags: Vec<_> = details
        .tags
        .iter()
        .map(|it| (it.name.as_str(), it.count, it.category))
        .collect();
    let general = Category::General;
    assert_eq!(
        tags,
        [
            ("number_7", 1, general),
            ("odd", 15, general),
            ("picture", 30, general)
        ]
    );

    let shown = thumbnail(&mut engine, found[0]).unwrap();
    assert_eq!((shown.pixels.width, shown.pixels.height), (48, 32));
    assert_eq!(shown.pixels.rgba.len(), 48 * 32 * 4);
    assert_eq!(shown.label, "0007.png");
    let shown = picture(&mut engine, found[0], 24).unwrap();
    assert_eq!((shown.width, shown.height), (24, 16));
    assert_eq!((shown.full_width, shown.full_height), (48, 32));
    engine.stop();

    let (engine, summary) = Engine::start(&place.library);
    assert_eq!(summary.num_posts, 30);
    engine.stop();
}

#[test]
fn what_is_completed_comes_with_counts() {
    let place = Place::new(12);
    let (mut engine, _) = Engine::start(&place.library);
    engine.import(std::slice::from_ref(&place.pictures));
    let asked = engine.generation();
    engine.ask(Request::Complete {
        generation: asked,
        text: "odd pict".to_owned(),
        cursor: 8,
        limit: 10,
    });
    let (replace, items) = engine.wait(|it| match it {
        Event::Completions {
            generation,
            replace,
            items,
        } if generation == asked => Some((replace, items)),
        _ => None,
    });
    assert_eq!(replace, 4..8);
    assert_eq!(
        items.first().map(|it| (it.text.as_str(), it.count)),
        Some(("picture", 12))
    );
    engine.stop();
}

#[test]
fn a_wrong_query_is_told_with_its_generation() {
    let place = Place::new(0);
    let (mut engine, _) = Engine::start(&place.library);
    let asked = engine.generation();
    engine.ask(Request::Search {
        generation: asked,
        query: "( a".to_owned(),
        seed: 1,
    });
    let failed = engine.wait(|it| match it {
        Event::SearchFailed { generation, error } => Some((generation, error)),
        _ => None,
    });
    assert_eq!(failed.0, asked);
    assert!(failed.1.column >= 1);
    engine.stop();
}

#[test]
fn of_many_searches_the_newest_is_answered_last() {
    let place = Place::new(20);
    let (mut engine, _) = Engine::start(&place.library);
    engine.import(std::slice::from_ref(&place.pictures));
    for number in 1..=200 {
        engine.ask(Request::Search {
            generation: Generation(number),
            query: format!("number_{}", number % 20),
            seed: 1,
        });
    }
    let mut generations = Vec::new();
    engine.wait(|it| match it {
        Event::Results(batch) => {
            generations.push(batch.generation.0);
            (batch.generation.0 == 200 && batch.is_last).then_some(())
        }
        _ => None,
    });
    assert!(generations.is_sorted(), "{generations:?}");
    // Nothing of an older one follows.
    let after = engine.search("odd");
    assert_eq!(after.len(), 10);
    engine.stop();
}

#[test]
fn searches_are_answered_while_an_import_runs() {
    let place = Place::new(400);
    let (mut engine, _) = Engine::start(&place.library);
    let job = engine.start_import(std::slice::from_ref(&place.pictures));
    let mut num_answered = 0;
    let report = loop {
        let asked = engine.generation();
        engine.ask(Request::Search {
            generation: asked,
            query: "picture".to_owned(),
            seed: 1,
        });
        let finished = engine.wait(|it| match it {
            Event::ImportFinished { job: other, report } if other == job => Some(Some(report)),
            Event::Results(batch) if batch.generation == asked && batch.is_last => Some(None),
            _ => None,
        });
        match finished {
            Some(report) => break report,
            None => num_answered += 1,
        }
    };
    assert_eq!(report.added, 400);
    assert!(num_answered > 0);
    assert_eq!(engine.search("picture").len(), 400);
    engine.stop();
}

#[test]
fn a_cancelled_import_keeps_what_it_committed_and_can_go_on() {
    let place = Place::new(600);
    let (mut engine, _) = Engine::start(&place.library);
    let job = engine.start_import(std::slice::from_ref(&place.pictures));
    engine.wait(|it| matches!(it, Event::LibraryChanged(_)).then_some(()));
    engine.ask(Request::Cancel { job });
    let report = engine.finish_import(job);
    assert!(report.cancelled || report.added == 600, "{report:?}");
    assert_eq!(engine.search("").len() as u64, report.added);
    let rest = engine.import(std::slice::from_ref(&place.pictures));
    assert_eq!(rest.added, 600 - report.added, "{rest:?}");
    assert_eq!(rest.unchanged, report.added);
    assert_eq!(engine.search("picture").len(), 600);
    engine.stop();
}

#[test]
fn imports_queue_and_a_queued_one_can_be_cancelled() {
    let place = Place::new(200);
    let other = place.library.with_file_name("other");
    make_pictures(&other, 1);
    let (mut engine, _) = Engine::start(&place.library);
    let first = engine.start_import(std::slice::from_ref(&place.pictures));
    engine.ask(Request::Import {
        paths: vec![other.clone()],
    });
    engine.ask(Request::Import { paths: vec![other] });
    let mut reports = Vec::new();
    let mut started = Vec::new();
    while reports.len() < 3 {
        match engine.next() {
            Event::ImportStarted { job } => {
                started.push(job);
                if started.len() == 2 {
                    engine.ask(Request::Cancel { job });
                }
            }
            Event::ImportFinished { job, report } => reports.push((job, report)),
            _ => {}
        }
    }
    let report_of = |job| &reports.iter().find(|it| it.0 == job).unwrap().1;
    assert!(!report_of(first).cancelled);
    assert!(!report_of(started[0]).cancelled);
    assert_eq!(report_of(first).added, 200);
    engine.stop();
}

#[test]
fn shutting_down_during_an_import_is_prompt_and_loses_nothing_saved() {
    let place = Place::new(400);
    let (mut engine, _) = Engine::start(&place.library);
    engine.start_import(std::slice::from_ref(&place.pictures));
    engine.wait(|it| matches!(it, Event::LibraryChanged(_)).then_some(()));
    engine.stop();
    let (mut engine, summary) = Engine::start(&place.library);
    assert!(summary.num_posts > 0);
    assert!(summary.read_only.is_none(), "{summary:?}");
    let report = engine.import(std::slice::from_ref(&place.pictures));
    assert_eq!(report.added + summary.num_posts, 400);
    engine.stop();
}

#[test]
fn a_window_that_goes_away_ends_the_engine() {
    let place = Place::new(100);
    let (mut engine, _) = Engine::start(&place.library);
    engine.start_import(std::slice::from_ref(&place.pictures));
    drop(engine);
    // The lock is free again once it has ended.
    let free = (0..600).any(|_| {
        let (engine, summary) = Engine::start(&place.library);
        engine.stop();
        std::thread::sleep(Duration::from_millis(50));
        summary.read_only.is_none()
    });
    assert!(free, "the library stays locked");
}

#[test]
fn failures_are_listed_and_can_be_retried() {
    let place = Place::new(3);
    let broken = place.pictures.join("broken.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\n, and no more").unwrap();
    let (mut engine, _) = Engine::start(&place.library);
    let report = engine.import(std::slice::from_ref(&place.pictures));
    assert_eq!((report.added, report.failed.len()), (3, 1), "{report:?}");
    let list = |engine: &mut Engine| {
        engine.ask(Request::ListFailures);
        engine.wait(|it| match it {
            Event::Failures(failures) => Some(failures),
            _ => None,
        })
    };
    let failures = list(&mut engine);
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].path, broken);
    assert!(!failures[0].reason.is_empty());

    make_picture(&broken, 99);
    engine.ask(Request::RetryFailures);
    let report = engine.wait(|it| match it {
        Event::ImportFinished { report, .. } => Some(report),
        _ => None,
    });
    assert_eq!((report.added, report.failed.len()), (1, 0), "{report:?}");
    assert_eq!(list(&mut engine), []);
    assert_eq!(engine.search("").len(), 4);
    engine.stop();
}

#[test]
fn a_failed_file_that_is_gone_does_not_keep_the_others_from_a_retry() {
    let place = Place::new(0);
    let [gone, mended] = ["gone.png", "mended.png"].map(|it| place.pictures.join(it));
    for path in [&gone, &mended] {
        std::fs::write(path, b"\x89PNG\r\n\x1a\n, and no more").unwrap();
    }
    let (mut engine, _) = Engine::start(&place.library);
    let report = engine.import(std::slice::from_ref(&place.pictures));
    assert_eq!(report.failed.len(), 2, "{report:?}");
    std::fs::remove_file(&gone).unwrap();
    make_picture(&mended, 3);
    engine.ask(Request::RetryFailures);
    let report = engine.wait(|it| match it {
        Event::ImportFinished { report, .. } => Some(report),
        _ => None,
    });
    assert_eq!((report.added, report.failed.len()), (1, 0), "{report:?}");
    engine.ask(Request::ListFailures);
    engine.wait(|it| match it {
        Event::Failures(failures) => {
            assert_eq!(failures, []);
            Some(())
        }
        _ => None,
    });
    engine.stop();
}

#[test]
fn an_import_that_cannot_start_says_why_and_ends() {
    let place = Place::new(0);
    let (mut engine, _) = Engine::start(&place.library);
    let nowhere = place.library.with_file_name("nowhere");
    engine.ask(Request::Import {
        paths: vec![nowhere],
    });
    let notice = error_notice(&mut engine);
    assert!(notice.message.contains("nowhere"), "{notice:?}");
    engine.wait(|it| matches!(it, Event::ImportFinished { .. }).then_some(()));
    engine.stop();
}

#[test]
fn a_damaged_library_is_told_and_left_as_it_is() {
    let place = Place::new(0);
    std::fs::create_dir_all(&place.library).unwrap();
    let database = place.library.join("library.db");
    let garbage = b"this is no database, but somebody's only copy of something".repeat(99);
    std::fs::write(&database, &garbage).unwrap();
    let mut engine = Engine::with(place.config());
    let notice = error_notice(&mut engine);
    assert!(notice.message.contains("library.db"), "{notice:?}");
    engine.wait(|it| matches!(it, Event::Stopped).then_some(()));
    assert_eq!(std::fs::read(&database).unwrap(), garbage);
}

#[test]
fn a_library_is_not_made_unless_asked() {
    let place = Place::new(0);
    let mut engine = Engine::with(EngineConfig::load(place.library.clone()));
    let notice = error_notice(&mut engine);
    assert!(notice.message.contains("library"), "{notice:?}");
    engine.wait(|it| matches!(it, Event::Stopped).then_some(()));
    assert!(!place.library.exists());
}

#[test]
fn a_second_engine_reads_only_and_says_so() {
    let place = Place::new(5);
    let (mut first, _) = Engine::start(&place.library);
    first.import(std::slice::from_ref(&place.pictures));
    let (mut second, summary) = Engine::start(&place.library);
    assert_eq!(summary.num_posts, 5);
    assert!(summary.read_only.is_some());
    let found = second.search("odd");
    assert_eq!(found.len(), 2);
    assert!(thumbnail(&mut second, found[0]).is_ok());
    second.ask(Request::Import {
        paths: vec![place.pictures.clone()],
    });
    error_notice(&mut second);
    second.wait(|it| matches!(it, Event::ImportFinished { .. }).then_some(()));
    second.stop();
    assert_eq!(first.search("odd").len(), 2);
    first.stop();
}

#[test]
fn thumbnails_come_back_after_their_store_is_gone() {
    let place = Place::new(3);
    let (mut engine, _) = Engine::start(&place.library);
    engine.import(std::slice::from_ref(&place.pictures));
    let post = engine.search("number_1")[0];
    engine.stop();
    for name in ["thumbs.db", "thumbs.db-wal", "thumbs.db-shm"] {
        let _ = std::fs::remove_file(place.library.join(name));
    }
    let (mut engine, _) = Engine::start(&place.library);
    let rebuilt = thumbnail(&mut engine, post).unwrap();
    // Stored again: the picture is not needed for the next.
    std::fs::remove_file(place.pictures.join("0001.png")).unwrap();
    let stored = thumbnail(&mut engine, post).unwrap();
    assert_eq!(rebuilt.pixels.rgba, stored.pixels.rgba);
    let reason = picture(&mut engine, post, 100).unwrap_err();
    assert!(
        reason.contains("0001.png") && reason.contains("missing"),
        "{reason}"
    );
    engine.stop();
}

#[test]
fn every_wanted_thumbnail_comes_even_to_a_slow_window() {
    let place = Place::new(400);
    let (mut engine, _) = Engine::start(&place.library);
    engine.import(std::slice::from_ref(&place.pictures));
    let wanted = engine.search("");
    engine.ask(Request::Thumbnails {
        wanted: wanted.clone(),
    });
    // The channel is full for a while; nothing may be lost or held up.
    std::thread::sleep(Duration::from_millis(300));
    let mut missing: std::collections::HashSet<_> = wanted.into_iter().collect();
    engine.wait(|it| {
        if let Event::Thumbnail { post, thumbnail } = it {
            assert!(thumbnail.is_ok(), "{post}: {thumbnail:?}");
            assert!(missing.remove(&post), "{post} came twice");
        }
        missing.is_empty().then_some(())
    });
    engine.stop();
}

#[test]
fn the_newest_picture_wins() {
    let place = Place::new(10);
    let (mut engine, _) = Engine::start(&place.library);
    engine.import(std::slice::from_ref(&place.pictures));
    let posts = engine.search("");
    for (number, &post) in posts.iter().enumerate() {
        engine.ask(Request::Picture {
            generation: Generation(1000 + number as u64),
            post,
            max_width: 100,
            max_height: 100,
        });
    }
    let newest = Generation(1000 + posts.len() as u64 - 1);
    let mut generations = Vec::new();
    engine.wait(|it| match it {
        Event::Picture {
            generation,
            picture,
            ..
        } => {
            assert!(picture.is_ok());
            generations.push(generation);
            (generation == newest).then_some(())
        }
        _ => None,
    });
    assert!(generations.is_sorted(), "{generations:?}");
    engine.stop();
}

#[test]
fn memory_is_told_only_while_it_is_watched() {
    let place = Place::new(2);
    let (mut engine, _) = Engine::start(&place.library);
    engine.import(std::slice::from_ref(&place.pictures));
    engine.ask(Request::WatchMemory { watch: true });
    let news = engine.wait(|it| match it {
        Event::Memory(news) => Some(news),
        _ => None,
    });
    assert!(news.report.row("tag cache").is_some());
    engine.ask(Request::WatchMemory { watch: false });
    engine.ask(Request::Release {
        action: Action::ReleaseAll,
    });
    engine.wait(|it| matches!(it, Event::Released(_)).then_some(()));
    std::thread::sleep(Duration::from_millis(1500));
    let is_quiet = engine
        .side
        .events
        .try_iter()
        .all(|it| !matches!(it, Event::Memory(_)));
    assert!(is_quiet);
    // Everything still works after it was given back.
    let post = engine.search("number_1")[0];
    assert!(thumbnail(&mut engine, post).is_ok());
    engine.stop();
}

/// The engine's thread has left its sleep so many times.
#[cfg(target_os = "linux")]
fn num_wake_ups(task: &Path) -> u64 {
    let status = std::fs::read_to_string(task.join("status")).unwrap();
    status
        .lines()
        .filter_map(|line| line.split_once("ctxt_switches:"))
        .map(|(_, number)| number.trim().parse::<u64>().unwrap())
        .sum()
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_engine_sleeps() {
    let place = Place::new(5);
    let task = Arc::new(Mutex::new(PathBuf::new()));
    let slot = task.clone();
    // The engine's own thread calls this.
    let wake = Arc::new(move || {
        *slot.lock().unwrap() = std::fs::canonicalize("/proc/thread-self").unwrap();
    });
    let mut engine = Engine::with_wake(place.config(), wake);
    engine.import(std::slice::from_ref(&place.pictures));
    let post = engine.search("number_1")[0];
    thumbnail(&mut engine, post).unwrap();
    picture(&mut engine, post, 10).unwrap();
    engine.ask(Request::WatchMemory { watch: true });
    engine.wait(|it| matches!(it, Event::Memory(_)).then_some(()));
    engine.ask(Request::WatchMemory { watch: false });
    engine.search("");

    let task = task.lock().unwrap().clone();
    // What was under way ends; then nothing happens for a whole second.
    let is_asleep = (0..20).any(|_| {
        let before = num_wake_ups(&task);
        std::thread::sleep(Duration::from_secs(1));
        num_wake_ups(&task) == before
    });
    assert!(is_asleep, "the engine wakes up with nothing to do");
    engine.stop();
}

#[test]
fn mistakes_in_the_settings_are_told() {
    let place = Place::new(0);
    std::fs::create_dir_all(&place.library).unwrap();
    std::fs::write(place.library.join("settings.toml"), "sqlite_cash_mb = 3\n").unwrap();
    let mut engine = Engine::with(place.config());
    let notice = engine.wait(|it| match it {
        Event::Notice(notice) => Some(notice),
        _ => None,
    });
    assert!(notice.message.contains("sqlite_cash_mb"), "{notice:?}");
    engine.stop();
}

#[test]
fn a_new_library_gets_its_settings_explained() {
    let place = Place::new(0);
    let (engine, _) = Engine::start(&place.library);
    engine.stop();
    let text = std::fs::read_to_string(place.library.join("settings.toml")).unwrap();
    assert!(text.contains("picture_memory_mb"));
}

#[test]
fn a_start_completes_the_demo_and_brings_nothing_twice() {
    let place = Place::new(0);
    let start = |library: &Path| {
        let config = EngineConfig {
            create: true,
            demo: true,
            ..EngineConfig::load(library.to_owned())
        };
        let mut engine = Engine::with(config);
        let report = engine.wait(|it| match it {
            Event::ImportFinished { report, .. } => Some(report),
            _ => None,
        });
        assert_eq!(report.failed, []);
        (engine, report)
    };
    let (mut engine, whole) = start(&place.library);
    assert!(whole.added >= 100, "{whole:?}");
    let tagged = engine.search("tagcount:>0");
    assert_eq!(tagged.len() as u64, whole.added);
    let first = engine.search("order:id").swap_remove(0);
    let asked = engine.generation();
    engine.ask(Request::OpenPost {
        generation: asked,
        post: first,
    });
    let details = engine.wait(|it| match it {
        Event::Post {
            generation,
            details,
        } if generation == asked => Some(details),
        _ => None,
    });
    let picture = details.unwrap().files.swap_remove(0).path;
    engine.stop();

    // A library in which the demo came to its first picture only.
    let killed = place.library.with_file_name("killed");
    let copy = killed.join(picture.strip_prefix(&place.library).unwrap());
    std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
    std::fs::copy(&picture, &copy).unwrap();
    let (mut engine, _) = Engine::start(&killed);
    assert_eq!(engine.import(&[copy]).added, 1);
    engine.stop();
    let (engine, rest) = start(&killed);
    assert_eq!(rest.added, whole.added - 1, "{rest:?}");
    engine.stop();

    let (mut engine, again) = start(&killed);
    assert_eq!((again.added, again.unchanged), (0, whole.added));
    assert_eq!(engine.search("").len() as u64, whole.added);
    engine.stop();
}

#[test]
fn an_import_that_fails_midway_tells_what_it_brought_until_then() {
    let place = Place::new(400);
    let (engine, _) = Engine::start(&place.library);
    engine.stop();
    let database = rusqlite::Connection::open(place.library.join("library.db")).unwrap();
    database
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON post WHEN (SELECT count(*) FROM post) >= 200
             BEGIN SELECT RAISE(ABORT, 'no more'); END",
        )
        .unwrap();
    drop(database);
    let (mut engine, _) = Engine::start(&place.library);
    let report = engine.import(std::slice::from_ref(&place.pictures));
    let reason = report.stopped.as_deref().unwrap_or_default();
    assert!(reason.contains("no more"), "{report:?}");
    assert!(!report.cancelled);
    assert!((1..=200).contains(&report.added), "{report:?}");
    assert_eq!(engine.search("").len() as u64, report.added);
    engine.stop();
}
