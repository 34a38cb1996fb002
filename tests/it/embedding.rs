//! Embedding a library in the background, with the real worker.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;
use kobako::engine::embed::{EmbedContext, EmbedJob, EmbedNews};
use kobako::engine::worker::{self, EmbedError, ModelSpec, PictureInput};
use kobako::library::{Library, OpenOptions, SimilarityStore};
use kobako::memory::Permits;
use kobako::message::{EmbedProgress, EmbedReport};
use kobako::model::{ModelId, PostId};

use crate::fixture::{self, Engine};

/// More than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Fixture {
    dir: tempfile::TempDir,
    library: Arc<Library>,
    job: EmbedJob,
    news: Receiver<EmbedNews>,
}

impl Fixture {
    /// A library with so many pictures.
    fn new(num: u32) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let pictures = dir.path().join("pictures");
        fixture::make_pictures(&pictures, num);
        let at = dir.path().join("library");
        let (mut engine, _) = Engine::start(&at);
        assert_eq!(engine.import(&[pictures]).added, u64::from(num));
        engine.stop();
        let library = Arc::new(Library::open(&at, &OpenOptions::default()).unwrap());
        let (job, news) = job(&library);
        Self {
            dir,
            library,
            job,
            news,
        }
    }

    fn picture(&self, number: u32) -> PathBuf {
        self.dir.path().join(format!("pictures/{number:04}.png"))
    }

    fn post_of(&self, path: &Path) -> PostId {
        let known = self.library.reader("test").unwrap().known_file(path);
        known.unwrap().unwrap().post
    }

    fn store(&self) -> (SimilarityStore, ModelId) {
        let store = self.library.similarity("test").unwrap();
        let models = store.models().unwrap();
        assert_eq!(models.len(), 1, "{models:?}");
        assert_eq!(models[0].key, self.job.model_key().unwrap());
        assert_eq!(models[0].dimensions, 1_280);
        (store, models[0].id)
    }

    #[track_caller]
    fn wait<T>(&self, mut pick: impl FnMut(EmbedNews) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let news = self.news.recv_deadline(deadline);
            if let Some(picked) = pick(news.expect("the job says something")) {
                return picked;
            }
        }
    }

    #[track_caller]
    fn ended(&self) -> EmbedReport {
        self.wait(|it| match it {
            EmbedNews::Ended(report) => Some(report),
            _ => None,
        })
    }

    #[track_caller]
    fn progress(&self, mut is_it: impl FnMut(&EmbedProgress) -> bool) -> EmbedProgress {
        self.wait(|it| match it {
            EmbedNews::Progress(progress) if is_it(&progress) => Some(progress),
            _ => None,
        })
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        if let Some(thread) = self.job.stop() {
            thread.join().unwrap();
        }
    }
}

fn job(library: &Arc<Library>) -> (EmbedJob, Receiver<EmbedNews>) {
    job_with(library, PATIENCE)
}

fn job_with(library: &Arc<Library>, picture_timeout: Duration) -> (EmbedJob, Receiver<EmbedNews>) {
    let (sender, news) = crossbeam_channel::unbounded();
    let job = EmbedJob::new(EmbedContext {
        library: library.clone(),
        model: ModelSpec::built_in(),
        program: PathBuf::from(env!("CARGO_BIN_EXE_kobako")),
        memory_limit_bytes: 512 << 20,
        worker_idle: Duration::from_secs(300),
        picture_timeout,
        tell: Arc::new(move |it| sender.send(it).is_ok()),
    });
    (job, news)
}

fn kill(pid: u32) {
    let killed = std::process::Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.unwrap().success());
}

