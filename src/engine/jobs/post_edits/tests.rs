//! Changes of more posts than one step takes, stopped and gone on with.

use crossbeam_channel::{Sender, bounded, unbounded};

use super::super::News;
use super::super::edit_progress::{EditStops, EditWatch};
use super::*;
use crate::library::{OpenOptions, Outcome, PostColumns};
use crate::message::{EditOutcome, TagEdit};
use crate::model::{FileDraft, FileStamp, Md5, ParentDraft, PostDraft, Rating};

const NUM_POSTS: u8 = 40;

struct Bench {
    library: Library,
    writer: Writer,
    history: EditHistory,
    posts: Vec<PostId>,
    _dir: tempfile::TempDir,
}

impl Bench {
    /// Posts whose files are nowhere. Each has the one before as its parent, or the one
    /// after.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path(), &OpenOptions::default()).unwrap();
        let mut writer = library.writer().unwrap();
        let drafts: Vec<PostDraft> = (1..=NUM_POSTS)
            .map(|number| {
                let is_upwards = number % 3 == 0;
                let parent = if is_upwards { number + 1 } else { number - 1 };
                PostDraft {
                    file: Some(FileDraft {
                        path: format!("/nowhere/{number}.png").into(),
                        stamp: FileStamp {
                            size: u64::from(number),
                            modified_ns: 1,
                        },
                        sidecar_stamp: 0,
                    }),
                    md5: Some(Md5([number; 16])),
                    parent: Some(ParentDraft::Md5(Md5([parent; 16]))),
                    ..PostDraft::default()
                }
            })
            .collect();
        let (outcomes, _) = writer.write_batch(&drafts).unwrap();
        let posts = outcomes.into_iter().filter_map(Outcome::post).collect();
        let sizes = StepSizes {
            num_marks: 4,
            num_posts: 4,
        };
        Self {
            library,
            writer,
            history: EditHistory::with_sizes(sizes),
            posts,
            _dir: dir,
        }
    }

    fn carry_out(
        &mut self,
        request: &EditRequest,
        news: &Sender<News>,
        stops: &EditStops,
    ) -> EditOutcome {
        let mut watch = EditWatch::begin(news, stops);
        let done = self
            .history
            .carry_out(&self.library, &mut self.writer, request, &mut watch);
        self.history.outcome(done.map_err(|err| err.to_string()))
    }

    #[track_caller]
    fn ask(&mut self, request: &EditRequest) -> String {
        let (news, _heard) = unbounded();
        let outcome = self.carry_out(request, &news, &EditStops::default());
        outcome.outcome.unwrap()
    }

    /// Stops it once its first step is committed: after that one, or the next.
    #[track_caller]
    fn ask_and_stop(&mut self, request: &EditRequest) -> EditOutcome {
        let stops = EditStops::default();
        let (news, heard) = bounded(0);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for news in heard {
                    if matches!(news, News::EditCommitted(_)) {
                        stops.stop_running();
                    }
                }
            });
            let outcome = self.carry_out(request, &news, &stops);
            drop(news);
            outcome
        })
    }

    fn columns(&self) -> Vec<PostColumns> {
        let mut all = Vec::new();
        self.library
            .reader("test")
            .unwrap()
            .for_each_post(&mut |it| all.push(it.clone()))
            .unwrap();
        all.sort_by_key(|it| it.id);
        all
    }

    fn num_rated(&self) -> usize {
        let is_safe = |it: &&PostColumns| it.rating == Some(Rating::General);
        self.columns().iter().filter(is_safe).count()
    }

    fn rate(&self) -> EditRequest {
        EditRequest::Do(PostEdit::Rate {
            posts: self.posts.clone(),
            rating: Some(Rating::General),
        })
    }

    fn remove(&self) -> EditRequest {
        let posts = self.posts.clone();
        EditRequest::Do(PostEdit::Remove { posts })
    }
}

#[test]
fn marks_in_steps_are_stopped_taken_back_and_put_again() {
    let mut bench = Bench::new();
    let before = bench.columns();
    let all = bench.posts.len();
    let told = bench.ask_and_stop(&bench.rate()).outcome.unwrap();
    let num = bench.num_rated();
    assert!(num == 4 || num == 8, "{num}");
    assert_eq!(
        told,
        format!("40 posts rated general; stopped after {num} of 40")
    );
    bench.ask(&EditRequest::Undo);
    assert_eq!(bench.columns(), before);

    bench.ask(&bench.rate());
    assert_eq!(bench.num_rated(), all);
    let outcome = bench.ask_and_stop(&EditRequest::Undo);
    let num = all - bench.num_rated();
    assert!(num == 4 || num == 8, "{num}");
    assert_eq!(
        outcome.outcome.unwrap(),
        format!("Taking back: 40 posts rated general; stopped after {num} of 40")
    );
    assert!(outcome.undo.is_some() && outcome.redo.is_some());
    // The rest, then all of it again.
    let told = bench.ask(&EditRequest::Undo);
    assert_eq!(told, "Taken back: 40 posts rated general");
    assert_eq!(bench.columns(), before);
    let told = bench.ask_and_stop(&EditRequest::Redo).outcome.unwrap();
    let (num_done, num_rest) = (bench.num_rated(), all - num);
    let wanted = format!("40 posts rated general; stopped after {num_done} of {num_rest}");
    assert_eq!(told, wanted);
    while bench.history.redo.last().is_some() {
        bench.ask(&EditRequest::Redo);
    }
    assert_eq!(bench.num_rated(), all);
    while bench.history.undo.back().is_some() {
        bench.ask(&EditRequest::Undo);
    }
    assert_eq!(bench.columns(), before);
}

