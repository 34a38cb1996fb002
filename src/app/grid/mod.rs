//! The grid of thumbnails: which are on screen, which one is selected.

mod cells;
mod scroll;
mod ui;

pub use cells::Cells;
pub use scroll::focus_id as grid_focus_id;
pub use ui::{badge_ui, grid_ui};

use std::collections::HashSet;
use std::ops::Range;

use crate::message::Request;
use crate::model::PostId;

use super::link::Link;
use super::search::Taken;
use super::textures::TextureCache;

use scroll::Scroll;

/// Rows asked for above and below what is on screen.
const MARGIN_ROWS: usize = 1;

/// How the keyboard moves the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Left,
    Right,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
}

#[derive(Debug, Default)]
pub struct GridState {
    scroll: Scroll,
    selected: Option<usize>,
    /// The post at `selected`, so that it stays selected when the result changes.
    selected_post: Option<PostId>,
    num_columns: usize,
    /// Whole rows that fit on screen.
    page_rows: usize,
    /// Indices for which thumbnails are wanted; those on screen come first.
    shown: Range<usize>,
    wanted: HashSet<PostId>,
    /// Of no cell; its thumbnail is shown beside the grid.
    also: Option<PostId>,
    is_wanted_stale: bool,
    /// Some of the ids that are shown had not come.
    is_incomplete: bool,
    /// The selection moved by keyboard: it is scrolled to at the next frame.
    scroll_to_selected: bool,
    /// The row of this index comes first at the next frame.
    show_from: Option<usize>,
}

impl GridState {
    pub fn selected(&self) -> Option<usize> {
        self.selected
    }

    pub fn is_wanted(&self, post: PostId) -> bool {
        self.wanted.contains(&post)
    }

    pub fn select(&mut self, index: usize, results: &dyn Cells) {
        self.selected = Some(index);
        self.selected_post = results.get(index);
        self.scroll_to_selected = true;
    }

    /// Another result, or more of it, is on screen.
    pub fn results_changed(&mut self, results: &dyn Cells, taken: Taken, is_refresh: bool) {
        if taken == Taken::Later {
            return;
        }
        if taken == Taken::Extended {
            self.is_wanted_stale |= self.is_incomplete;
            return;
        }
        self.is_wanted_stale = true;
        if is_refresh {
            let hint = self.selected.unwrap_or(0);
            self.selected = self
                .selected_post
                .and_then(|post| results.position(post, hint));
        } else {
            self.selected = None;
            self.show_from = None;
            self.scroll.to(0.0);
        }
        self.selected_post = self.selected.and_then(|index| results.get(index));
    }

    /// The thumbnail of `post` is wanted too, which is in no cell.
    pub fn want_also(&mut self, post: PostId) {
        self.also = Some(post);
    }

    /// `num_posts` leave no cell of the screen empty.
    pub fn is_full(&self, num_posts: usize) -> bool {
        let num_cells = self.num_columns * (self.page_rows + 1);
        num_cells > 0 && num_posts >= num_cells
    }

    pub fn is_at_top(&self) -> bool {
        self.scroll.offset() <= 0.0
    }

    pub fn scroll_to_top(&mut self) {
        self.scroll.to(0.0);
    }

    /// Index of the first post on screen.
    pub fn first_shown(&self) -> usize {
        match self.show_from {
            Some(index) => index,
            None => self.shown.start,
        }
    }

    /// Scrolls so that the row of this index comes first, at the next frame.
    pub fn show_from(&mut self, index: usize) {
        self.show_from = Some(index);
    }

    /// Selects without scrolling.
    pub fn select_where_it_is(&mut self, index: usize, results: &dyn Cells) {
        self.selected = Some(index);
        self.selected_post = results.get(index);
    }

    /// Thumbnails have to be asked for again.
    pub fn ask_again(&mut self) {
        self.is_wanted_stale = true;
    }

