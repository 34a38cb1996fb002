//! The report's rows as a tree laid out flat, in the order of the table: what
//! table, icicle and keyboard go by. Made when a report comes.

use std::borrow::Borrow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::app::text;
use crate::app::theme::MemoryHue;
use crate::memory::{Kinds, Method, Offer, Report, Row};

use super::hue;

/// Longer lists of children are folded until someone asks.
const MAX_OPEN_CHILDREN: usize = 8;

/// A smaller change is not written, bytes.
const LEAST_CHANGE: u64 = 16 << 10;

/// Names a row by its path from the top, from one report to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RowKey(u64);

impl RowKey {
    fn child(self, name: &str) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.0, name).hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// Two ways to see the same bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    #[default]
    Component,
    /// By what the kernel can do with them, then by component.
    Kind,
}

/// What the kernel can do with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    PrivateDirty,
    PrivateClean,
    Shared,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::PrivateDirty, Self::PrivateClean, Self::Shared];

    pub fn name(self) -> &'static str {
        match self {
            Self::PrivateDirty => text::memory_panel::PRIVATE_DIRTY,
            Self::PrivateClean => text::memory_panel::PRIVATE_CLEAN,
            Self::Shared => text::memory_panel::SHARED_OR_FILE_BACKED,
        }
    }

    pub fn what(self) -> &'static str {
        match self {
            Self::PrivateDirty => text::memory_panel::PRIVATE_DIRTY_EXPLAINED,
            Self::PrivateClean => text::memory_panel::PRIVATE_CLEAN_EXPLAINED,
            Self::Shared => text::memory_panel::SHARED_EXPLAINED,
        }
    }

    pub fn of(self, kinds: &Kinds) -> u64 {
        match self {
            Self::PrivateDirty => kinds.private_dirty,
            Self::PrivateClean => kinds.private_clean,
            Self::Shared => kinds.shared,
        }
    }
}

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A row, by its place among all rows of the report, parents first.
    Row(usize),
    Kind(Kind),
    /// What no row accounts for.
    Unexplained,
}

/// A line of the table, a rectangle of the icicle.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    pub key: RowKey,
    /// The same row's in every grouping.
    pub row: RowKey,
    pub source: Source,
    pub name: String,
    pub bytes: i64,
    /// Of RSS, 0 to 1.
    pub share: f32,
    pub depth: usize,
    pub parent: Option<usize>,
    /// After the last node below this one.
    pub end: usize,
    pub is_open_at_first: bool,
    pub hue: MemoryHue,
    pub is_driver: bool,
    /// `None` for what no row measures.
    pub method: Option<Method>,
    /// Megabytes.
    pub figure: String,
    /// Megabytes more or less than in the report that is compared with; empty
    /// where it is none or too little to be written.
    pub change: String,
    /// For screen readers.
    pub label: String,
    pub offer: Option<Offer>,
}

/// All nodes, parents before their children.
#[derive(Debug, Default)]
pub struct Tree {
    pub nodes: Vec<Node>,
    pub rss_bytes: u64,
}

impl Tree {
    pub fn of(report: &Report, grouping: Grouping) -> Self {
        Self::in_order_of(report, grouping, HashMap::new())
    }

    /// As [`Self::of`], with the rows that `places` knows in that order, and the others
    /// after them.
    pub fn in_order_of(
        report: &Report,
        grouping: Grouping,
        places: HashMap<RowKey, usize>,
    ) -> Self {
        let mut builder = Builder {
            nodes: Vec::new(),
            rss: report.rss_bytes.max(1) as f32,
            keys: HashSet::new(),
            places,
        };
        let mut rows = number(&report.rows);
        builder.keep_places(&mut rows, RowKey::default());
        match grouping {
            Grouping::Component => {
                for row in &rows {
                    builder.add(row, RowKey::default(), None, None, None);
                }
                builder.add_unexplained(report.unexplained_bytes, RowKey::default(), None);
            }
            Grouping::Kind => builder.add_kinds(report, rows),
        }
        Self {
            nodes: builder.nodes,
            rss_bytes: report.rss_bytes,
        }
    }

    /// Where each row stands, for [`Self::in_order_of`].
    pub fn places(&self) -> HashMap<RowKey, usize> {
        let keys = self.nodes.iter().map(|it| it.key);
        keys.zip(0..).collect()
    }

