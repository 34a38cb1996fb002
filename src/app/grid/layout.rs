//! Where cells are, in points of the content.

use std::ops::Range;

use crate::app::theme;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Layout {
    pub num_columns: usize,
    pub num_rows: usize,
    /// Of a cell.
    pub edge: f32,
}

impl Layout {
    /// As many columns as make cells come nearest to `cell_edge` where they fill the
    /// width.
    pub fn new(width: f32, cell_edge: f32, num_posts: usize) -> Self {
        let pitch = cell_edge + theme::CELL_GAP;
        let num_columns = (((width + theme::CELL_GAP) / pitch).round() as usize).max(1);
        let gaps = theme::CELL_GAP * (num_columns - 1) as f32;
        Self {
            num_columns,
            num_rows: num_posts.div_ceil(num_columns),
            edge: ((width - gaps) / num_columns as f32).floor().max(16.0),
        }
    }

    /// Of a row of cells and the gap after it.
    pub fn row_height(&self) -> f64 {
        f64::from(self.edge + theme::CELL_GAP)
    }

    pub fn content_height(&self) -> f64 {
        (self.row_height() * self.num_rows as f64 - f64::from(theme::CELL_GAP)).max(0.0)
    }

    /// The rows of which any part is between `offset` and `offset + view`.
    pub fn visible_rows(&self, offset: f64, view: f32) -> Range<usize> {
        let first = (offset / self.row_height()).floor() as usize;
        let end = ((offset + f64::from(view)) / self.row_height()).ceil() as usize;
        first.min(self.num_rows)..end.min(self.num_rows)
    }

    /// Whether cells are as before, so that what is scrolled to is, too.
    pub fn is_same_shape(&self, other: &Self) -> bool {
        self.num_columns == other.num_columns && self.edge == other.edge
    }

    /// Columns that lie between two x, points from the left of the content.
    pub fn columns_between(&self, from: f32, to: f32) -> Range<usize> {
        between(
            f64::from(from),
            f64::from(to),
            self.row_height(),
            self.num_columns,
        )
    }

    /// Rows that lie between two y, points from the top of the content.
    pub fn rows_between(&self, from: f64, to: f64) -> Range<usize> {
        between(from, to, self.row_height(), self.num_rows)
    }
}

/// Of `num` cells, each `pitch` long with the gap after it, those that a span touches.
fn between(from: f64, to: f64, pitch: f64, num: usize) -> Range<usize> {
    let (from, to) = (from.min(to), from.max(to));
    // In the gap before a cell is not in the cell before that.
    let first = ((from + f64::from(theme::CELL_GAP)) / pitch)
        .floor()
        .max(0.0) as usize;
    let end = if to < 0.0 {
        0
    } else {
        (to / pitch).floor() as usize + 1
    };
    let end = end.min(num);
    first.min(end)..end
}

/// What of the content stands at the top of the view; it stays there when the
/// layout changes, and is another once somebody scrolls.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Top {
    /// Of the cell at the top left.
    pub index: usize,
    /// The part of its row that is above the view.
    pub above: f64,
}

impl Top {
    pub fn at(offset: f64, layout: &Layout) -> Self {
        let rows = offset / layout.row_height();
        Self {
            index: rows.floor() as usize * layout.num_columns,
            above: rows.fract(),
        }
    }

    pub fn offset(&self, layout: &Layout) -> f64 {
        ((self.index / layout.num_columns.max(1)) as f64 + self.above) * layout.row_height()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_visible_row_and_no_other_is_painted() {
        let layout = Layout::new(1000.0, 168.0, 1_000_000);
        assert_eq!(layout.num_columns, 6);
        let height = layout.row_height();
        assert_eq!(layout.visible_rows(0.0, 600.0), 0..4);
        assert_eq!(layout.visible_rows(height * 10.5, height as f32), 10..12);
        let end = layout.content_height() - 600.0;
        assert_eq!(layout.visible_rows(end, 600.0).end, 166_667);
    }

    #[test]
    fn a_narrow_window_has_one_column() {
        let layout = Layout::new(90.0, 168.0, 3);
        assert_eq!((layout.num_columns, layout.num_rows), (1, 3));
    }

    #[test]
    fn what_is_at_the_top_stays_there() {
        let wide = Layout::new(1000.0, 168.0, 1000);
        let top = Top::at(wide.row_height() * 10.25, &wide);
        assert_eq!(top.index, 60);
        for (width, edge) in [(700.0, 168.0), (1000.0, 64.0), (480.0, 512.0)] {
            let layout = Layout::new(width, edge, 1000);
            let row = top.offset(&layout) / layout.row_height();
            assert_eq!(row.floor() as usize, 60 / layout.num_columns);
        }
        assert_eq!(top.offset(&wide), wide.row_height() * 10.25);
    }

    #[test]
    fn a_band_takes_what_it_touches() {
        let layout = Layout::new(1000.0, 168.0, 23);
        let pitch = layout.row_height();
        assert_eq!(layout.columns_between(0.0, 10.0), 0..1);
        assert_eq!(
            layout.columns_between(pitch as f32 - 2.0, pitch as f32 + 2.0),
            1..2
        );
        assert_eq!(layout.rows_between(pitch * 1.5, -20.0), 0..2);
        assert_eq!(layout.rows_between(-20.0, -10.0), 0..0);
        assert_eq!(layout.rows_between(0.0, 1e9), 0..4);
    }
}
