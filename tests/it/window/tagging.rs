//! Tags of an open post, and of what is selected.

use eframe::egui::{Event as Input, Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use kobako::message::{EditRequest, PostEdit, Request, TagEdit};
use kobako::model::PostId;

use super::Bench;

const FIELD: &str = "Tags to give or take away";

impl Bench {
    fn edits_asked(&self) -> Vec<&EditRequest> {
        let asked = self.engine.asked.iter();
        asked
            .filter_map(|request| match request {
                Request::Edit(edit) => Some(edit),
                _ => None,
            })
            .collect()
    }

    /// The posts, the tags that they got and those that they lost, of each edit of tags.
    fn tagged(&self) -> Vec<(Vec<u32>, String, String)> {
        let edits = self.edits_asked();
        edits
            .into_iter()
            .filter_map(|it| match it {
                EditRequest::Do(PostEdit::Tag { posts, tags }) => {
                    let TagEdit { add, remove } = tags;
                    let add: Vec<&str> = add.iter().map(|it| it.name.as_str()).collect();
                    let posts = posts.iter().map(|it| it.0).collect();
                    Some((posts, add.join(" "), remove.join(" ")))
                }
                _ => None,
            })
            .collect()
    }

    fn field_text(&self) -> String {
        self.window.get_by_label(FIELD).value().unwrap_or_default()
    }

    /// The key, held so long that it comes again, and nothing else.
    fn hold(&mut self, key: Key, times: usize) {
        for _ in 0..times {
            self.window.event(pressed(key, true));
            self.window.step();
        }
        self.window.event(pressed(key, false));
        self.settle();
    }

    fn hold_letter(&mut self, key: Key, letter: &str, times: usize) {
        for _ in 0..times {
            let events = &mut self.window.input_mut().events;
            events.push(pressed(key, true));
            events.push(Input::Text(letter.to_owned()));
            self.window.step();
        }
        self.hold(key, 0);
    }
}

fn pressed(key: Key, pressed: bool) -> Input {
    Input::Key {
        key,
        physical_key: None,
        pressed,
        // The window finds out by itself.
        repeat: false,
        modifiers: Modifiers::NONE,
    }
}

#[test]
fn the_selection_is_tagged_by_words() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 2.png");
    bench
        .window
        .get_by_label("picture 6.png")
        .click_modifiers(Modifiers::SHIFT);
    bench.settle();
    bench.press(Key::E);
    assert!(bench.has("Tags of 5 posts"));
    assert!(bench.has("Tag even, 3 of 5 posts"));
    bench.type_text("even newcomer -odd");
    assert!(
        bench.has("New tag: newcomer"),
        "it is said before it is made"
    );
    bench.press(Key::Enter);
    let wanted = (
        vec![2, 3, 4, 5, 6],
        "even newcomer".to_owned(),
        "odd".to_owned(),
    );
    assert_eq!(bench.tagged(), [wanted]);
    assert_eq!(bench.field_text(), "", "ready for more");
    assert!(bench.has("5 posts tagged"));
    // The field is empty: what is taken back is the edit.
    bench.press_with(Modifiers::COMMAND, Key::Z);
    assert!(matches!(
        bench.edits_asked().last(),
        Some(EditRequest::Undo)
    ));
    bench.press(Key::Escape);
    assert!(!bench.has(FIELD));
    bench.press(Key::F);
    let edits = bench.edits_asked();
    assert!(matches!(edits.last(), Some(EditRequest::ToggleFavorite(_))));
}

#[test]
fn a_wrong_word_is_named_and_nothing_is_lost() {
    let mut bench = Bench::with_posts(30);
    bench.open("picture 3.png");
    bench.press(Key::E);
    assert!(bench.has("Tags of picture 3.png"));
    bench.type_text("even fizz");
    bench.press(Key::Enter);
    assert!(bench.has("“fizz” is no tag"));
    assert!(bench.tagged().is_empty());
    assert_eq!(bench.field_text(), "even fizz");
    // Enter in the frame of the last letters waits until these are read.
    bench.press_with(Modifiers::COMMAND, Key::A);
    let events = &mut bench.window.input_mut().events;
    events.push(Input::Text("odd".to_owned()));
    bench.window.key_press(Key::Enter);
    bench.settle();
    assert_eq!(bench.tagged(), [(vec![3], "odd".to_owned(), String::new())]);
}

