//! The page on which duplicates are found, compared and decided about.

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use kobako::message::{DuplicateDecision, DuplicateMeasure, EditRequest, Event, Request};
use kobako::model::PostId;

use super::Bench;

const POSTS: u32 = 30;

impl Bench {
    fn decisions(&self) -> Vec<&DuplicateDecision> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::Duplicates(decision) => Some(decision),
                _ => None,
            })
            .collect()
    }

    fn measures(&self) -> Vec<DuplicateMeasure> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::FindDuplicates { measure, .. } => Some(*measure),
                _ => None,
            })
            .collect()
    }

    /// The page with groups found, and the first one looked at.
    fn reviewing() -> Self {
        let mut bench = Self::with_posts(POSTS);
        bench.press(Key::F7);
        bench.click("Find duplicates");
        bench.click("Group 1: 2 posts, 97 % alike");
        bench
    }

    fn wait_for(&mut self, part: &str) {
        for _ in 0..200 {
            if self.has_part(part) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            self.window.step();
            self.settle();
        }
        panic!("{part} never came");
    }
}

fn posts(ids: &[u32]) -> Vec<PostId> {
    ids.iter().copied().map(PostId).collect()
}

#[test]
fn groups_are_found_by_hash_or_by_content() {
    let mut bench = Bench::with_posts(POSTS);
    bench.press(Key::F7);
    assert!(bench.has("Find pictures that are there more than once"));
    assert!(bench.measures().is_empty(), "nothing is looked for unasked");
    bench.click("Find duplicates");
    assert_eq!(bench.measures(), [DuplicateMeasure::Distance(4)]);
    assert!(bench.has("3 groups of 7 posts, at least 94 % alike, in 400.0 ms"));
    assert!(bench.has("Group 2: 3 posts, at least 94 % alike"));

    // The slider goes the same way for both measures.
    bench
        .window
        .get_by_role_and_label(Role::Slider, "How alike at least")
        .focus();
    bench.settle();
    bench.press(Key::ArrowRight);
    bench.press(Key::F);
    assert_eq!(
        bench.measures().last(),
        Some(&DuplicateMeasure::Distance(3))
    );
    assert!(bench.has_part("at least 95 % alike"));

    bench.click("By content");
    bench
        .window
        .get_by_role_and_label(Role::Slider, "How alike at least")
        .focus();
    bench.settle();
    bench.press(Key::ArrowRight);
    bench.press(Key::F);
    let Some(DuplicateMeasure::Cosine(cosine)) = bench.measures().last().copied() else {
        panic!("not by cosine");
    };
    assert!(cosine > 0.95 && cosine <= 1.0, "{cosine}");
    assert!(bench.has_part("% alike"));
}

#[test]
fn a_search_for_duplicates_shows_how_far_it_is_and_stops() {
    let mut bench = Bench::with_posts(POSTS);
    bench.engine.similar.finds_duplicates = false;
    bench.press(Key::F7);
    bench.click("Find duplicates");
    assert!(bench.has("Searching…") && bench.has("Stop"));
    bench.click("Stop");
    assert!(matches!(
        bench.engine.asked.last(),
        Some(Request::StopDuplicates)
    ));
    assert!(bench.has("Find duplicates") && !bench.has("Searching…"));
}

#[test]
fn none_found_and_an_error_say_so() {
    let mut bench = Bench::with_posts(POSTS);
    bench.engine.similar.duplicates = Ok(Vec::new());
    bench.press(Key::F7);
    bench.press(Key::F);
    assert!(bench.has("No duplicates were found"));
    bench.engine.similar.duplicates =
        Err("Nothing is embedded; embed the pictures first".to_owned());
    bench.press(Key::F);
    assert!(bench.has("Duplicates can't be found"));
    assert!(bench.has("Nothing is embedded; embed the pictures first"));
}

