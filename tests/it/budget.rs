//! The memory budget through the engine's messages.
//!
//! Other tests run in the same process, so what is resident is anything: only
//! budgets that are far too small or far too large are set here.

use std::path::Path;
use std::time::{Duration, Instant};

use kobako::engine::EngineConfig;
use kobako::library::{Library, OpenOptions};
use kobako::memory::{Action, BudgetWish, Cache};
use kobako::message::{Event, Generation, IndexCommand, IndexState, Request, SimilarityState};
use kobako::model::PostId;

use crate::fixture::{Engine, make_pictures};

const MB: u64 = 1 << 20;

fn wish(megabytes: u64) -> BudgetWish {
    BudgetWish {
        limit_bytes: Some(megabytes * MB),
        ..BudgetWish::default()
    }
}

fn library_with(dir: &Path, settings: &str) -> EngineConfig {
    let library = dir.join("library");
    std::fs::create_dir_all(&library).unwrap();
    std::fs::write(library.join("settings.toml"), settings).unwrap();
    EngineConfig {
        create: true,
        ..EngineConfig::load(library)
    }
}

/// The cache that the window is asked to give back of next.
#[track_caller]
fn asked_of_window(engine: &mut Engine) -> (Generation, Cache, u64) {
    engine.wait(|it| match it {
        Event::GiveBack {
            generation,
            cache,
            bytes,
        } => Some((generation, cache, bytes)),
        _ => None,
    })
}

#[test]
fn a_budget_that_is_passed_takes_from_the_window_in_the_users_order() {
    let dir = tempfile::tempdir().unwrap();
    let config = library_with(
        dir.path(),
        "memory_budget_mb = 1\ngive_back_order = [\"thumbnails\", \"picture\"]\n",
    );
    let mut engine = Engine::with(config);
    let (generation, cache, bytes) = asked_of_window(&mut engine);
    assert_eq!(cache, Cache::Thumbnails);
    assert!(bytes > 0 && bytes < 1 << 40, "{bytes}");
    engine.ask(Request::GaveBack { generation });
    let (next, cache, _) = asked_of_window(&mut engine);
    assert_eq!(cache, Cache::Picture);
    // An answer to the step before is none to this one.
    engine.ask(Request::GaveBack { generation });
    engine.ask(Request::GaveBack { generation: next });
    // It all goes on, with as little as there is.
    let pictures = dir.path().join("pictures");
    std::fs::create_dir(&pictures).unwrap();
    make_pictures(&pictures, 5);
    let report = engine.import(&[pictures]);
    assert_eq!((report.added, report.failed.len()), (5, 0));
    assert_eq!(engine.search("").len(), 5);
    engine.stop();
}

#[test]
fn what_is_pinned_is_never_taken() {
    let dir = tempfile::tempdir().unwrap();
    let config = library_with(dir.path(), "memory_budget_mb = 1\npinned = [\"picture\"]\n");
    let mut engine = Engine::with(config);
    for _ in 0..2 {
        let (generation, cache, _) = asked_of_window(&mut engine);
        assert_eq!(cache, Cache::Thumbnails);
        engine.ask(Request::GaveBack { generation });
    }
    engine.stop();
}

#[test]
fn a_budget_bounds_textures_and_is_there_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = Engine::start(dir.path());
    let limit = |engine: &mut Engine| {
        engine.wait(|it| match it {
            Event::TextureLimit(bytes) => Some(bytes),
            _ => None,
        })
    };
    let small = BudgetWish {
        order: vec![Cache::Sqlite, Cache::Thumbnails],
        pinned: vec![Cache::Picture],
        ..wish(2)
    };
    engine.ask(Request::SetBudget(small.clone()));
    assert_eq!(limit(&mut engine), 4 * MB, "the least that works");
    engine.ask(Request::SetCap {
        cache: Cache::Thumbnails,
        bytes: 9 * MB,
    });
    engine.ask(Request::SetBudget(wish(1 << 20)));
    assert_eq!(limit(&mut engine), 9 * MB, "what the setting allows");
    engine.ask(Request::SetBudget(small.clone()));
    assert_eq!(limit(&mut engine), 4 * MB);
    engine.stop();

    let settings = EngineConfig::load(dir.path().to_owned()).settings;
    assert_eq!(settings.budget(), small);
    assert_eq!(settings.texture_memory_mb, 9);
}

