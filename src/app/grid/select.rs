//! How the cursor moves, and what is selected on the way.

use eframe::egui::Modifiers;

use super::selection::PostsSet;
use super::{Cells, GridState};
use crate::app::gone::Gone;

/// How the keyboard moves the cursor.
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

/// What a move of the cursor selects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Where it arrives, alone.
    One,
    /// All from where the range began, alone.
    Range,
    /// All from where the range began, with what is selected.
    AddRange,
    /// Nothing.
    Cursor,
}

impl GridState {
    /// Selects what has come back, once it is in `results`.
    pub fn select_back(&mut self, gone: &mut Gone, results: &dyn Cells) {
        let first = gone.first_back();
        let Some(index) = first.and_then(|it| results.position(it, 0)) else {
            return;
        };
        self.go_to(index, results);
        let posts = gone.take_back();
        if posts.len() > 1 {
            self.selection
                .follow(&PostsSet::Ids(posts.into_iter().collect()), results);
        }
    }

    /// The post at `index` is looked at: it alone is selected, unless several are.
    pub fn select(&mut self, index: usize, results: &dyn Cells) {
        self.preview.hide();
        self.put_cursor(index, results);
        if self.selection.len() <= 1 {
            self.selection.set(index);
            self.anchor = Some(index);
        }
    }

    /// Selects this one alone, and shows it.
    pub fn go_to(&mut self, index: usize, results: &dyn Cells) {
        if let Some(last) = results.len().checked_sub(1) {
            self.reach(index.min(last), Reach::One, results);
        }
    }

    fn put_cursor(&mut self, index: usize, results: &dyn Cells) {
        self.cursor = Some(index);
        self.cursor_post = results.get(index);
        self.scroll_to_cursor = true;
        self.preview.hush();
    }

    fn reach(&mut self, index: usize, reach: Reach, results: &dyn Cells) {
        let from = self.anchor.or(self.cursor).unwrap_or(index);
        self.put_cursor(index, results);
        match reach {
            Reach::Cursor => return,
            Reach::One => {
                self.selection.set(index);
                self.anchor = Some(index);
                return;
            }
            Reach::Range => self.selection.clear(),
            Reach::AddRange => {}
        }
        self.anchor = Some(from);
        self.selection.add_range(from, index);
        self.selection.tidy();
    }

    /// A cell was clicked.
    pub fn click(&mut self, index: usize, held: Modifiers, results: &dyn Cells) {
        match (held.command, held.shift) {
            (false, false) => self.reach(index, Reach::One, results),
            (false, true) => self.reach(index, Reach::Range, results),
            (true, true) => self.reach(index, Reach::AddRange, results),
            (true, false) => {
                self.put_cursor(index, results);
                self.toggle_cursor(results);
            }
        }
        // It is under the pointer, whether all of it is on screen or not.
        self.scroll_to_cursor = false;
    }

    /// A cell was clicked for its menu: what is selected stays, if this is of it.
    pub fn click_for_menu(&mut self, index: usize, results: &dyn Cells) {
        if self.selection.contains(index) {
            self.put_cursor(index, results);
        } else {
            self.reach(index, Reach::One, results);
        }
        self.scroll_to_cursor = false;
    }

    /// Selects the cell that the keyboard is at, or no more.
    pub fn toggle_cursor(&mut self, results: &dyn Cells) {
        if self.cursor.is_none() && results.len() > 0 {
            self.put_cursor(self.shown.start.min(results.len() - 1), results);
        }
        if let Some(index) = self.cursor {
            self.selection.toggle(index);
            self.anchor = Some(index);
        }
    }

    pub fn select_all(&mut self, results: &dyn Cells) {
        if let Some(last) = results.len().checked_sub(1) {
            self.selection.clear();
            self.selection.add_range(0, last);
            self.selection.tidy();
        }
    }

    pub fn invert_selection(&mut self, results: &dyn Cells) {
        self.selection.invert(results.len());
    }

    pub fn select_nothing(&mut self) {
        self.selection.clear();
        self.anchor = None;
    }

    pub fn move_cursor(&mut self, to: Move, reach: Reach, results: &dyn Cells) {
        let len = results.len();
        if len == 0 {
            return;
        }
        let columns = self.layout.num_columns.max(1);
        let page = self.page_rows.max(1) * columns;
        let last = len - 1;
        let index = match (self.cursor, to) {
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
        self.reach(index, reach, results);
    }
}
