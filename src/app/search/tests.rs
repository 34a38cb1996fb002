use super::*;
use crate::message::{CompletionKind, EngineSide, channel};
use crate::model::Category;

fn setup(text: &str) -> (SearchState, Link, EngineSide) {
    let (window, engine) = channel();
    let state = SearchState {
        text: text.to_owned(),
        ..SearchState::default()
    };
    (state, Link::new(window), engine)
}

fn completion(text: &str) -> Completion {
    Completion {
        text: text.to_owned(),
        kind: CompletionKind::Tag(Category::General),
        count: 5,
    }
}

#[test]
fn an_accepted_completion_replaces_its_range_and_nothing_else() {
    let (mut state, mut link, _engine) = setup("cät -sol rating:g");
    state.edited(8, &mut link);
    state.completed(
        state.asked,
        6..9,
        vec![completion("solo"), completion("sole")],
        &mut link,
    );
    state.move_selection(true);
    state.accept(0, &mut link);
    assert_eq!(state.text, "cät -solo rating:g");
    assert_eq!(state.move_cursor_to, Some(10));
    assert!(state.completions.is_none());
}

#[test]
fn a_metatag_goes_on_to_its_value() {
    let (mut state, mut link, engine) = setup("rat");
    state.edited(3, &mut link);
    state.completed(state.asked, 0..3, vec![completion("rating:")], &mut link);
    state.accept(0, &mut link);
    assert_eq!(state.text, "rating:");
    let last = engine.requests.try_iter().last();
    assert!(
        matches!(last, Some(Request::Complete { cursor: 7, .. })),
        "{last:?}"
    );
}

#[test]
fn tab_before_the_completions_came_takes_the_first_of_them() {
    let (mut state, mut link, _engine) = setup("so");
    state.edited(2, &mut link);
    state.completed(state.asked, 0..2, vec![completion("sofa")], &mut link);
    state.text.push('l');
    state.edited(3, &mut link);
    state.accept(0, &mut link);
    assert_eq!(state.text, "sol", "the old list is not for this text");
    state.completed(state.asked, 0..3, vec![completion("solo")], &mut link);
    assert_eq!(state.text, "solo ");
}

#[test]
fn stale_answers_are_dropped() {
    let (mut state, mut link, _engine) = setup("so");
    state.edited(2, &mut link);
    let stale = state.asked;
    state.edited(2, &mut link);
    state.completed(stale, 0..2, vec![completion("solo")], &mut link);
    assert!(state.completions.is_none());

    state.run("first".to_owned(), &mut link);
    let first = state.running.as_ref().unwrap().generation;
    state.run("second".to_owned(), &mut link);
    let second = state.running.as_ref().unwrap().generation;
    assert_eq!(state.answered(first, true, SearchSummary::default()), None);
    assert_eq!(
        state.answered(second, true, SearchSummary::default()),
        Some(false)
    );
    assert_eq!(state.query, "second");
}

#[test]
fn ranges_outside_the_text_are_ignored() {
    let (mut state, mut link, _engine) = setup("ä");
    state.edited(1, &mut link);
    state.completed(state.asked, 1..2, vec![completion("x")], &mut link);
    assert!(state.completions.is_none());
    state.completed(state.asked, 0..9, vec![completion("x")], &mut link);
    assert!(state.completions.is_none());
}

#[test]
fn the_highlight_goes_around() {
    let (mut state, mut link, _engine) = setup("s");
    state.edited(1, &mut link);
    state.completed(
        state.asked,
        0..1,
        vec![completion("a"), completion("b")],
        &mut link,
    );
    let mut seen = Vec::new();
    for _ in 0..4 {
        state.move_selection(true);
        seen.push(state.completions.as_ref().unwrap().selected);
    }
    assert_eq!(seen, [Some(0), Some(1), None, Some(0)]);
    state.move_selection(false);
    state.move_selection(false);
    assert_eq!(state.completions.as_ref().unwrap().selected, Some(1));
}

