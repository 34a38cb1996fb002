//! What is alike by look: the real worker, the real model, the real FAISS.

use std::path::{Path, PathBuf};

use kobako::engine::EngineConfig;
use kobako::memory::{Action, Cache};
use kobako::message::{
    EmbedCommand, EmbedReport, Event, IndexCommand, IndexState, Request, SimilarMode, SimilarQuery,
    SimilarResult, SimilarSubject, SimilarityState,
};
use kobako::model::PostId;

use crate::fixture::{Engine, make_pictures};

const NUM_PICTURES: u32 = 8;

struct Place {
    _dir: tempfile::TempDir,
    library: PathBuf,
    pictures: PathBuf,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let pictures = dir.path().join("pictures");
        make_pictures(&pictures, NUM_PICTURES);
        Self {
            library: dir.path().join("library"),
            pictures,
            _dir: dir,
        }
    }

    /// With the worker, and with these settings.
    fn open(&self, settings: &str) -> Engine {
        std::fs::create_dir_all(&self.library).unwrap();
        std::fs::write(self.library.join("settings.toml"), settings).unwrap();
        let mut engine = Engine::with(EngineConfig {
            create: true,
            worker: Some(env!("CARGO_BIN_EXE_kobako").into()),
            ..EngineConfig::load(self.library.clone())
        });
        engine.wait(|it| matches!(it, Event::Ready(_)).then_some(()));
        engine
    }

    /// With all pictures imported and embedded.
    fn embedded(&self, settings: &str) -> Engine {
        let mut engine = self.open(settings);
        engine.import(std::slice::from_ref(&self.pictures));
        let report = embed(&mut engine);
        assert_eq!(report.embedded, u64::from(NUM_PICTURES), "{report:?}");
        engine
    }
}

#[track_caller]
fn embed(engine: &mut Engine) -> EmbedReport {
    engine.ask(Request::Embed(EmbedCommand::Start));
    engine.wait(|it| match it {
        Event::EmbedFinished(report) => Some(*report),
        _ => None,
    })
}

#[track_caller]
fn ask(engine: &mut Engine, subject: SimilarSubject, mode: SimilarMode) -> SimilarResult {
    let asked = engine.generation();
    engine.ask(Request::FindSimilar {
        generation: asked,
        query: Box::new(SimilarQuery::new(subject, mode, 20)),
    });
    engine.wait(|it| match it {
        Event::Similar(result) if result.generation == asked => Some(*result),
        Event::SimilarFailed { message, .. } => panic!("{message}"),
        _ => None,
    })
}

/// The state once it is as `is_wanted` says.
#[track_caller]
fn state(engine: &mut Engine, is_wanted: impl Fn(&SimilarityState) -> bool) -> SimilarityState {
    engine.ask(Request::WatchSimilarity { watch: true });
    engine.wait(|it| match it {
        Event::Similarity(state) if is_wanted(&state) => Some(*state),
        _ => None,
    })
}

fn is_loaded(state: &SimilarityState) -> bool {
    matches!(state.index, IndexState::Loaded { .. })
}

/// The picture in another format, and larger.
fn saved_again(original: &Path, to: &Path) {
    let picture = image::open(original).unwrap();
    let filter = image::imageops::FilterType::Lanczos3;
    picture.resize_exact(144, 96, filter).save(to).unwrap();
}

#[test]
fn embedded_pictures_are_found_by_look() {
    let place = Place::new();
    let mut engine = place.embedded("");
    let found = ask(
        &mut engine,
        SimilarSubject::Post(PostId(1)),
        SimilarMode::Semantic,
    );
    assert_eq!(found.posts.len(), NUM_PICTURES as usize - 1, "{found:?}");
    assert!(found.posts.is_sorted_by(|a, b| a.score >= b.score));
    assert!(found.posts.iter().all(|it| it.post != PostId(1)));
    assert!(found.loaded_index_ms.is_some(), "built with the embeddings");
    let again = ask(
        &mut engine,
        SimilarSubject::Post(PostId(1)),
        SimilarMode::Semantic,
    );
    assert_eq!((again.posts, again.loaded_index_ms), (found.posts, None));

    // One that is not in the library is embedded for the question.
    let saved = place.pictures.join("../saved.bmp");
    let number_3 = engine.search("number_3")[0];
    saved_again(&place.pictures.join("0003.png"), &saved);
    let found = ask(
        &mut engine,
        SimilarSubject::File(saved),
        SimilarMode::Blended,
    );
    assert_eq!(found.same_file, None);
    assert_eq!(found.posts[0].post, number_3, "{found:?}");
    assert!(found.posts[0].semantic.unwrap() > 0.9, "{found:?}");
    assert!(found.posts[0].distance.unwrap() <= 6, "{found:?}");
}

