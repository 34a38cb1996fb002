//! Where the memory is: the report's rows as a table and as an icicle, what it
//! was, what can be done about it, and what the things on screen cost.
//!
//! All that is painted is made when a report comes or when something is chosen,
//! never while painting: `ui` functions read it and push commands.
//!
//! ```text
//!  news ──▶ tree ──▶ lines (table), blocks (icicle)     choice ──▶ MemoryCommand
//!       ──▶ head, explanation, history, budget
//! ```

mod advice_ui;
mod budget;
mod budget_ui;
mod cost;
mod cost_ui;
mod explain;
mod explain_ui;
mod head;
mod head_ui;
mod history;
mod history_ui;
mod hue;
mod icicle;
mod icicle_ui;
mod keys;
mod select;
mod table_ui;
mod tree;
mod ui;
mod verdict;

#[cfg(test)]
mod tests;

pub use cost::{PictureFigures, ViewFigures, search_text};
pub use history::{Group, Span};
pub use keys::memory_keys;
pub use select::Step;
pub use tree::{Grouping, RowKey};
pub use ui::memory_panel_ui;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::memory::{Action, BudgetWish, Cache};
use crate::message::{MemoryNews, ReleaseReport, Request};

use super::link::Link;
use budget::BudgetState;
use explain::Explanation;
use head::Head;
use history::HistoryView;
use icicle::Icicle;
use tree::Tree;
use verdict::released_text;

/// Reports after which an answer to a release is no longer expected.
const MAX_RELEASING: u8 = 10;

/// What is below the head.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    #[default]
    Table,
    Icicle,
    History,
    Advice,
    Budget,
    OnScreen,
}

impl View {
    const ALL: [Self; 6] = [
        Self::Table,
        Self::Icicle,
        Self::History,
        Self::Advice,
        Self::Budget,
        Self::OnScreen,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Table => "Table",
            Self::Icicle => "Blocks",
            Self::History => "History",
            Self::Advice => "Advice",
            Self::Budget => "Budget",
            Self::OnScreen => "On screen",
        }
    }
}

/// What can be done inside the panel; the rest of the window does not change.
#[derive(Clone, Debug, PartialEq)]
pub enum MemoryCommand {
    Show(View),
    Group(Grouping),
    /// Select a row, and say what it is.
    Select(RowKey),
    /// Select the row of this name in the table.
    SelectNamed(String),
    StepInTable(Step),
    StepInIcicle(Step),
    /// Fold or unfold a row.
    Fold(RowKey),
    Explain(bool),
    /// Let this row fill the icicle.
    Zoom(RowKey),
    /// Let the selected row fill the icicle.
    ZoomIn,
    ZoomOut,
    /// Show what changes from now on, or no more.
    Compare(bool),
    ShowSpan(Span),
    /// Show or hide a band of the history.
    ToggleBand(Group),
    /// The budget while it is being dragged, bytes.
    DraftLimit(u64),
    DraftCap(Cache, u64),
}

/// What a release promised and did.
#[derive(Debug)]
struct Released {
    report: ReleaseReport,
    text: String,
}

#[derive(Debug, Default)]
pub struct MemoryPanel {
    is_open: bool,
    news: Option<Arc<MemoryNews>>,
    head: Option<Head>,
    view: View,
    grouping: Grouping,
    tree: Tree,
    /// Nodes in the table.
    lines: Vec<usize>,
    /// Rows that are not folded as they are at first.
    toggled: HashSet<RowKey>,
    selected: Option<RowKey>,
    is_explained: bool,
    explanation: Option<Explanation>,
    /// The table scrolls to the selected row at the next frame.
    wants_selected: bool,
    /// The pointer is over the panel: no row changes its place below it.
    is_pointed: bool,
    icicle: Icicle,
    zoom: Option<RowKey>,
    /// What the rows are compared with.
    baseline: Option<Arc<MemoryNews>>,
    /// Its bytes by row, in the grouping of now.
    baseline_bytes: HashMap<RowKey, i64>,
    span: Span,
    hidden_bands: HashSet<Group>,
    history: HistoryView,
    budget: BudgetState,
    /// What is under way, and for how many reports.
    releasing: Option<(Action, u8)>,
    released: Option<Released>,
}

impl MemoryPanel {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether what is on screen is asked about.
    pub fn shows_costs(&self) -> bool {
        self.is_open && self.view == View::OnScreen
    }

    /// Reports are asked for only while the panel is open. Closed, it keeps what
    /// the user chose and nothing else.
    pub fn toggle(&mut self, link: &mut Link) {
        self.is_open = !self.is_open;
        link.send(Request::WatchMemory {
            watch: self.is_open,
        });
        if !self.is_open {
            let old = std::mem::take(self);
            self.view = old.view;
            self.grouping = old.grouping;
            self.span = old.span;
            self.toggled = old.toggled;
            self.hidden_bands = old.hidden_bands;
        }
    }