#[test]
fn a_change_of_the_library_is_followed_without_haste() {
    let (mut state, mut link, engine) = setup("");
    state.run("cat".to_owned(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    state.library_changed();
    assert_eq!(state.refresh(false, &mut link), None);
    state.answered(generation, true, SearchSummary::default());
    assert!(state.refresh(false, &mut link).is_some(), "too early");
    state.last_search = Instant::now().checked_sub(REFRESH_INTERVAL);
    assert_eq!(state.refresh(false, &mut link), None);
    let last = engine.requests.try_iter().last();
    assert!(matches!(last, Some(Request::Search { query, .. }) if query == "cat"));
    assert!(!state.is_running(), "a refresh is silent");
}

fn wrong() -> SearchError {
    SearchError {
        column: 1,
        message: "wrong".to_owned(),
        suggestion: None,
    }
}

/// The search that was asked last: its query and seed.
fn last_search(engine: &EngineSide) -> Option<(String, u64)> {
    match engine.requests.try_iter().last() {
        Some(Request::Search { query, seed, .. }) => Some((query, seed)),
        _ => None,
    }
}

#[test]
fn a_refresh_keeps_the_error_of_what_was_typed() {
    let (mut state, mut link, _engine) = setup("");
    state.run("cat".to_owned(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    state.answered(generation, true, SearchSummary::default());
    state.run("cat (".to_owned(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    state.failed(generation, wrong());
    state.last_search = None;
    state.library_changed();
    state.refresh(false, &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    let summary = SearchSummary::default();
    assert_eq!(state.answered(generation, true, summary), Some(true));
    assert_eq!(state.error, Some(wrong()));
}

#[test]
fn a_refresh_is_in_the_same_random_order() {
    let (mut state, mut link, engine) = setup("");
    let query = "order:random";
    state.run(query.to_owned(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    state.answered(generation, true, SearchSummary::default());
    let first = last_search(&engine);
    state.last_search = None;
    state.library_changed();
    state.refresh(false, &mut link);
    assert_eq!(last_search(&engine), first);
    state.run(query.to_owned(), &mut link);
    assert_ne!(last_search(&engine), first, "asked again, it is shuffled");
}

#[test]
fn a_search_that_fails_does_not_leave_half_of_the_one_before() {
    let (mut state, mut link, engine) = setup("");
    state.run("cat".to_owned(), &mut link);
    let cat = state.running.as_ref().unwrap().generation;
    state.answered(cat, false, SearchSummary::default());
    state.run("cat (".to_owned(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    assert_eq!(state.answered(cat, true, SearchSummary::default()), None);
    state.failed(generation, wrong());
    assert_eq!(state.refresh(false, &mut link), None, "at once");
    assert_eq!(last_search(&engine).map(|it| it.0), Some("cat".to_owned()));
    let again = state.running.as_ref().unwrap().generation;
    state.answered(again, true, SearchSummary::default());
    assert_eq!(state.error, Some(wrong()));

    state.run("cat (".to_owned(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    engine.requests.try_iter().for_each(drop);
    state.failed(generation, wrong());
    state.refresh(false, &mut link);
    assert!(engine.requests.is_empty(), "what is whole is left alone");
}

fn library(num_posts: u64) -> LibrarySummary {
    LibrarySummary {
        num_posts,
        num_tags: num_posts,
        ..LibrarySummary::default()
    }
}

#[test]
fn a_library_without_tags_is_searched_by_other_words() {
    let (mut state, _, _) = setup("");
    for (num_posts, num_tags, is_without) in [(0, 0, false), (9, 0, true), (9, 1, false)] {
        state.library_is(&LibrarySummary {
            num_tags,
            ..library(num_posts)
        });
        assert_eq!(state.is_without_tags(), is_without);
    }
}

#[test]
fn what_would_move_pictures_waits_to_be_asked_for() {
    let (mut state, mut link, engine) = setup("");
    state.library_is(&library(10));
    state.run(String::new(), &mut link);
    let generation = state.running.as_ref().unwrap().generation;
    state.answered(generation, true, SearchSummary::default());
    state.last_search = Instant::now().checked_sub(REFRESH_INTERVAL);
    engine.requests.try_iter().for_each(drop);
    assert_eq!(state.num_new(), None);

    state.library_is(&library(17));
    state.library_changed();
    assert_eq!(state.refresh(true, &mut link), None);
    assert_eq!(engine.requests.len(), 0);
    assert_eq!(state.num_new(), Some(7));
    state.want_refresh();
    assert_eq!(state.refresh(true, &mut link), None);
    assert_eq!(engine.requests.len(), 1);
    assert_eq!(state.num_new(), None);
}