#[test]
fn the_index_comes_when_used_and_goes_when_told() {
    let place = Place::new();
    let mut engine = place.embedded("similarity_idle_secs = \"never\"");
    let before = state(&mut engine, |it| it.index_disk_bytes > 0);
    assert_eq!(before.index, IndexState::NotLoaded);
    assert_eq!(before.num_embedded, u64::from(NUM_PICTURES));
    engine.ask(Request::Index(IndexCommand::Load));
    let loaded = state(&mut engine, is_loaded);
    assert!(loaded.index_kind.starts_with("exact"), "{loaded:?}");
    assert!(loaded.index_policy.contains("stays loaded"), "{loaded:?}");
    engine.ask(Request::Index(IndexCommand::Unload));
    let unloaded = state(&mut engine, |it| !is_loaded(it));
    assert_eq!(unloaded.index, IndexState::NotLoaded);

    // And when memory is given back.
    engine.ask(Request::Index(IndexCommand::Load));
    state(&mut engine, is_loaded);
    engine.ask(Request::Release {
        action: Action::GiveBack(Cache::Similarity),
    });
    engine.wait(|it| matches!(it, Event::Released(_)).then_some(()));
    let given = state(&mut engine, |_| true);
    assert_eq!(given.index, IndexState::NotLoaded);
}

#[test]
fn an_idle_index_goes_by_itself() {
    let place = Place::new();
    let mut engine = place.embedded("similarity_idle_secs = 1");
    ask(
        &mut engine,
        SimilarSubject::Post(PostId(2)),
        SimilarMode::Semantic,
    );
    state(&mut engine, is_loaded);
    // Nobody asks for anything: the engine wakes by itself.
    engine.wait(|it| match it {
        Event::Similarity(state) => (!is_loaded(&state)).then_some(()),
        _ => None,
    });
}

#[test]
fn switched_off_there_is_neither_index_nor_worker() {
    let place = Place::new();
    let mut engine = place.embedded("");
    engine.ask(Request::Index(IndexCommand::SetEnabled(false)));
    let off = state(&mut engine, |it| !it.is_enabled);
    assert!(!is_loaded(&off));
    let found = ask(
        &mut engine,
        SimilarSubject::Post(PostId(1)),
        SimilarMode::Semantic,
    );
    assert!(found.posts.is_empty());
    assert!(found.notes[0].contains("semantic_similarity"), "{found:?}");
    let report = embed(&mut engine);
    assert!(report.stopped.unwrap().contains("semantic_similarity"));
    engine.stop();
    // It is remembered.
    let settings = std::fs::read_to_string(place.library.join("settings.toml")).unwrap();
    assert!(
        settings.contains("semantic_similarity = false"),
        "{settings}"
    );
}

#[test]
fn pictures_are_embedded_after_an_import_by_themselves() {
    let place = Place::new();
    let mut engine = place.open("");
    engine.import(std::slice::from_ref(&place.pictures));
    let report = engine.wait(|it| match it {
        Event::EmbedFinished(report) => Some(*report),
        _ => None,
    });
    assert_eq!(report.embedded, u64::from(NUM_PICTURES));
}

#[test]
fn a_damaged_index_is_made_anew() {
    let place = Place::new();
    place.embedded("").stop();
    let folder = place.library.join("similarity");
    let files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1);
    let mut bytes = std::fs::read(&files[0]).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&files[0], &bytes).unwrap();

    let mut engine = place.open("");
    let found = ask(
        &mut engine,
        SimilarSubject::Post(PostId(1)),
        SimilarMode::Semantic,
    );
    assert_eq!(found.posts.len(), NUM_PICTURES as usize - 1, "{found:?}");
    engine.ask(Request::Index(IndexCommand::Load));
    state(&mut engine, is_loaded);
}