#[test]
fn picture_after_picture_is_tagged_with_the_field_open() {
    let mut bench = Bench::with_posts(30);
    bench.open("picture 3.png");
    bench.press(Key::E);
    bench.type_text("first");
    bench.press(Key::Enter);
    bench.press(Key::PageDown);
    assert!(bench.has("Tags of picture 4.png"));
    bench.type_text("second");
    bench.press(Key::Enter);
    bench.press(Key::PageUp);
    assert!(bench.has("Tags of picture 3.png") && bench.has("Tag first"));
    let posts: Vec<_> = bench.tagged().into_iter().map(|it| (it.0, it.1)).collect();
    let wanted = [
        (vec![3], "first".to_owned()),
        (vec![4], "second".to_owned()),
    ];
    assert_eq!(posts, wanted);
    // Escape closes the field, then the post.
    bench.press(Key::Escape);
    assert!(!bench.has(FIELD) && bench.has("Picture of post 3"));
    bench.press(Key::Escape);
    assert!(!bench.has("Picture of post 3"));
    // Of the grid likewise.
    bench.press(Key::E);
    bench.press(Key::PageDown);
    assert!(bench.has("Tags of picture 4.png"));
    bench.press(Key::Escape);
    bench.click("picture 7.png");
    bench.press(Key::E);
    bench.click("picture 8.png");
    assert!(
        bench.has("Tags of picture 8.png"),
        "it follows what is selected"
    );
    bench
        .window
        .get_by_label("picture 8.png")
        .click_modifiers(Modifiers::COMMAND);
    bench.settle();
    assert!(!bench.has(FIELD), "nothing is selected");
}

#[test]
fn what_is_typed_after_the_key_is_typed_into_the_field() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    // One slow frame has all of it.
    for (key, letter) in [(Key::E, "e"), (Key::F, "f"), (Key::Num1, "1")] {
        let events = &mut bench.window.input_mut().events;
        events.push(pressed(key, true));
        events.push(Input::Text(letter.to_owned()));
        events.push(pressed(key, false));
    }
    bench.settle();
    assert_eq!(bench.field_text(), "f1");
    assert!(bench.edits_asked().is_empty());
    bench.press(Key::Escape);
    bench.press(Key::Escape);

    // The key is held: its letter comes again, and is not typed.
    bench.hold_letter(Key::E, "e", 5);
    assert_eq!(bench.field_text(), "");
    bench.type_text("eve");
    assert_eq!(bench.field_text(), "eve");
}

#[test]
fn words_are_completed_as_in_the_search_bar() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    bench.press(Key::E);
    bench.type_text("-eve");
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(bench.field_text(), "-even ");
    bench.type_text("eveni");
    bench.press(Key::Tab);
    assert_eq!(bench.field_text(), "-even evening ");
    bench.type_text("eve");
    bench.press(Key::Escape);
    assert!(bench.has(FIELD), "it closes the list alone");
    assert!(bench.search_text().is_empty());
    assert!(bench.tagged().is_empty());
}

#[test]
fn tags_are_taken_away_and_given_to_all_by_their_buttons() {
    let mut bench = Bench::with_posts(30);
    bench.press_with(Modifiers::COMMAND, Key::A);
    bench.press(Key::E);
    assert!(bench.has("Tags of 30 posts"));
    bench.click("Give odd to all 30 posts");
    bench.click("Take even away");
    let tagged = bench.tagged();
    assert_eq!(tagged.len(), 2);
    assert_eq!((tagged[0].0.len(), tagged[0].1.as_str()), (30, "odd"));
    assert_eq!((tagged[1].0.len(), tagged[1].2.as_str()), (30, "even"));
    let summary = bench.engine.summary();
    bench.change(summary);
    assert!(bench.has("Tag odd") && !bench.has_part("Tag even"));
}

#[test]
fn a_library_that_can_not_be_changed_says_so() {
    let mut bench = Bench::with_posts(30);
    let mut summary = bench.engine.summary();
    summary.read_only = Some("another Kobako has it open".to_owned());
    bench.change(summary);
    bench.click("picture 4.png");
    bench.press(Key::E);
    assert!(bench.has("Tags can't be changed: another Kobako has it open"));
    assert!(bench.has("Tag even") && !bench.has("Take even away"));
    assert!(!bench.has(FIELD));
}

#[test]
fn the_menu_of_a_tag_changes_the_posts_at_hand() {
    let mut bench = Bench::with_posts(30);
    bench.open("picture 3.png");
    bench
        .window
        .get_by_label("Search long_hair")
        .click_secondary();
    bench.settle();
    assert!(bench.has("Copy tag") && !bench.has("Add to this post"));
    bench.click("Remove from this post");
    let wanted = (vec![3], String::new(), "long_hair".to_owned());
    assert_eq!(bench.tagged(), [wanted]);
}