#[test]
fn two_pictures_are_compared() {
    let mut bench = Bench::reviewing();
    assert!(bench.has("Left: picture of post 21") && bench.has("Right: picture of post 22"));
    assert!(bench.has("210 × 1000") && bench.has("220 × 1000"));
    assert!(bench.has("/pictures/picture 21.png"));
    assert!(bench.has("7 tags in common"));
    assert!(bench.has("only of 21") && bench.has("only of 22"));

    bench.press(Key::Num2);
    assert!(bench.has("Left: picture of post 21") && !bench.has_part("Right: picture"));
    bench.press(Key::Space);
    assert!(bench.has("Right: picture of post 22") && !bench.has_part("Left: picture"));
    bench.click("Show the other");
    assert!(bench.has("Left: picture of post 21"));

    bench.press(Key::Num3);
    bench.wait_for("Difference: ");
    assert!(bench.has_part("of the pixels noticeably"));

    bench.press(Key::Num1);
    bench.click("Left: picture of post 21");
    assert!(bench.has("Picture of post 21"));
    bench.press(Key::Escape);
    assert!(bench.has("Left: picture of post 21") && bench.has("Right: picture of post 22"));
}

#[test]
fn one_is_kept_and_the_next_group_comes() {
    let mut bench = Bench::reviewing();
    bench.click("Keep right");
    assert_eq!(
        bench.decisions(),
        [&DuplicateDecision::Merge {
            keep: PostId(22),
            others: posts(&[21]),
            trash_files: false,
        }]
    );
    assert!(bench.has("1 merged onto post 22"));
    assert!(bench.has("Left: picture of post 23"), "the next group");
    assert!(bench.has("Group 1: 2 posts, 97 % alike; 1 merged onto post 22"));

    bench.click("Undo: the merge onto post 22");
    assert_eq!(bench.decisions().last(), Some(&&DuplicateDecision::Undo));
    assert!(bench.has("Taken back") && bench.has("Left: picture of post 21"));
    assert!(bench.has("Group 1: 2 posts, 97 % alike"));
    assert!(!bench.has_part("Undo: "), "there is nothing before it");
}

#[test]
fn files_go_to_the_trash_only_after_they_were_named() {
    let mut bench = Bench::reviewing();
    bench.press(Key::T);
    bench.press(Key::L);
    assert!(bench.decisions().is_empty());
    assert!(bench.has("Keep post 21 and move 1 file to the trash?"));
    assert!(bench.has("picture 22.png"));
    bench.press(Key::Escape);
    assert!(!bench.has_part("to the trash?") && bench.decisions().is_empty());
    bench.press(Key::L);
    bench.click("Merge and move to the trash");
    assert_eq!(
        bench.decisions(),
        [&DuplicateDecision::Merge {
            keep: PostId(21),
            others: posts(&[22]),
            trash_files: true,
        }]
    );
}

#[test]
fn a_key_says_yes_only_to_what_the_question_names() {
    let mut bench = Bench::with_posts(POSTS);
    bench.press(Key::F7);
    bench.click("Find duplicates");
    bench.engine.answers_details = false;
    bench.click("Group 2: 3 posts, at least 94 % alike");
    bench.press_with(Modifiers::SHIFT, Key::L);
    bench.press(Key::T);
    bench.press(Key::K);
    bench.press(Key::Enter);
    assert!(bench.has("Looking up the files…"), "the question stays");
    assert!(bench.decisions().is_empty());
    bench.engine.answers_details = true;
    bench.settle();
    assert!(bench.has("picture 24.png, picture 26.png"));

    // The library changed: what was named may not be all any more.
    bench.engine.answers_details = false;
    let summary = bench.engine.summary();
    bench.change(summary);
    bench.press(Key::Enter);
    assert!(bench.decisions().is_empty());
    bench.engine.answers_details = true;
    bench.settle();
    bench.press(Key::Enter);
    assert_eq!(bench.decisions().len(), 1);
    assert!(!bench.has_part("to the trash?"));
}

