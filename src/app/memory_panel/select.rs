//! Which row is selected and zoomed into, and how keys move that.

use super::icicle::MAX_COLUMNS;
use super::tree::{Grouping, RowKey};
use super::{MemoryPanel, View};

/// Lines that Page up and Page down pass.
const PAGE: usize = 10;

/// Where a key leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Up,
    Down,
    Left,
    Right,
    First,
    Last,
    PageUp,
    PageDown,
}

impl MemoryPanel {
    /// Selects a row in table and icicle; what hides it is unfolded.
    pub(super) fn select(&mut self, key: RowKey) {
        self.selected = Some(key);
        self.wants_selected = true;
        let mut above = self.tree.find(key).and_then(|it| self.tree.get(it)?.parent);
        while let Some(index) = above {
            let node = self.tree.get(index);
            if let Some(node) = node
                && !self.tree.is_expanded(index, &self.toggled)
                && !self.toggled.remove(&node.key)
            {
                self.toggled.insert(node.key);
            }
            above = node.and_then(|it| it.parent);
        }
        self.make_views();
    }

    /// Goes to the table, by component, and selects the row of this name.
    pub(super) fn select_named(&mut self, name: &str) {
        self.view = View::Table;
        self.group(Grouping::Component);
        let found = self.tree.nodes.iter().find(|it| it.name == name);
        if let Some(key) = found.map(|it| it.key) {
            self.is_explained = true;
            self.select(key);
        }
    }

    /// Sees the same bytes in another way; the selected row stays selected.
    pub(super) fn group(&mut self, grouping: Grouping) {
        let selected = self.selected.and_then(|it| self.tree.find(it));
        let row = selected.and_then(|it| Some(self.tree.get(it)?.row));
        if self.grouping != grouping {
            self.grouping = grouping;
            self.zoom = None;
            self.make_baseline();
        }
        self.make_views();
        let found = row.and_then(|row| self.tree.find_row(row));
        match found.and_then(|it| self.tree.get(it)).map(|it| it.key) {
            Some(key) => self.select(key),
            None => {
                self.selected = None;
                self.make_views();
            }
        }
    }

    /// Up and down go along the lines, left and right fold and unfold.
    pub(super) fn step_in_table(&mut self, step: Step) {
        let selected = self.selected.and_then(|it| self.tree.find(it));
        let line = selected.and_then(|it| self.lines.iter().position(|line| *line == it));
        let last = self.lines.len().saturating_sub(1);
        let Some((index, line)) = selected.zip(line) else {
            let start = if step == Step::Last { last } else { 0 };
            return self.select_line(start);
        };
        match step {
            Step::Up => self.select_line(line.saturating_sub(1)),
            Step::Down => self.select_line((line + 1).min(last)),
            Step::PageUp => self.select_line(line.saturating_sub(PAGE)),
            Step::PageDown => self.select_line((line + PAGE).min(last)),
            Step::First => self.select_line(0),
            Step::Last => self.select_line(last),
            Step::Right if self.tree.is_expanded(index, &self.toggled) => {
                self.select_line(line + 1);
            }
            Step::Left if !self.tree.is_expanded(index, &self.toggled) => {
                self.select_index(self.tree.get(index).and_then(|it| it.parent));
            }
            Step::Left | Step::Right => {
                if self.tree.has_children(index)
                    && let Some(node) = self.tree.get(index)
                    && !self.toggled.remove(&node.key)
                {
                    self.toggled.insert(node.key);
                }
                self.make_views();
            }
        }
    }

    /// Up and down go along a column, left and right to parents and children.
    pub(super) fn step_in_icicle(&mut self, step: Step) {
        let root = self.zoom.and_then(|it| self.tree.find(it));
        let selected = self
            .selected
            .and_then(|it| self.tree.find(it))
            .filter(|it| self.icicle.blocks.iter().any(|block| block.node == *it));
        let Some(index) = selected else {
            let first = self.tree.children(root).next();
            return self.select_index(first);
        };
        let Some(node) = self.tree.get(index) else {
            return;
        };
        let parent = node.parent;
        let top = root
            .and_then(|it| self.tree.get(it))
            .map_or(0, |it| it.depth + 1);
        let column: Vec<usize> = self
            .icicle
            .blocks
            .iter()
            .filter(|it| it.column + top == node.depth && it.bottom > it.top)
            .map(|it| it.node)
            .collect();
        let place = column.iter().position(|it| *it == index).unwrap_or(0);
        let to = match step {
            Step::Up | Step::PageUp => place.checked_sub(1).and_then(|it| column.get(it)).copied(),
            Step::Down | Step::PageDown => column.get(place + 1).copied(),
            Step::First => column.first().copied(),
            Step::Last => column.last().copied(),
            Step::Left if parent == root => None,
            Step::Left => parent,
            Step::Right if node.depth + 1 < top + MAX_COLUMNS => {
                self.tree.children(Some(index)).next()
            }
            Step::Right => None,
        };
        self.select_index(to);
    }

    /// The selected row fills the icicle, where it has parts.
    pub(super) fn zoom_in(&mut self) {
        let selected = self.selected.and_then(|it| self.tree.find(it));
        if let Some(index) = selected
            && self.tree.has_children(index)
        {
            self.zoom = self.selected;
        }
    }

    /// One level; what was zoomed into stays selected.
    pub(super) fn zoom_out(&mut self) {
        let root = self.zoom.take().and_then(|it| self.tree.find(it));
        if let Some(node) = root.and_then(|it| self.tree.get(it)) {
            self.selected = Some(node.key);
            let parent = node.parent.and_then(|it| self.tree.get(it));
            self.zoom = parent.map(|it| it.key);
        }
    }

    fn select_line(&mut self, line: usize) {
        self.select_index(self.lines.get(line).copied());
    }

    fn select_index(&mut self, index: Option<usize>) {
        if let Some(node) = index.and_then(|it| self.tree.get(it)) {
            self.select(node.key);
        }
    }
}
