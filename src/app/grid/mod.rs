//! The grid of thumbnails: which are on screen, which are selected.
//!
//! The *cursor* is the cell that the keyboard is at; it is selected too, unless it
//! was moved with Ctrl held. The selection is places of the list, and follows its
//! posts when the list changes.

mod actions;
mod badges_ui;
mod band;
mod cells;
mod command;
mod copy;
mod keys;
mod layout;
mod logic;
mod marks;
mod measure;
mod menu_ui;
mod number_ui;
mod position_ui;
mod preview;
mod preview_ui;
mod scroll;
mod select;
mod selection;
mod ui;

pub use actions::ACTIONS;
pub use cells::Cells;
pub use command::GridCommand;
pub use copy::Copying;
pub use keys::grid_keys;
pub use logic::EditNote;
pub use position_ui::{position_ui, size_ui};
pub use scroll::focus_id as grid_focus_id;
pub use select::{Move, Reach};
pub use ui::{badge_ui, grid_ui};

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};

use eframe::egui::{self, Pos2};

use crate::message::{Generation, Pixels, PostDetails, PostMarks, Request, WindowSettings};
use crate::model::PostId;

use super::link::Link;
use super::search::Taken;
use super::textures::TextureCache;
use super::theme;

use band::Band;
use layout::{Layout, Top};
use marks::Marks;
use measure::Measure;
use preview::Preview;
use scroll::Scroll;
use selection::{PostsSet, Selection};

/// Rows asked for above and below what is on screen.
const MARGIN_ROWS: usize = 1;

/// How a grid looks, as the user wants it; the same in all of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GridOptions {
    /// Edge of a cell, points; a little more or less where that fills the width.
    pub thumbnail_size: u32,
    /// Rating, favourite, animated and missing are shown on the pictures.
    pub has_badges: bool,
    /// A larger picture shows where the pointer rests.
    pub has_previews: bool,
}

impl GridOptions {
    pub fn new(settings: &WindowSettings) -> Self {
        Self {
            thumbnail_size: settings.thumbnail_size.try_into().unwrap_or(u32::MAX),
            has_badges: settings.badges,
            has_previews: settings.hover_preview,
        }
    }

    /// What `thumbnail_size` may be.
    pub const SIZES: RangeInclusive<u32> = 64..=512;
}

impl Default for GridOptions {
    fn default() -> Self {
        Self {
            thumbnail_size: theme::CELL_EDGE as u32,
            has_badges: true,
            has_previews: true,
        }
    }
}

#[derive(Debug, Default)]
struct AskedLarger {
    posts: Vec<PostId>,
    edge: u32,
    /// What was shown then.
    shown: Range<usize>,
}

#[derive(Debug, Default)]
pub struct GridState {
    options: GridOptions,
    scroll: Scroll,
    /// As it was painted last.
    layout: Layout,
    /// What stays at the top when the layout changes.
    top: Top,
    /// The offset that the layout or a hand gave last.
    placed_at: f64,
    cursor: Option<usize>,
    /// The post at `cursor`, so that it stays there when the result changes.
    cursor_post: Option<PostId>,
    /// The other end of a range.
    anchor: Option<usize>,
    selection: Selection,
    /// The posts of the selection, while another result takes the place of theirs.
    carried: Option<PostsSet>,
    /// The rectangle that is being dragged.
    band: Option<Band>,
    /// Whole rows that fit on screen.
    page_rows: usize,
    /// Indices for which thumbnails are wanted; those on screen come first.
    shown: Range<usize>,
    wanted: HashSet<PostId>,
    /// Of no cell; its thumbnail is shown beside the grid.
    also: Option<PostId>,
    is_wanted_stale: bool,
    /// The larger thumbnails that were asked for last.
    larger: AskedLarger,
    /// Some of the ids that are shown had not come.
    is_incomplete: bool,
    /// The cursor moved by keyboard: it is scrolled to at the next frame.
    scroll_to_cursor: bool,
    /// The row of this index comes first at the next frame.
    show_from: Option<usize>,
    marks: Marks,
    preview: Preview,
    measure: Measure,
    /// The menu is to be opened at the cursor.
    opens_menu: bool,
    /// Where the menu of the selection was opened.
    menu_at: Pos2,
    /// It was opened by a key, and gets the focus with its first frame.
    focuses_menu: bool,
    /// The number to go to, while it is being typed.
    number: Option<String>,
    number_wants_focus: bool,
}