#[test]
fn what_is_being_decided_is_not_about_the_next_list() {
    let mut bench = Bench::reviewing();
    bench.engine.similar.answers_decisions = false;
    bench.press(Key::L);
    bench.press(Key::F);
    bench.press(Key::N);
    let decided = Event::DuplicateDecided {
        outcome: Ok("1 merged onto post 21".to_owned()),
        undo: Some("the merge onto post 21".to_owned()),
    };
    bench.engine.tell(decided);
    bench.settle();
    assert!(bench.has("1 merged onto post 21"), "it is said");
    assert!(bench.has("Group 1: 2 posts, 97 % alike"));
    assert!(bench.has("Left: picture of post 21"), "nothing is decided");
}

#[test]
fn groups_are_labelled_with_what_was_asked() {
    let mut bench = Bench::with_posts(POSTS);
    bench.engine.similar.finds_duplicates = false;
    bench.press(Key::F7);
    bench.click("Find duplicates");
    bench.click("By content");
    let asked = bench.engine.asked.iter().rev();
    let generation = asked
        .filter_map(|it| match it {
            Request::FindDuplicates { generation, .. } => Some(*generation),
            _ => None,
        })
        .next()
        .unwrap();
    bench.engine.similar.finds_duplicates = true;
    for event in bench.engine.similar.find_duplicates(generation) {
        bench.engine.tell(event);
    }
    bench.settle();
    assert!(bench.has_part("at least 94 % alike"));
}

#[test]
fn what_was_decided_another_day_can_be_taken_back() {
    let mut bench = Bench::with_posts(POSTS);
    bench.engine.similar.undo = Some("2 posts marked as no duplicates".to_owned());
    bench.press(Key::F7);
    bench.press(Key::F);
    bench.click("Undo: 2 posts marked as no duplicates");
    assert_eq!(bench.decisions(), [&DuplicateDecision::Undo]);
}

#[test]
fn a_larger_group_is_decided_pair_by_pair() {
    let mut bench = Bench::reviewing();
    bench.press(Key::N);
    assert!(bench.has("Left: picture of post 23") && bench.has("Right: picture of post 24"));
    bench.press(Key::M);
    assert!(bench.has("Right: picture of post 26"));
    bench.click("Member: post 24, 97 % alike");
    assert!(bench.has("Right: picture of post 24"));
    bench.press(Key::L);
    assert_eq!(
        bench.decisions(),
        [&DuplicateDecision::Merge {
            keep: PostId(23),
            others: posts(&[24]),
            trash_files: false,
        }]
    );
    assert!(bench.has("1 merged onto post 23"));
    assert!(
        bench.has("Left: picture of post 23"),
        "the rest of the group"
    );
    assert!(bench.has("Right: picture of post 26"));
    assert!(bench.has("Group 2: 2 posts, 94 % alike"));
    bench.press(Key::R);
    let last = DuplicateDecision::Merge {
        keep: PostId(26),
        others: posts(&[23]),
        trash_files: false,
    };
    assert_eq!(bench.decisions().last(), Some(&&last));
    assert!(bench.has("Left: picture of post 27"), "the next group");
    bench.press(Key::P);
    assert!(bench.has("This group is decided"));
    bench.press(Key::L);
    assert_eq!(bench.decisions().len(), 2, "once is enough");
    bench.press_with(Modifiers::COMMAND, Key::Z);
    assert!(bench.has("Taken back") && bench.has("Left: picture of post 23"));
    assert!(bench.has("Group 2: 2 posts, 94 % alike"));
}