    /// Bytes by key, for [`Self::compare`].
    pub fn bytes(&self) -> HashMap<RowKey, i64> {
        self.nodes.iter().map(|it| (it.key, it.bytes)).collect()
    }

    /// Notes what changed since the rows had these bytes.
    pub fn compare(&mut self, before: &HashMap<RowKey, i64>) {
        for node in &mut self.nodes {
            let change = node.bytes - before.get(&node.key).copied().unwrap_or(0);
            if change.unsigned_abs() < LEAST_CHANGE {
                continue;
            }
            let sign = if change < 0 { '−' } else { '+' };
            let size = i64::try_from(change.unsigned_abs()).unwrap_or(i64::MAX);
            node.change = format!("{sign}{}", text::megabytes(size));
            node.label.push_str(&format!(", {} MB", node.change));
        }
    }

    pub fn get(&self, index: usize) -> Option<&Node> {
        self.nodes.get(index)
    }

    pub fn find(&self, key: RowKey) -> Option<usize> {
        self.nodes.iter().position(|node| node.key == key)
    }

    /// The first node that shows this row.
    pub fn find_row(&self, row: RowKey) -> Option<usize> {
        self.nodes.iter().position(|node| node.row == row)
    }

    pub fn has_children(&self, index: usize) -> bool {
        self.get(index).is_some_and(|node| node.end > index + 1)
    }

    /// Those directly below `parent`, or at the top.
    pub fn children(&self, parent: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        let (first, end) = match parent {
            Some(parent) => (
                parent + 1,
                self.get(parent).map_or(parent + 1, |node| node.end),
            ),
            None => (0, self.nodes.len()),
        };
        let mut next = first;
        std::iter::from_fn(move || {
            let node = self.get(next).filter(|_| next < end)?;
            Some(std::mem::replace(&mut next, node.end))
        })
    }

    /// Whether what is below a node is listed, where some are as they are not at first.
    pub fn is_expanded(&self, index: usize, toggled: &HashSet<RowKey>) -> bool {
        self.get(index).is_some_and(|node| {
            self.has_children(index) && node.is_open_at_first != toggled.contains(&node.key)
        })
    }

    /// The nodes that no folded node hides.
    pub fn lines(&self, toggled: &HashSet<RowKey>) -> Vec<usize> {
        let mut lines = Vec::new();
        let mut index = 0;
        while let Some(node) = self.get(index) {
            lines.push(index);
            index = if self.is_expanded(index, toggled) {
                index + 1
            } else {
                node.end
            };
        }
        lines
    }
}

/// A row with its place among all rows.
struct Numbered<'a> {
    index: usize,
    row: &'a Row,
    children: Vec<Self>,
}

fn number(rows: &[Row]) -> Vec<Numbered<'_>> {
    fn walk<'a>(rows: &'a [Row], next: &mut usize) -> Vec<Numbered<'a>> {
        rows.iter()
            .map(|row| {
                let index = *next;
                *next += 1;
                let children = walk(&row.children, next);
                Numbered {
                    index,
                    row,
                    children,
                }
            })
            .collect()
    }
    walk(rows, &mut 0)
}

/// The row at this place among all rows, parents first.
pub fn row_at(rows: &[Row], index: usize) -> Option<&Row> {
    fn walk<'a>(rows: &'a [Row], left: &mut usize) -> Option<&'a Row> {
        for row in rows {
            if *left == 0 {
                return Some(row);
            }
            *left -= 1;
            if let Some(found) = walk(&row.children, left) {
                return Some(found);
            }
        }
        None
    }
    walk(rows, &mut { index })
}

struct Builder {
    nodes: Vec<Node>,
    /// RSS, bytes.
    rss: f32,
    keys: HashSet<RowKey>,
    /// Where rows stood that are not to change places.
    places: HashMap<RowKey, usize>,
}

