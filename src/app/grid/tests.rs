use eframe::egui::Modifiers;

use super::*;
use crate::app::search::Results;
use crate::message::{Generation, ResultBatch, SearchSummary, channel};

fn results(ids: Range<u32>) -> Results {
    let mut results = Results::default();
    let batch = ResultBatch {
        generation: Generation(1),
        total: u64::from(ids.end - ids.start),
        offset: 0,
        posts: ids.map(PostId).collect(),
        is_last: true,
        summary: SearchSummary::default(),
    };
    results.take(&batch, false);
    results
}

fn grid(num_columns: usize) -> GridState {
    GridState {
        layout: Layout {
            num_columns,
            ..Layout::default()
        },
        page_rows: 3,
        // Only thumbnails are asked for.
        options: GridOptions {
            has_badges: false,
            ..GridOptions::default()
        },
        ..GridState::default()
    }
}

#[test]
fn the_selection_stays_inside_the_result() {
    let results = results(0..10);
    let mut grid = grid(4);
    let walk = [
        (Move::Down, 0),
        (Move::Down, 4),
        (Move::Down, 8),
        (Move::Down, 8),
        (Move::Right, 9),
        (Move::Right, 9),
        (Move::Up, 5),
        (Move::Right, 6),
        (Move::Down, 9),
        (Move::PageUp, 1),
        (Move::PageDown, 9),
        (Move::Home, 0),
        (Move::Left, 0),
        (Move::Up, 0),
        (Move::End, 9),
    ];
    for (step, (to, expected)) in walk.into_iter().enumerate() {
        grid.move_cursor(to, Reach::One, &results);
        assert_eq!(grid.selected(), Some(expected), "step {step}: {to:?}");
    }
}

#[test]
fn an_empty_result_has_no_selection() {
    let mut grid = grid(4);
    grid.move_cursor(Move::End, Reach::One, &Results::default());
    assert_eq!(grid.selected(), None);
}

#[test]
fn the_selected_posts_stay_selected_when_the_library_changes() {
    let mut grid = grid(4);
    let before = results(0..10);
    grid.select(3, &before);
    grid.click(5, Modifiers::SHIFT, &before);
    let changed = results(2..20);
    grid.results_change(&before);
    grid.results_changed(&changed, Taken::Replaced, true);
    assert_eq!(grid.selected(), Some(3));
    let posts: Vec<u32> = grid
        .selected_posts(&changed)
        .iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(posts, [3, 4, 5]);
    grid.results_change(&changed);
    grid.results_changed(&changed, Taken::Replaced, false);
    assert_eq!((grid.selected(), grid.num_selected()), (None, 0));
}

#[test]
fn the_next_post_is_selected_where_the_selected_one_went() {
    let mut grid = grid(4);
    let before = results(0..4);
    grid.select(0, &before);
    let without = results(1..4);
    grid.results_change(&before);
    grid.results_changed(&without, Taken::Replaced, true);
    assert_eq!(grid.selected_posts(&without), [PostId(1)]);
    grid.move_cursor(Move::End, Reach::One, &without);
    let shorter = results(1..3);
    grid.results_change(&without);
    grid.results_changed(&shorter, Taken::Replaced, true);
    assert_eq!(grid.selected_posts(&shorter), [PostId(2)]);
}

#[test]
fn what_is_held_says_what_a_click_selects() {
    let results = results(0..20);
    let mut grid = grid(4);
    let both = Modifiers::COMMAND | Modifiers::SHIFT;
    let clicks: [(usize, Modifiers, &[u32]); 7] = [
        (4, Modifiers::NONE, &[4]),
        (6, Modifiers::SHIFT, &[4, 5, 6]),
        (3, Modifiers::SHIFT, &[3, 4]),
        (9, Modifiers::COMMAND, &[3, 4, 9]),
        (11, both, &[3, 4, 9, 10, 11]),
        (4, Modifiers::COMMAND, &[3, 9, 10, 11]),
        (0, Modifiers::NONE, &[0]),
    ];
    for (index, held, expected) in clicks {
        grid.click(index, held, &results);
        let posts: Vec<u32> = grid
            .selected_posts(&results)
            .iter()
            .map(|it| it.0)
            .collect();
        assert_eq!(posts, expected, "{held:?} {index}");
        assert_eq!(grid.selected(), Some(index));
    }
}