#[test]
fn undo_takes_back_nothing_that_the_page_does_not_show() {
    let mut bench = Bench::with_posts(POSTS);
    bench.click("picture 2.png");
    bench.press(Key::F);
    bench.press(Key::F7);
    bench.click("Find duplicates");
    bench.click("Group 1: 2 posts, 97 % alike");
    bench.press(Key::X);
    for _ in 0..2 {
        bench.press_with(Modifiers::COMMAND, Key::Z);
    }
    assert!(bench.has_part("No decision is left to undo"));
    assert_eq!(bench.decisions().len(), 2, "one, and its undo");
    let mut asked = bench.engine.asked.iter();
    assert!(
        !asked.any(|it| matches!(it, Request::Edit(EditRequest::Undo))),
        "the favourite of the grid stays"
    );
    bench.press(Key::Escape);
    bench.press_with(Modifiers::COMMAND, Key::Z);
    let last = bench.engine.asked.iter().rev();
    let mut edits = last.filter(|it| matches!(it, Request::Edit(_)));
    assert!(matches!(
        edits.next(),
        Some(Request::Edit(EditRequest::Undo))
    ));
}

#[test]
fn the_ticked_ones_of_a_group_are_kept() {
    let mut bench = Bench::reviewing();
    bench.press(Key::N);
    assert!(
        bench.has("Member: post 26, 94 % alike, best, kept"),
        "it has most pixels"
    );
    assert!(bench.has("Keep 1, merge 2"));
    bench.click("Keep post 23");
    assert!(bench.has("Member: post 23, left, kept"));
    bench.press_with(Modifiers::SHIFT, Key::R);
    assert!(bench.has("Member: post 24, right, 97 % alike, kept"));
    bench.press(Key::K);
    assert!(bench.decisions().is_empty(), "all are kept");
    bench.press_with(Modifiers::SHIFT, Key::R);
    bench.press(Key::T);
    bench.click("Keep 2, trash 1…");
    assert!(bench.has("Keep post 26 and move 1 file to the trash?"));
    assert!(bench.has("picture 24.png"));
    bench.press(Key::Enter);
    assert_eq!(
        bench.decisions(),
        [&DuplicateDecision::Merge {
            keep: PostId(26),
            others: posts(&[24]),
            trash_files: true,
        }]
    );
    assert!(bench.has("Group 2: 2 posts, 94 % alike"), "two are kept");
    bench.press_with(Modifiers::COMMAND, Key::Z);
    assert!(bench.has("Group 2: 3 posts, at least 94 % alike"));
    bench.press(Key::X);
    let none = DuplicateDecision::NotDuplicates(posts(&[23, 24, 26]));
    assert_eq!(bench.decisions().last(), Some(&&none));
}

#[test]
fn one_picture_is_singled_out_of_a_group() {
    let mut bench = Bench::reviewing();
    bench.press(Key::O);
    assert!(bench.decisions().is_empty(), "two are no group to leave");
    bench.press(Key::N);
    bench.click("Right is no duplicate");
    assert_eq!(
        bench.decisions(),
        [&DuplicateDecision::NotDuplicateOf {
            post: PostId(24),
            others: posts(&[23, 26]),
        }]
    );
    assert!(bench.has("Post 24 is no duplicate"));
    assert!(bench.has("Left: picture of post 23") && bench.has("Right: picture of post 26"));
    bench.click("Undo: that post 24 is no duplicate");
    assert!(bench.has("Right: picture of post 24"));
}

#[test]
fn the_rest_of_a_large_group_is_opened_from_the_list() {
    let mut bench = Bench::with_posts(POSTS);
    bench.engine.similar.duplicates = Ok(vec![(1..=8).collect(), vec![9, 10]]);
    bench.press(Key::F7);
    bench.press(Key::F);
    assert!(!bench.has_part("Member: "));
    bench.click("5 more of group 1");
    assert!(bench.has("Member: post 4, 91 % alike") && bench.has("Member: post 8, 78 % alike"));
    assert!(!bench.has_part("Member: post 3,"), "it is in the list");
    bench.click("Member: post 8, 78 % alike");
    assert!(bench.has("Left: picture of post 1") && bench.has("Right: picture of post 8"));
}