impl Builder {
    /// Puts those that had a place before in the order of then, and first.
    fn keep_places<'a, 'b: 'a>(&self, rows: &mut [impl Borrow<Numbered<'b>> + 'a], above: RowKey) {
        if self.places.is_empty() {
            return;
        }
        rows.sort_by_key(|it| {
            let key = above.child(&it.borrow().row.name);
            self.places.get(&key).copied().unwrap_or(usize::MAX)
        });
    }

    /// Two rows of one name below one parent have keys of their own.
    fn key(&mut self, parent: RowKey, name: &str) -> RowKey {
        let mut key = parent.child(name);
        while !self.keys.insert(key) {
            key = key.child(name);
        }
        key
    }

    fn push(&mut self, name: &str, bytes: i64, parent: Option<usize>, source: Source) -> usize {
        let above = parent.and_then(|it| self.nodes.get(it));
        let depth = above.map_or(0, |it| it.depth + 1);
        let key = above.map_or(RowKey::default(), |it| it.key);
        let hue = above.map(|it| it.hue);
        let key = self.key(key, name);
        let figure = text::megabytes(bytes);
        let index = self.nodes.len();
        self.nodes.push(Node {
            key,
            row: key,
            source,
            name: name.to_owned(),
            bytes,
            share: bytes as f32 / self.rss,
            depth,
            parent,
            end: index + 1,
            is_open_at_first: false,
            hue: hue.unwrap_or(MemoryHue::Other),
            is_driver: false,
            method: None,
            label: format!("{name}: {figure} MB"),
            figure,
            change: String::new(),
            offer: None,
        });
        index
    }

    /// `kind` counts only these bytes of the row; `None` counts all.
    fn add(
        &mut self,
        numbered: &Numbered<'_>,
        row_above: RowKey,
        parent: Option<usize>,
        hue: Option<MemoryHue>,
        kind: Option<Kind>,
    ) {
        let row = numbered.row;
        let bytes = |row: &Row| kind.map_or(row.bytes, |kind| kind.of(&row.kinds));
        let hue = hue.unwrap_or_else(|| hue::of_row(&row.name));
        let index = self.push(
            &row.name,
            i64::try_from(bytes(row)).unwrap_or(i64::MAX),
            parent,
            Source::Row(numbered.index),
        );
        let row_key = row_above.child(&row.name);
        let mut children: Vec<&Numbered<'_>> = numbered.children.iter().collect();
        if kind.is_some() {
            children.retain(|it| bytes(it.row) > 0);
            children.sort_by_key(|it| Reverse(bytes(it.row)));
        }
        let key = self.nodes.get(index).map_or(row_key, |it| it.key);
        self.keep_places(&mut children, key);
        if let Some(node) = self.nodes.get_mut(index) {
            node.row = row_key;
            node.hue = hue;
            node.is_driver = row.is_driver;
            node.method = Some(row.method);
            node.offer = row.offers.first().cloned();
            node.is_open_at_first = node.depth == 0 && children.len() <= MAX_OPEN_CHILDREN;
        }
        for child in children {
            self.add(child, row_key, Some(index), Some(hue), kind);
        }
        self.end(index);
    }

    fn end(&mut self, index: usize) {
        let end = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(index) {
            node.end = end;
        }
    }

    fn add_unexplained(&mut self, bytes: i64, row_above: RowKey, parent: Option<usize>) {
        let index = self.push(text::UNEXPLAINED, bytes, parent, Source::Unexplained);
        if let Some(node) = self.nodes.get_mut(index) {
            node.row = row_above.child(text::UNEXPLAINED);
            node.hue = MemoryHue::Unexplained;
        }
    }

    fn add_kinds(&mut self, report: &Report, rows: Vec<Numbered<'_>>) {
        let mut left = i64::try_from(report.rss_bytes).unwrap_or(i64::MAX);
        let mut rows = rows;
        for kind in Kind::ALL {
            let total = kind.of(&report.kinds);
            let signed = i64::try_from(total).unwrap_or(i64::MAX);
            left -= signed;
            if total == 0 {
                continue;
            }
            let index = self.push(kind.name(), signed, None, Source::Kind(kind));
            rows.sort_by_key(|it| Reverse(kind.of(&it.row.kinds)));
            let key = self.nodes.get(index).map(|it| it.key);
            self.keep_places(&mut rows, key.unwrap_or_default());
            let mut explained = 0;
            for row in &rows {
                let bytes = kind.of(&row.row.kinds);
                if bytes > 0 {
                    explained += i64::try_from(bytes).unwrap_or(i64::MAX);
                    self.add(row, RowKey::default(), Some(index), None, Some(kind));
                }
            }
            if signed != explained {
                self.add_unexplained(signed - explained, RowKey::default(), Some(index));
            }
            self.end(index);
            if let Some(node) = self.nodes.get_mut(index) {
                node.is_open_at_first = true;
            }
        }
        if left != 0 {
            self.add_unexplained(left, RowKey::default(), None);
        }
    }
}