#[test]
fn posts_in_steps_leave_and_come_back_with_what_ties_them() {
    let mut bench = Bench::new();
    let before = bench.columns();
    let num_tied = before.iter().filter(|it| it.parent.is_some()).count();
    assert!(num_tied >= 38, "{num_tied}");
    let told = bench.ask_and_stop(&bench.remove()).outcome.unwrap();
    let num_left = bench.columns().len();
    assert!(num_left == 36 || num_left == 32, "{num_left}");
    assert!(told.contains("taken out of the library; stopped"), "{told}");
    bench.ask(&EditRequest::Undo);
    assert_eq!(bench.columns(), before);

    bench.ask(&bench.remove());
    assert_eq!(bench.columns(), []);
    let told = bench.ask_and_stop(&EditRequest::Undo).outcome.unwrap();
    let num_back = bench.columns().len();
    assert!(num_back == 4 || num_back == 8, "{num_back}");
    assert_eq!(
        told,
        format!("Taking back: 40 posts taken out of the library; stopped after {num_back} of 40")
    );
    bench.ask(&EditRequest::Undo);
    assert_eq!(bench.columns(), before);

    // Both parts go again, and the way back is whole.
    let told = bench.ask_and_stop(&EditRequest::Redo).outcome.unwrap();
    assert!(told.contains("; stopped after"), "{told}");
    while bench.history.redo.last().is_some() {
        bench.ask(&EditRequest::Redo);
    }
    assert_eq!(bench.columns(), []);
    while bench.history.undo.back().is_some() {
        bench.ask(&EditRequest::Undo);
    }
    assert_eq!(bench.columns(), before);
}

#[test]
fn what_was_taken_out_when_the_program_ended_can_still_come_back() {
    let mut bench = Bench::new();
    bench.ask(&bench.rate());
    let before = bench.columns();
    bench.ask(&bench.remove());
    // It ends on the way back.
    bench.ask_and_stop(&EditRequest::Undo);
    let num_back = bench.columns().len();
    assert!((1..40).contains(&num_back), "{num_back}");
    bench.history = EditHistory::with_sizes(bench.history.sizes);
    let told = bench.history.take_former(&bench.library).unwrap().unwrap();
    let num_left = 40 - num_back;
    let wanted = format!("{num_left} posts taken out before Kobako was ended");
    assert_eq!(told, wanted);
    bench.ask(&EditRequest::Undo);
    assert_eq!(
        bench.columns(),
        before,
        "with their ratings and what ties them"
    );
    let reader = bench.library.reader("test").unwrap();
    assert!(!reader.has_former_posts().unwrap());

    bench.ask(&EditRequest::Redo);
    assert_eq!(bench.columns().len(), num_back);
    bench.writer.forget_former_posts().unwrap();
    let mut later = EditHistory::default();
    assert_eq!(later.take_former(&bench.library).unwrap(), None);
}

#[test]
fn tags_in_steps_are_stopped_taken_back_and_put_again() {
    let mut bench = Bench::new();
    let before = bench.columns();
    let num_tagged = |bench: &Bench| {
        let columns = bench.columns();
        columns.iter().filter(|it| it.num_tags == 1).count()
    };
    // A post takes as long as several marks.
    bench.history.sizes.num_marks = 16;
    let edit = |bench: &Bench| {
        EditRequest::Do(PostEdit::Tag {
            posts: bench.posts.clone(),
            tags: TagEdit::adding("cat"),
        })
    };
    let told = bench.ask_and_stop(&edit(&bench)).outcome.unwrap();
    let num = num_tagged(&bench);
    assert!(num == 4 || num == 8, "{num}");
    let wanted = format!("40 posts tagged cat; stopped after {num} of 40");
    assert_eq!(told, wanted);
    bench.ask(&edit(&bench));
    assert_eq!(num_tagged(&bench), 40);
    bench.history.sizes.num_marks = 4;
    let told = bench.ask_and_stop(&EditRequest::Undo).outcome.unwrap();
    assert!(told.contains("; stopped after"), "{told}");
    while bench.history.undo.back().is_some() {
        bench.ask(&EditRequest::Undo);
    }
    assert_eq!(bench.columns(), before);
    while bench.history.redo.last().is_some() {
        bench.ask(&EditRequest::Redo);
    }
    assert_eq!(num_tagged(&bench), 40);
}
