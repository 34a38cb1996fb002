//! The pages of the help menu: the query language, and what this program is.

mod about;
mod about_ui;
mod actions;
mod search_ui;

pub use about_ui::about_page_ui;
pub use actions::ACTIONS;
pub use search_ui::search_page_ui;

/// What the window remembers of these pages.
#[derive(Debug, Default)]
pub struct Help {
    /// What is looked for on the page of the query language.
    search: String,
    /// The page opened: its search has the focus from the next frame on.
    wants_focus: bool,
}

impl Help {
    pub fn search_page_opens(&mut self) {
        self.search.clear();
        self.wants_focus = true;
    }
}
