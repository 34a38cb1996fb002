//! Where the rectangles of the icicle are: each row beside its parent, as high
//! as its share of what is zoomed into.

use super::tree::Tree;

/// Columns that are painted; deeper rows are seen after zooming in.
pub const MAX_COLUMNS: usize = 5;

/// A rectangle, in shares of the whole height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    pub node: usize,
    pub column: usize,
    pub top: f32,
    pub bottom: f32,
}

#[derive(Debug, Default)]
pub struct Icicle {
    pub blocks: Vec<Block>,
    pub num_columns: usize,
}

impl Icicle {
    /// What is below `root`, or everything.
    pub fn of(tree: &Tree, root: Option<usize>) -> Self {
        let whole = match root.and_then(|it| tree.get(it)) {
            Some(node) => node.bytes,
            None => i64::try_from(tree.rss_bytes).unwrap_or(i64::MAX),
        };
        let mut icicle = Self::default();
        if whole > 0 {
            icicle.add(tree, root, 0, 0.0, whole as f32);
        }
        icicle.num_columns = icicle
            .blocks
            .iter()
            .map(|it| it.column + 1)
            .max()
            .unwrap_or(1);
        icicle
    }

    fn add(&mut self, tree: &Tree, parent: Option<usize>, column: usize, top: f32, whole: f32) {
        if column == MAX_COLUMNS {
            return;
        }
        let mut top = top;
        for index in tree.children(parent) {
            let Some(node) = tree.get(index) else {
                continue;
            };
            // A negative remainder has no height; the head says it.
            let height = node.bytes.max(0) as f32 / whole;
            let bottom = (top + height).min(1.0);
            self.blocks.push(Block {
                node: index,
                column,
                top,
                bottom,
            });
            self.add(tree, Some(index), column + 1, top, whole);
            top = bottom;
        }
    }
}