impl GridState {
    pub fn new(options: GridOptions) -> Self {
        Self {
            options,
            ..Self::default()
        }
    }

    /// Of another list from now on.
    pub fn reset(&mut self) {
        *self = Self::new(self.options);
    }

    pub fn options(&self) -> GridOptions {
        self.options
    }

    pub fn set_options(&mut self, options: GridOptions) {
        let sizes = GridOptions::SIZES;
        self.options = options;
        self.options.thumbnail_size = options.thumbnail_size.clamp(*sizes.start(), *sizes.end());
        self.is_wanted_stale = true;
    }

    /// The cell that the keyboard is at.
    pub fn selected(&self) -> Option<usize> {
        self.cursor
    }

    /// How many posts are selected.
    /// Another one with each change of what is selected.
    pub fn selection_version(&self) -> u64 {
        self.selection.version()
    }

    pub fn num_selected(&self) -> u64 {
        self.selection.len()
    }

    /// The selected posts, or the one that the keyboard is at where none is.
    pub fn selected_posts(&self, results: &dyn Cells) -> Vec<PostId> {
        if self.selection.is_empty() {
            return self.cursor_post.into_iter().collect();
        }
        self.selection.posts(results)
    }

    pub fn is_wanted(&self, post: PostId) -> bool {
        self.wanted.contains(&post)
    }

    /// Another result is about to be taken in: the selection will follow its posts.
    pub fn results_change(&mut self, results: &dyn Cells) {
        let is_any = !self.selection.is_empty();
        self.carried = is_any.then(|| self.selection.posts_set(results));
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
        self.band = None;
        let carried = self.carried.take();
        if !is_refresh {
            self.select_nothing();
            self.cursor = None;
            self.cursor_post = None;
            self.number = None;
            self.show_from = None;
            self.scroll_to(0.0);
            return;
        }
        let was_selected = self.cursor.is_some_and(|it| self.selection.contains(it));
        if let Some(posts) = carried {
            self.selection.follow(&posts, results);
        }
        self.anchor = None;
        let Some(before) = self.cursor else {
            return;
        };
        let position = self
            .cursor_post
            .and_then(|post| results.position(post, before));
        // Where its post is gone, the next one has come to its place.
        self.cursor = position.or_else(|| Some(before.min(results.len().checked_sub(1)?)));
        self.cursor_post = self.cursor.and_then(|index| results.get(index));
        if position.is_none()
            && was_selected
            && self.selection.is_empty()
            && let Some(index) = self.cursor
        {
            self.selection.set(index);
        }
    }

    /// The thumbnail of `post` is wanted too, which is in no cell.
    pub fn want_also(&mut self, post: PostId) {
        self.also = Some(post);
    }

    /// `num_posts` leave no cell of the screen empty.
    pub fn is_full(&self, num_posts: usize) -> bool {
        let num_cells = self.layout.num_columns * (self.page_rows + 1);
        num_cells > 0 && num_posts >= num_cells
    }

    pub fn is_at_top(&self) -> bool {
        self.scroll.offset() <= 0.0
    }

    pub fn scroll_to_top(&mut self) {
        self.scroll_to(0.0);
    }

    fn scroll_to(&mut self, offset: f64) {
        self.scroll.to(offset);
        self.top = Top::default();
        if self.layout.num_columns > 0 {
            self.top = Top::at(offset, &self.layout);
        }
        self.placed_at = offset;
    }