#[test]
fn an_index_that_cannot_be_written_is_tried_once() {
    let place = Place::new();
    place.embedded("embed_after_import = false").stop();
    let folder = place.library.join("similarity");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in its place").unwrap();
    let mut engine = place.open("embed_after_import = false");
    engine.ask(Request::WatchSimilarity { watch: true });
    engine.ask(Request::Index(IndexCommand::Load));
    let mut num_builds = 0;
    engine.wait(|it| match it {
        Event::Similarity(state) => {
            num_builds += u32::from(state.index == IndexState::Building);
            state.problem
        }
        _ => None,
    });
    // Each question takes a turn of the engine, and of the thread that compares.
    for _ in 0..20 {
        let asked = engine.generation();
        let subject = SimilarSubject::Post(PostId(1));
        engine.ask(Request::FindSimilar {
            generation: asked,
            query: Box::new(SimilarQuery::new(subject, SimilarMode::Semantic, 20)),
        });
        engine.wait(|it| match it {
            Event::Similarity(state) => {
                num_builds += u32::from(state.index == IndexState::Building);
                None
            }
            Event::Similar(result) if result.generation == asked => {
                assert_eq!(result.posts.len(), NUM_PICTURES as usize - 1);
                Some(())
            }
            _ => None,
        });
    }
    assert_eq!(num_builds, 1);
}

#[test]
fn a_question_outlives_unloading_and_switching() {
    let place = Place::new();
    let mut engine = place.embedded("");
    let other = place.pictures.join("../other.png");
    crate::fixture::make_picture(&other, 77);
    let asks = |engine: &mut Engine, commands: &[IndexCommand]| {
        let asked = engine.generation();
        let subject = SimilarSubject::File(other.clone());
        engine.ask(Request::FindSimilar {
            generation: asked,
            query: Box::new(SimilarQuery::new(subject, SimilarMode::Semantic, 20)),
        });
        for command in commands {
            engine.ask(Request::Index(*command));
        }
        engine.wait(|it| match it {
            Event::Similar(result) if result.generation == asked => Some(*result),
            Event::SimilarFailed { message, .. } => panic!("{message}"),
            _ => None,
        })
    };
    let on_and_off = [
        IndexCommand::SetEnabled(false),
        IndexCommand::SetEnabled(true),
    ];
    for commands in [&[IndexCommand::Unload][..], &on_and_off] {
        let found = asks(&mut engine, commands);
        assert_eq!(found.posts.len(), NUM_PICTURES as usize, "{found:?}");
        assert!(found.notes.is_empty(), "{found:?}");
    }
    // A thread that began while it was off.
    engine.ask(Request::Index(IndexCommand::SetEnabled(false)));
    let subject = SimilarSubject::Post(PostId(1));
    ask(&mut engine, subject, SimilarMode::Visual);
    engine.ask(Request::Index(IndexCommand::SetEnabled(true)));
    let found = asks(&mut engine, &[]);
    assert!(found.notes.is_empty(), "{found:?}");
    assert_eq!(found.posts.len(), NUM_PICTURES as usize);
    // What was stopped on the way is no problem to tell of.
    assert_eq!(state(&mut engine, |_| true).problem, None);
}

#[test]
fn a_few_new_pictures_are_added_to_the_index_that_is_there() {
    let place = Place::new();
    let mut engine = place.embedded("embed_after_import = false");
    let index = place.library.join("similarity");
    let index = std::fs::read_dir(index).unwrap().next().unwrap().unwrap();
    let before = std::fs::read(index.path()).unwrap();
    let first = SimilarSubject::Post(PostId(1));
    ask(&mut engine, first.clone(), SimilarMode::Semantic);
    let more = place.pictures.join("../more");
    std::fs::create_dir(&more).unwrap();
    crate::fixture::make_picture(&more.join("new.png"), 99);
    let added = engine.import(std::slice::from_ref(&more)).added;
    let report = embed(&mut engine);
    assert_eq!(report.embedded, added);
    let found = ask(&mut engine, first, SimilarMode::Semantic);
    let num_posts = u64::from(NUM_PICTURES) + added;
    assert_eq!(found.posts.len() as u64, num_posts - 1);
    engine.stop();
    assert_eq!(std::fs::read(index.path()).unwrap(), before);
}