#[test]
fn every_picture_is_embedded_once() {
    let it = Fixture::new(70);
    // One is damaged, one changed, one away.
    let damaged = it.picture(3);
    let changed = it.picture(7);
    let away = it.picture(5);
    let (damaged_post, away_post) = (it.post_of(&damaged), it.post_of(&away));
    fixture::damage(&damaged);
    std::fs::copy(it.picture(8), &changed).unwrap();
    let elsewhere = it.dir.path().join("elsewhere.png");
    std::fs::rename(&away, &elsewhere).unwrap();

    it.job.start().unwrap();
    let mut written = Vec::new();
    let report = it.wait(|news| match news {
        EmbedNews::Written { posts, .. } => {
            written.extend(posts);
            None
        }
        EmbedNews::Progress(progress) => {
            assert!(progress.num_done <= progress.num_total);
            assert_eq!(progress.num_total, 70);
            None
        }
        EmbedNews::Ended(report) => Some(report),
    });
    assert_eq!(
        (report.embedded, report.cancelled, report.stopped.as_deref()),
        (67, false, None)
    );
    let mut failed: Vec<_> = report.failed.iter().map(|it| it.path.clone()).collect();
    failed.sort();
    assert_eq!(failed, [damaged, away.clone(), changed.clone()]);
    let mut reasons = report.failed.iter().filter(|it| it.path == changed);
    assert!(reasons.next().unwrap().reason.contains("import it again"));

    let (store, model) = it.store();
    let posts = store.posts(model).unwrap();
    assert_eq!(posts.len(), 67);
    assert_eq!(written.len(), 67);
    assert!(written.iter().all(|it| posts.contains(it.0)));
    // What is away or changed may be as it was; what is damaged is not tried again.
    let failures = store.failures(model).unwrap();
    assert_eq!(failures.len(), 1);
    assert_eq!(failures[0].0, damaged_post);

    // Rows are the model's values with length 1.
    let path = it.picture(9);
    let stored = store.vector_of(model, it.post_of(&path)).unwrap().unwrap();
    let mut alone = worker::load(&ModelSpec::built_in()).unwrap();
    let values = alone.embed_file(&path, &Permits::new(64 << 20)).unwrap();
    let length = values.iter().map(|it| it * it).sum::<f32>().sqrt();
    for (stored, value) in stored.iter().zip(&values) {
        assert!((stored - value / length).abs() < 1e-3);
    }

    // The worker goes on being there, and a second run finds nothing but what is away and changed.
    std::fs::rename(&elsewhere, &away).unwrap();
    it.job.start().unwrap();
    let report = it.ended();
    assert_eq!((report.embedded, report.failed.len()), (1, 1));
    assert!(store.posts(model).unwrap().contains(away_post.0));
    it.job.retry_failed().unwrap();
    assert_eq!(it.ended().failed.len(), 2);
    assert_eq!(it.job.worker().num_starts(), 1);

    // Another session has nothing to do, and starts no worker for it.
    let (job, news) = job(&it.library);
    job.start().unwrap();
    let ended = loop {
        match news.recv_timeout(PATIENCE).unwrap() {
            // Of what is changed.
            EmbedNews::Progress(_) => {}
            it => break it,
        }
    };
    assert!(
        matches!(&ended, EmbedNews::Ended(report) if report.embedded == 0),
        "{ended:?}"
    );
    assert_eq!(job.worker().num_starts(), 0);
}

#[test]
fn it_rests_goes_on_and_answers_in_between() {
    let it = Fixture::new(60);
    it.job.start().unwrap();
    it.progress(|it| it.num_done > 0);
    it.job.pause();
    let paused = it.progress(|it| it.is_paused);
    assert!(paused.num_done < 60);
    // What was done until then is in the store.
    let (store, model) = it.store();
    let num_rows = store.posts(model).unwrap().len();
    assert_eq!(num_rows, paused.num_done);
    let values = it.job.embed(PictureInput::Path(it.picture(59)), &|| false);
    assert_eq!(values.unwrap().len(), 1_280);
    let refused = it
        .job
        .embed(PictureInput::Path(it.dir.path().join("none.png")), &|| {
            false
        });
    assert!(
        matches!(refused, Err(EmbedError::Picture(_))),
        "{refused:?}"
    );
    assert_eq!(store.posts(model).unwrap().len(), num_rows);
    it.job.resume();
    it.progress(|it| !it.is_paused);
    // Asked in the middle of it, it is answered long before the end.
    let values = it.job.embed(PictureInput::Path(it.picture(0)), &|| false);
    assert_eq!(values.unwrap().len(), 1_280);
    assert_eq!(it.ended().embedded, 60);
    assert_eq!(it.job.worker().num_starts(), 1);
}