    pub fn move_selection(&mut self, to: Move, results: &dyn Cells) {
        let len = results.len();
        if len == 0 {
            return;
        }
        let columns = self.num_columns.max(1);
        let page = self.page_rows.max(1) * columns;
        let last = len - 1;
        let index = match (self.selected, to) {
            (_, Move::Home) => 0,
            (_, Move::End) => last,
            // The first key selects the first cell that can be seen.
            (None, _) => self.shown.start.min(last),
            (Some(index), Move::Left) => index.saturating_sub(1),
            (Some(index), Move::Right) => (index + 1).min(last),
            (Some(index), Move::Up) => index.checked_sub(columns).unwrap_or(index),
            (Some(index), Move::Down) if index + columns <= last => index + columns,
            // Into the last row where it is shorter.
            (Some(index), Move::Down) if index / columns < last / columns => last,
            (Some(index), Move::Down) => index,
            (Some(index), Move::PageUp) => index.checked_sub(page).unwrap_or(index % columns),
            (Some(index), Move::PageDown) => (index + page).min(last),
        };
        self.select(index, results);
    }

    /// Asks for the thumbnails next to an open post, which stand in for its
    /// neighbours until their pictures come.
    pub fn ask_around(
        &mut self,
        index: usize,
        results: &dyn Cells,
        textures: &TextureCache,
        link: &mut Link,
    ) {
        let near = [Some(index), Some(index + 1), index.checked_sub(1)];
        let missing: Vec<PostId> = near
            .into_iter()
            .flatten()
            .filter_map(|index| results.get(index))
            .filter(|post| !textures.has(*post))
            .collect();
        if !missing.is_empty() {
            self.wanted.extend(&missing);
            self.is_wanted_stale = true;
            link.send(Request::Thumbnails { wanted: missing });
        }
    }

    /// Asks for the thumbnails that are missing, if what is shown changed.
    fn ask(
        &mut self,
        shown: Range<usize>,
        results: &dyn Cells,
        textures: &TextureCache,
        link: &mut Link,
    ) {
        if shown == self.shown && !self.is_wanted_stale {
            return;
        }
        self.is_wanted_stale = false;
        self.shown = shown.clone();
        let margin = MARGIN_ROWS * self.num_columns.max(1);
        let above = shown.start.saturating_sub(margin)..shown.start;
        let below = shown.end..(shown.end + margin).min(results.len());
        let num_cells = shown.len() + below.len() + above.len();
        let in_order = shown.chain(below).chain(above);
        let posts: Vec<PostId> = in_order.filter_map(|index| results.get(index)).collect();
        self.is_incomplete = posts.len() < num_cells;
        let posts: Vec<PostId> = self.also.into_iter().chain(posts).collect();
        let missing: Vec<PostId> = posts
            .iter()
            .copied()
            .filter(|post| !textures.has(*post))
            .collect();
        self.wanted = posts.into_iter().collect();
        // An empty list is said too: it ends the work on the list before it.
        link.send(Request::Thumbnails { wanted: missing });
    }
}

#[cfg(test)]
mod tests {
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
            num_columns,
            page_rows: 3,
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
            grid.move_selection(to, &results);
            assert_eq!(grid.selected(), Some(expected), "step {step}: {to:?}");
        }
    }

    #[test]
    fn an_empty_result_has_no_selection() {
        let mut grid = grid(4);
        grid.move_selection(Move::End, &Results::default());
        assert_eq!(grid.selected(), None);
    }

    #[test]
    fn the_selected_post_stays_selected_when_the_library_changes() {
        let mut grid = grid(4);
        grid.select(3, &results(0..10));
        let changed = results(2..20);
        grid.results_changed(&changed, Taken::Replaced, true);
        assert_eq!(grid.selected(), Some(1));
        grid.results_changed(&changed, Taken::Replaced, false);
        assert_eq!(grid.selected(), None);
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
}