#[test]
fn pictures_that_failed_are_counted_and_not_tried_unasked() {
    let place = Place::new();
    let mut engine = place.open("embed_after_import = false");
    engine.import(std::slice::from_ref(&place.pictures));
    let [damaged, later] = [2, 3].map(|it| engine.search(&format!("number_{it}"))[0]);
    crate::fixture::damage(&place.pictures.join("0002.png"));
    let report = embed(&mut engine);
    assert_eq!((report.num_failed, report.failed.len()), (1, 1));
    assert_eq!(state(&mut engine, |_| true).num_failed, 1);
    engine.stop();
    // As the embeddings' file says.
    let mut engine = place.open("embed_after_import = false");
    state(&mut engine, |it| it.num_failed == 1);
    let subject = SimilarSubject::Post(damaged);
    let found = ask(&mut engine, subject, SimilarMode::Semantic);
    assert!(found.notes[0].contains("that failed"), "{found:?}");

    // What a question finds out is known from then on.
    engine.stop();
    let options = kobako::library::OpenOptions::default();
    let library = kobako::library::Library::open(&place.library, &options).unwrap();
    library
        .similarity("test")
        .unwrap()
        .remove_posts(&[later])
        .unwrap();
    drop(library);
    crate::fixture::damage(&place.pictures.join("0003.png"));
    let mut engine = place.open("embed_after_import = false");
    for is_known in [false, true] {
        let subject = SimilarSubject::Post(later);
        let found = ask(&mut engine, subject, SimilarMode::Semantic);
        assert_eq!(
            found.notes[0].contains("that failed"),
            is_known,
            "{found:?}"
        );
    }
    state(&mut engine, |it| it.num_failed == 2);
}

#[test]
fn another_model_means_another_index() {
    let place = Place::new();
    let mut engine = place.open("embed_after_import = false\nsimilarity_idle_secs = \"never\"");
    engine.import(std::slice::from_ref(&place.pictures));
    engine.stop();
    let options = kobako::library::OpenOptions::default();
    let library = kobako::library::Library::open(&place.library, &options).unwrap();
    let mut store = library.similarity("test").unwrap();
    let model = store.model("another", "Another", 4).unwrap();
    for post in 1..=3 {
        let vector = [1.0, post as f32, 0.0, 0.0];
        store.put(model, &[(PostId(post), &vector)]).unwrap();
    }
    drop((store, library));
    let mut engine = place.open("embed_after_import = false\nsimilarity_idle_secs = \"never\"");
    engine.ask(Request::Index(IndexCommand::Load));
    let loaded = state(&mut engine, is_loaded);
    assert_eq!(loaded.dimensions, 4);
    embed(&mut engine);
    let subject = SimilarSubject::Post(PostId(1));
    let found = ask(&mut engine, subject, SimilarMode::Semantic);
    assert!(found.notes.is_empty(), "{found:?}");
    assert_eq!(found.posts.len(), NUM_PICTURES as usize - 1);
    engine.stop();

    // One that is not used any more can go.
    let forget = |model: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_kobako"))
            .args(["embed", "--forget", model, "--library"])
            .arg(&place.library)
            .output()
            .unwrap()
    };
    let unknown = String::from_utf8(forget("What").stderr).unwrap();
    assert!(unknown.contains("Another (another)"), "{unknown}");
    let output = forget("Another");
    assert!(output.status.success(), "{output:?}");
    let library = kobako::library::Library::open(&place.library, &options).unwrap();
    let models = library.similarity("test").unwrap().models().unwrap();
    assert_eq!(models.len(), 1, "{models:?}");
    assert_eq!(models[0].num_embeddings, u64::from(NUM_PICTURES));
}

#[test]
fn loading_is_said() {
    let place = Place::new();
    let mut engine = place.embedded("");
    state(&mut engine, |it| it.index == IndexState::NotLoaded);
    engine.ask(Request::Index(IndexCommand::Load));
    let mut is_loading = false;
    engine.wait(|it| match it {
        Event::Similarity(state) => {
            is_loading |= state.index == IndexState::Loading;
            is_loaded(&state).then_some(())
        }
        _ => None,
    });
    assert!(is_loading);
}