#[test]
fn arrows_extend_and_move_without_selecting() {
    let results = results(0..20);
    let mut grid = grid(4);
    grid.go_to(5, &results);
    let selected = |grid: &GridState| -> Vec<u32> {
        grid.selected_posts(&results)
            .iter()
            .map(|it| it.0)
            .collect()
    };
    grid.move_cursor(Move::Right, Reach::Range, &results);
    grid.move_cursor(Move::Down, Reach::Range, &results);
    assert_eq!(selected(&grid), [5, 6, 7, 8, 9, 10]);
    grid.move_cursor(Move::Up, Reach::Range, &results);
    assert_eq!(selected(&grid), [5, 6]);
    grid.move_cursor(Move::End, Reach::Cursor, &results);
    assert_eq!((grid.selected(), selected(&grid).len()), (Some(19), 2));
    grid.toggle_cursor(&results);
    assert_eq!(selected(&grid), [5, 6, 19]);
    grid.invert_selection(&results);
    assert_eq!(grid.num_selected(), 17);
    grid.select_all(&results);
    assert_eq!(grid.num_selected(), 20);
    grid.select_nothing();
    assert_eq!(grid.num_selected(), 0);
    assert_eq!(selected(&grid), [19], "keys speak of the cell they are at");
}

#[test]
fn thumbnails_are_asked_for_only_when_what_is_shown_changes() {
    let (window, engine) = channel();
    let mut link = Link::new(window);
    let textures = TextureCache::new(1 << 20);
    let results = results(0..100);
    let mut grid = grid(4);
    for shown in [8..16, 8..16, 12..20] {
        grid.ask(shown, &results, &textures, &mut link);
    }
    let asked: Vec<Vec<u32>> = engine
        .requests
        .try_iter()
        .filter_map(|request| match request {
            Request::Thumbnails { wanted } => Some(wanted.iter().map(|it| it.0).collect()),
            _ => None,
        })
        .collect();
    let first: Vec<u32> = (8..20).chain(4..8).collect();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], first, "those on screen come first");
    assert!(grid.is_wanted(PostId(23)) && !grid.is_wanted(PostId(24)));
}

#[test]
fn more_of_a_result_matters_only_where_ids_were_missing() {
    let (window, engine) = channel();
    let mut link = Link::new(window);
    let textures = TextureCache::new(1 << 20);
    let mut results = Results::default();
    let mut batch = ResultBatch {
        generation: Generation(1),
        total: 60,
        offset: 0,
        posts: (0..30).map(PostId).collect(),
        is_last: false,
        summary: SearchSummary::default(),
    };
    let taken = results.take(&batch, false);
    let mut grid = grid(4);
    grid.results_changed(&results, taken, false);
    grid.ask(0..8, &results, &textures, &mut link);
    batch.offset = 30;
    let taken = results.take(&batch, false);
    grid.results_changed(&results, taken, false);
    grid.ask(0..8, &results, &textures, &mut link);
    assert_eq!(engine.requests.len(), 1);

    batch.offset = 0;
    let taken = results.take(&batch, false);
    grid.results_changed(&results, taken, false);
    grid.ask(24..32, &results, &textures, &mut link);
    assert!(!grid.is_wanted(PostId(31)));
    batch.offset = 30;
    batch.posts = (30..60).map(PostId).collect();
    let taken = results.take(&batch, false);
    grid.results_changed(&results, taken, false);
    grid.ask(24..32, &results, &textures, &mut link);
    assert!(grid.is_wanted(PostId(31)));
    assert_eq!(engine.requests.len(), 3);
}