#[test]
fn a_decision_that_failed_changes_nothing() {
    let mut bench = Bench::reviewing();
    bench.engine.similar.decision_failure =
        Some("library.db can't be written: the disk is full".to_owned());
    bench.press(Key::L);
    assert!(bench.has("library.db can't be written: the disk is full"));
    assert!(bench.has("Left: picture of post 21"), "the same group");
    assert!(bench.has("Group 1: 2 posts, 97 % alike"));
}

#[test]
fn a_library_that_cannot_be_written_takes_no_decision() {
    let mut bench = Bench::with_posts(POSTS);
    let mut summary = bench.engine.summary();
    summary.read_only = Some("another Kobako has it open".to_owned());
    bench.engine.tell(Event::Ready(summary));
    bench.settle();
    bench.press(Key::F7);
    bench.press(Key::F);
    bench.press(Key::N);
    assert!(bench.has("Nothing can be decided: another Kobako has it open"));
    bench.press(Key::L);
    assert!(bench.decisions().is_empty() && !bench.has("Keep left"));
}

#[test]
fn a_picture_that_is_missing_says_so() {
    let mut bench = Bench::with_posts(POSTS);
    bench.engine.similar.duplicates = Ok(vec![vec![4, 5]]);
    bench.press(Key::F7);
    bench.press(Key::F);
    bench.press(Key::N);
    assert!(bench.has_part("Right: picture of post 5: file is missing"));
    assert!(bench.has_part("(missing)"));
    bench.press(Key::Num3);
    assert!(bench.has_part("file is missing"));
}

#[test]
fn thousands_of_groups_are_painted_as_far_as_they_are_seen() {
    let mut bench = Bench::with_posts(20_000);
    bench.engine.similar.duplicates =
        Ok((0..8_000).map(|it| vec![2 * it + 1, 2 * it + 2]).collect());
    bench.press(Key::F7);
    bench.press(Key::F);
    let rows = bench
        .window
        .query_all_by_label_contains("Group ")
        .filter(|it| it.accesskit_node().role() == Role::ListBoxOption)
        .count();
    assert!((4..20).contains(&rows), "{rows}");
    for _ in 0..30 {
        bench.press(Key::ArrowDown);
    }
    assert!(bench.has("30 of 8,000"), "the first key looks at the first");
    assert!(
        bench.has_part("Group 30: "),
        "the list follows the keyboard"
    );
}

#[test]
fn the_page_opens_and_closes() {
    let mut bench = Bench::with_posts(POSTS);
    bench.click("Similar");
    bench.click("Find duplicates…");
    assert!(bench.has("Find pictures that are there more than once"));
    bench.press(Key::Escape);
    assert!(bench.has("picture 1.png"));
    bench.press(Key::F7);
    bench.press_with(Modifiers::COMMAND, Key::F);
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    assert!(bench.has("picture 1.png"));
}

#[test]
fn a_narrow_window_has_the_list_or_the_review() {
    let mut bench = Bench::with_posts(POSTS);
    bench.window.set_size(eframe::egui::vec2(480.0, 640.0));
    bench.settle();
    bench.press(Key::F7);
    bench.press(Key::F);
    bench.click("Group 1: 2 posts, 97 % alike");
    assert!(bench.has("Left: picture of post 21") && !bench.has_part("Group 2: "));
    for name in ["Keep right", "Not duplicates", "Difference"] {
        let rect = bench.window.get_by_label(name).rect();
        assert!(rect.right() <= 480.0, "{name}: {rect}");
    }
    bench.click("All groups");
    assert!(bench.has_part("Group 2: "));
}

#[test]
fn a_low_window_keeps_the_way_back() {
    let mut bench = Bench::with_posts(POSTS);
    bench.window.set_size(eframe::egui::vec2(640.0, 400.0));
    bench.settle();
    bench.press(Key::F7);
    bench.press(Key::F);
    bench.click("Group 1: 2 posts, 97 % alike");
    assert!(bench.has("Left: picture of post 21"));
    bench.click("Back");
    assert!(bench.has("picture 1.png"));
}