#[test]
fn a_run_that_is_cancelled_keeps_what_it_has_and_can_be_begun_again() {
    let it = Fixture::new(60);
    // Before anything runs it has no effect.
    it.job.cancel();
    it.job.start().unwrap();
    it.progress(|it| it.num_done > 2);
    it.job.cancel();
    let report = it.ended();
    assert!(report.cancelled && report.embedded > 0 && report.embedded < 60);
    let (store, model) = it.store();
    assert_eq!(store.posts(model).unwrap().len(), report.embedded);
    it.job.start().unwrap();
    assert_eq!(it.ended().embedded, 60 - report.embedded);
    assert_eq!(store.posts(model).unwrap().len(), 60);
}

#[test]
fn a_worker_that_is_killed_costs_nothing() {
    let it = Fixture::new(60);
    it.job.start().unwrap();
    it.progress(|it| it.num_done > 0);
    kill(it.job.worker().pid().unwrap());
    let report = it.ended();
    assert_eq!((report.embedded, report.failed.len()), (60, 0));
    assert_eq!(it.job.worker().num_starts(), 2);
}

#[test]
fn stopping_takes_less_than_a_second_and_leaves_no_worker() {
    let it = Fixture::new(60);
    it.job.start().unwrap();
    it.progress(|it| it.num_done > 0);
    let pid = it.job.worker().pid().unwrap();
    let start = Instant::now();
    it.job.stop().unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(5));
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
    assert!(it.ended().cancelled);
    assert!(it.job.start().is_err());
    let (store, model) = it.store();
    assert!(!store.posts(model).unwrap().is_empty());
}

#[test]
fn a_model_that_cannot_be_loaded_ends_the_run_with_the_reason() {
    let mut it = Fixture::new(2);
    let path = it.dir.path().join("model.onnx");
    let (sender, news) = crossbeam_channel::unbounded();
    it.news = news;
    it.job = EmbedJob::new(EmbedContext {
        library: it.library.clone(),
        model: ModelSpec::preset("clip", &path).unwrap(),
        program: PathBuf::from(env!("CARGO_BIN_EXE_kobako")),
        memory_limit_bytes: 512 << 20,
        worker_idle: Duration::from_secs(300),
        picture_timeout: PATIENCE,
        tell: Arc::new(move |it| sender.send(it).is_ok()),
    });
    it.job.start().unwrap();
    assert!(it.ended().stopped.unwrap().contains("model_path"));
    std::fs::write(&path, "no model").unwrap();
    it.job.start().unwrap();
    let stopped = it.ended().stopped.unwrap();
    assert!(stopped.contains("model.onnx"), "{stopped}");
    assert!(
        !it.library.has_similarity()
            || it
                .library
                .similarity("t")
                .unwrap()
                .models()
                .unwrap()
                .is_empty()
    );
}

#[test]
fn where_no_picture_can_be_embedded_none_is_blamed() {
    let mut it = Fixture::new(5);
    let (impatient, news) = job_with(&it.library, Duration::from_nanos(1));
    (it.job, it.news) = (impatient, news);
    it.job.start().unwrap();
    let report = it.ended();
    let reason = report.stopped.unwrap();
    assert!(reason.contains("3 pictures in a row"), "{reason}");
    assert_eq!((report.embedded, report.num_failed), (0, 0));
    let store = it.library.similarity("test").unwrap();
    for model in store.models().unwrap() {
        assert_eq!(store.num_failures(model.id).unwrap(), 0);
    }

    // With the others embedded, those that cost workers are named.
    let (patient, news) = job(&it.library);
    (it.job, it.news) = (patient, news);
    it.job.start().unwrap();
    assert_eq!(it.ended().embedded, 5);
}