    pub fn take_news(&mut self, news: Arc<MemoryNews>) {
        if self.is_open {
            self.budget.follow(&news.report.budget);
            self.head = Some(Head::of(&news, self.head.as_ref()));
            self.releasing = self
                .releasing
                .map(|(action, num_reports)| (action, num_reports + 1))
                .filter(|it| it.1 < MAX_RELEASING);
            self.news = Some(news);
            self.make_views();
        }
    }

    /// What the user chose to release is under way.
    pub fn releases(&mut self, action: Action) {
        self.releasing = Some((action, 0));
        self.released = None;
    }

    pub fn take_released(&mut self, report: ReleaseReport) {
        self.releasing = None;
        let text = released_text(&report);
        self.released = Some(Released { report, text });
    }

    /// The engine is asked for this budget.
    pub fn asked_budget(&mut self, wish: &BudgetWish) {
        self.budget.asked(wish.clone());
    }

    pub fn asked_cap(&mut self, cache: Cache, bytes: u64) {
        self.budget.asked_cap(cache, bytes);
    }

    /// Resident bytes as of the last report.
    pub fn rss_bytes(&self) -> Option<u64> {
        self.news.as_ref().map(|it| it.report.rss_bytes)
    }

    /// The latest report as `kobako mem --json` prints it.
    fn report_json(&self) -> Option<String> {
        let news = self.news.as_ref()?;
        serde_json::to_string_pretty(&news.report).ok()
    }

    fn is_releasing(&self, action: Action) -> bool {
        self.releasing.is_some_and(|it| it.0 == action)
    }

    pub fn is_zoomed(&self) -> bool {
        self.zoom.is_some()
    }

    pub fn is_explained(&self) -> bool {
        self.is_explained
    }

    pub fn carry_out(&mut self, command: MemoryCommand) {
        match command {
            MemoryCommand::Show(view) => self.view = view,
            MemoryCommand::Group(grouping) => return self.group(grouping),
            MemoryCommand::Select(key) => {
                self.is_explained = true;
                return self.select(key);
            }
            MemoryCommand::SelectNamed(name) => return self.select_named(&name),
            MemoryCommand::StepInTable(step) => return self.step_in_table(step),
            MemoryCommand::StepInIcicle(step) => return self.step_in_icicle(step),
            MemoryCommand::Fold(key) => {
                if !self.toggled.remove(&key) {
                    self.toggled.insert(key);
                }
            }
            MemoryCommand::Explain(is_explained) => {
                self.is_explained = is_explained && self.selected.is_some();
            }
            MemoryCommand::Zoom(key) => self.zoom = Some(key),
            MemoryCommand::ZoomIn => self.zoom_in(),
            MemoryCommand::ZoomOut => self.zoom_out(),
            MemoryCommand::Compare(is_on) => {
                self.baseline = self.news.clone().filter(|_| is_on);
                self.make_baseline();
            }
            MemoryCommand::ShowSpan(span) => self.span = span,
            MemoryCommand::ToggleBand(group) => {
                if !self.hidden_bands.remove(&group) {
                    self.hidden_bands.insert(group);
                }
            }
            MemoryCommand::DraftLimit(bytes) => self.budget.draft_limit = Some(bytes),
            MemoryCommand::DraftCap(cache, bytes) => self.budget.draft_cap = Some((cache, bytes)),
        }
        self.make_views();
    }

    fn make_baseline(&mut self) {
        self.baseline_bytes = match &self.baseline {
            Some(news) => Tree::of(&news.report, self.grouping).bytes(),
            None => HashMap::new(),
        };
    }

    /// Makes what the view shows of the latest news.
    fn make_views(&mut self) {
        let Some(news) = &self.news else {
            return;
        };
        let MemoryNews { report, history } = &**news;
        match self.view {
            View::Table | View::Icicle => {
                let places = match self.is_pointed {
                    true => self.tree.places(),
                    false => HashMap::new(),
                };
                self.tree = Tree::in_order_of(report, self.grouping, places);
                if self.baseline.is_some() {
                    self.tree.compare(&self.baseline_bytes);
                }
                self.lines = self.tree.lines(&self.toggled);
                // What was zoomed into may be gone.
                let root = self.zoom.and_then(|it| self.tree.find(it));
                self.zoom = root.and(self.zoom);
                self.icicle = Icicle::of(&self.tree, root);
                let selected = self.selected.and_then(|it| self.tree.find(it));
                self.explanation = selected
                    .filter(|_| self.is_explained)
                    .and_then(|it| Explanation::of(report, &self.tree, it));
            }
            View::History => {
                self.history = HistoryView::of(history, self.span, &self.hidden_bands);
            }
            View::Advice | View::Budget | View::OnScreen => {}
        }
        if self.view != View::History {
            self.history = HistoryView::default();
        }
    }
}