#[test]
fn a_release_is_answered_by_a_window_or_without_one() {
    let dir = tempfile::tempdir().unwrap();
    let (mut engine, _) = Engine::start(dir.path());
    for has_window in [true, false] {
        let started = Instant::now();
        engine.ask(Request::Release {
            action: Action::ReleaseAll,
        });
        let (generation, cache, bytes) = asked_of_window(&mut engine);
        assert_eq!((cache, bytes), (Cache::Thumbnails, u64::MAX));
        if has_window {
            engine.ask(Request::GaveBack { generation });
        }
        let action = engine.wait(|it| match it {
            Event::Released(report) => Some(report.action),
            _ => None,
        });
        assert_eq!(action, Action::ReleaseAll);
        assert!(started.elapsed() < Duration::from_secs(20));
    }
    // A late answer is nobody's.
    engine.ask(Request::GaveBack {
        generation: Generation(1),
    });
    engine.ask(Request::Release {
        action: Action::GiveBack(Cache::Sqlite),
    });
    engine.wait(|it| {
        matches!(&it, Event::Released(report) if report.action == Action::GiveBack(Cache::Sqlite))
            .then_some(())
    });
    engine.stop();
}

#[test]
fn a_setting_that_cannot_be_kept_is_told_and_holds() {
    let dir = tempfile::tempdir().unwrap();
    let config = library_with(dir.path(), "sqlite_cache_mb = = 3\n");
    let mut engine = Engine::with(config);
    engine.ask(Request::SetBudget(wish(3)));
    let notice = engine.wait(|it| match it {
        Event::Notice(notice) if notice.message.contains("not kept") => Some(notice),
        _ => None,
    });
    assert!(notice.way_out.unwrap().contains("settings.toml"));
    asked_of_window(&mut engine);
    engine.stop();
    let text = std::fs::read_to_string(dir.path().join("library/settings.toml")).unwrap();
    assert_eq!(
        text, "sqlite_cache_mb = = 3\n",
        "a file with a mistake stays"
    );
}

/// What is told of the index, once it is as `is_wanted` says.
#[track_caller]
fn index(engine: &mut Engine, is_wanted: impl Fn(&SimilarityState) -> bool) -> SimilarityState {
    engine.wait(|it| match it {
        Event::Similarity(state) if is_wanted(&state) => Some(*state),
        _ => None,
    })
}

#[test]
fn an_index_that_does_not_fit_is_refused_and_fits_a_larger_budget() {
    let dir = tempfile::tempdir().unwrap();
    let config = library_with(dir.path(), "similarity_index = \"flat\"\n");
    {
        let library = Library::open(&config.library, &OpenOptions::default()).unwrap();
        let mut store = library.similarity("test").unwrap();
        let model = store.model("m", "M", 512).unwrap();
        let vector = |post: u32| -> Vec<f32> {
            (0..512).map(|it| ((it * post % 97) as f32).cos()).collect()
        };
        let rows: Vec<_> = (1..3000).map(|it| (PostId(it), vector(it))).collect();
        let rows: Vec<_> = rows.iter().map(|it| (it.0, &*it.1)).collect();
        store.put(model, &rows).unwrap();
    }
    let mut engine = Engine::with(config);
    let is_refused = |it: &SimilarityState| {
        it.problem
            .as_ref()
            .is_some_and(|it| it.contains("memory_budget_mb"))
    };
    let is_limited = |it: Event| matches!(it, Event::TextureLimit(_)).then_some(());
    engine.ask(Request::SetBudget(wish(1)));
    engine.wait(is_limited);
    engine.ask(Request::WatchSimilarity { watch: true });
    engine.ask(Request::Index(IndexCommand::Rebuild));
    let refused = index(&mut engine, is_refused);
    assert_eq!(refused.index_disk_bytes, 0);
    let problem = refused.problem.unwrap();
    assert!(problem.contains("budget of 1 MB"), "{problem}");

    engine.ask(Request::SetBudget(wish(1 << 20)));
    engine.wait(is_limited);
    engine.ask(Request::Index(IndexCommand::Rebuild));
    index(&mut engine, |it| it.problem.is_none());
    engine.ask(Request::Index(IndexCommand::Load));
    let loaded = index(&mut engine, |it| {
        matches!(it.index, IndexState::Loaded { .. })
    });
    assert!(loaded.problem.is_none(), "{loaded:?}");

    // A budget that is passed takes it; then there is no room to load it again.
    engine.ask(Request::SetBudget(wish(1)));
    engine.wait(is_limited);
    engine.ask(Request::Index(IndexCommand::Unload));
    engine.ask(Request::Index(IndexCommand::Load));
    let refused = index(&mut engine, is_refused);
    assert_eq!(refused.index, IndexState::NotLoaded);
    engine.stop();
}