#[test]
fn a_held_key_marks_once() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    bench.hold(Key::F, 4);
    bench.hold(Key::Num2, 4);
    assert_eq!(bench.edits_asked().len(), 2, "{:?}", bench.edits_asked());
    // What moves goes on.
    bench.hold(Key::ArrowRight, 3);
    assert!(bench.has("6 of 30"));
}

#[test]
fn a_held_enter_answers_the_question_and_opens_nothing() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    bench.hold(Key::Delete, 3);
    assert!(bench.has("Send “picture 3.png” to the trash?"));
    bench.hold(Key::Enter, 6);
    let edits = bench.edits_asked();
    let trash = EditRequest::Do(PostEdit::Trash {
        posts: vec![PostId(3)],
    });
    assert_eq!(edits, [&trash]);
    assert!(!bench.has_part("Picture of post"), "the grid stays");
}

#[test]
fn what_leaves_the_search_by_its_tags_is_followed_by_the_next() {
    let mut bench = Bench::with_posts(30);
    bench.search("untouched");
    bench.open("picture 3.png");
    bench.press(Key::E);
    for post in 3..6 {
        assert!(bench.has(&format!("Picture of post {post}")) || post == 5);
        bench.type_text("done");
        bench.press(Key::Enter);
        assert!(bench.has(&format!("{} results", 32 - post)), "it follows");
        bench.press(Key::PageDown);
    }
    let posts: Vec<_> = bench.tagged().into_iter().flat_map(|it| it.0).collect();
    assert_eq!(posts, [3, 4, 5], "none is passed over");
    bench.press(Key::Escape);
    bench.press(Key::Escape);

    // Of a selection that has left, it is still about that.
    bench.click("picture 8.png");
    bench
        .window
        .get_by_label("picture 10.png")
        .click_modifiers(Modifiers::SHIFT);
    bench.settle();
    bench.press(Key::E);
    bench.type_text("one");
    bench.press(Key::Enter);
    assert!(!bench.has("picture 9.png") && bench.has("Tags of 3 posts"));
    bench.type_text("two");
    bench.press(Key::Enter);
    let last = bench.tagged().pop();
    assert_eq!(
        last,
        Some((vec![8, 9, 10], "two".to_owned(), String::new()))
    );
}

#[test]
fn the_menus_open_the_field_with_the_focus_in_it() {
    let mut bench = Bench::with_posts(30);
    bench.window.get_by_label("picture 3.png").click_secondary();
    bench.settle();
    bench.click("Edit tags…");
    bench.type_text("f1");
    assert_eq!(bench.field_text(), "f1");
    bench.press(Key::Escape);
    bench.press_with(Modifiers::COMMAND, Key::P);
    bench.type_text("edit tags");
    bench.press(Key::Enter);
    bench.type_text("eve");
    assert_eq!(bench.field_text(), "eve");
    bench.press(Key::Escape);
    assert!(bench.has(FIELD), "the list of completions closes first");
    assert!(bench.edits_asked().is_empty());
}

#[test]
fn none_is_passed_over_in_the_grid_where_tagged_ones_leave() {
    let mut bench = Bench::with_posts(30);
    bench.search("untouched");
    bench.click("picture 3.png");
    bench.press(Key::E);
    for _ in 0..4 {
        bench.type_text("done");
        bench.press(Key::Enter);
        bench.press(Key::PageDown);
    }
    let posts: Vec<_> = bench.tagged().into_iter().flat_map(|it| it.0).collect();
    assert_eq!(posts, [3, 4, 5, 6]);
    assert!(bench.has("Tags of picture 7.png"));
}

#[test]
fn what_is_typed_after_a_click_on_a_picture_is_for_its_tags() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    bench.press(Key::E);
    bench.type_text("first_text");
    bench.click("picture 3.png");
    bench.press(Key::F);
    bench.click("picture 4.png");
    bench.press(Key::Num1);
    let edits = bench.engine.asked.iter();
    assert_eq!(edits.filter(|it| matches!(it, Request::Edit(_))).count(), 0);
    assert!(bench.has("Tags of picture 4.png"));
}

#[test]
fn words_for_one_picture_do_not_come_back_for_another() {
    let mut bench = Bench::with_posts(30);
    bench.click("picture 3.png");
    bench.press(Key::E);
    bench.type_text("applied");
    bench.press(Key::Enter);
    bench.press(Key::PageDown);
    bench.type_text("half_word");
    bench.press_with(Modifiers::COMMAND, Key::Z);
    bench.press(Key::Enter);
    let tagged = bench.tagged();
    assert!(
        tagged.iter().skip(1).all(|it| it.1 != "applied"),
        "{tagged:?}"
    );
}