    /// The index that says where one is: of the cursor, or of the first cell where that
    /// is out of sight.
    fn number_shown(&self) -> usize {
        self.cursor
            .filter(|index| self.shown.contains(index))
            .unwrap_or(self.shown.start)
    }

    fn marks_at(&self, index: usize, results: &dyn Cells) -> Option<PostMarks> {
        if !self.options.has_badges {
            return None;
        }
        self.marks.of(results.get(index)?)
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
        self.cursor = Some(index);
        self.cursor_post = results.get(index);
        self.selection.set(index);
        self.anchor = Some(index);
    }

    /// Thumbnails have to be asked for again.
    pub fn ask_again(&mut self) {
        self.is_wanted_stale = true;
        self.larger.shown = 0..0;
    }

    /// Posts changed, and with them what is shown of them.
    pub fn library_changed(&mut self) {
        self.marks.library_changed();
    }

    /// Takes in what cells show; `false` where another grid asked for it.
    pub fn take_marks(&mut self, generation: Generation, marks: &[(PostId, PostMarks)]) -> bool {
        self.marks.take(generation, marks)
    }

    /// Takes in what is known of the post that is previewed; `false` where somebody else
    /// asked.
    pub fn take_details(
        &mut self,
        generation: Generation,
        details: &Result<Box<PostDetails>, String>,
    ) -> bool {
        self.preview.take_details(generation, details)
    }

    /// Takes in the picture of the preview; gives it back where somebody else asked.
    pub fn take_picture(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        picture: Result<Pixels, String>,
    ) -> Option<Result<Pixels, String>> {
        self.preview.take_picture(ctx, generation, picture)
    }

    /// Takes in how large the selected pictures are.
    pub fn take_measured(&mut self, generation: Generation, bytes: u64) {
        self.measure.take(generation, bytes);
    }

    pub fn hide_preview(&mut self) {
        self.preview.hide();
    }

    /// Bytes of the preview's texture.
    pub fn preview_bytes(&self) -> u64 {
        self.preview.texture_bytes()
    }

    /// Tells the accounting what the selection takes.
    pub fn publish(&mut self) {
        self.selection.publish();
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
            if self.marks.is_stale() && self.options.has_badges {
                self.marks.ask(&self.wanted, link);
            }
            return;
        }
        self.is_wanted_stale = false;
        self.shown = shown.clone();
        let margin = MARGIN_ROWS * self.layout.num_columns.max(1);
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
        if self.options.has_badges {
            self.marks.ask(&self.wanted, link);
        }
        // An empty list is said too: it ends the work on the list before it.
        link.send(Request::Thumbnails { wanted: missing });
    }

    /// Asks for larger thumbnails where cells of `edge` pixels have more room than what
    /// is stored fills.
    fn ask_larger(
        &mut self,
        shown: Range<usize>,
        edge: f32,
        results: &dyn Cells,
        textures: &TextureCache,
        link: &mut Link,
    ) {
        let edge = textures.larger_edge(edge, shown.len()).unwrap_or(0);
        let posts: Vec<PostId> = if edge > 0 {
            let posts = shown.clone().filter_map(|index| results.get(index));
            posts
                .filter(|post| textures.wants_larger(*post, edge))
                .collect()
        } else {
            Vec::new()
        };
        let asked = &self.larger;
        let is_none = posts.is_empty() && asked.posts.is_empty();
        let is_same_place = shown == asked.shown && edge == asked.edge;
        // Fewer are missing as they come.
        let is_asked = is_same_place && posts.iter().all(|post| asked.posts.contains(post));
        self.larger.shown = shown;
        if is_none || is_asked {
            return;
        }
        self.larger.posts.clone_from(&posts);
        self.larger.edge = edge;
        link.send(Request::LargerThumbnails {
            wanted: posts,
            edge,
        });
    }
}

#[cfg(test)]
mod tests;
