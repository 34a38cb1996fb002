//! What is said of tabs, and of the searches that one can go back to.

use super::{bytes, counted};

pub const PREVIOUS_SEARCH: &str = "Previous search";
pub const NEXT_SEARCH: &str = "Next search";
pub const NEW_TAB: &str = "New tab";
pub const CLOSE_TAB: &str = "Close tab";
pub const CLOSE_OTHER_TABS: &str = "Close other tabs";
pub const REOPEN_TAB: &str = "Open closed tab again";
pub const NEXT_TAB: &str = "Next tab";
pub const PREVIOUS_TAB: &str = "Previous tab";
pub const SHOW_TAB_1: &str = "Show tab 1";
pub const SHOW_TAB_2: &str = "Show tab 2";
pub const SHOW_TAB_3: &str = "Show tab 3";
pub const SHOW_TAB_4: &str = "Show tab 4";
pub const SHOW_TAB_5: &str = "Show tab 5";
pub const TOGGLE_FILTER: &str = "Default filter on or off";
pub const USE_AS_FILTER: &str = "Use this search as default filter";
pub const EVERYTHING: &str = "Everything";
pub const HOLDS_NOTHING: &str = "Holds nothing: searched again when it is shown";

pub fn tab(title: &str) -> String {
    format!("Tab {title}")
}

pub fn all_tabs(num: usize) -> String {
    format!("All {num} tabs")
}

pub fn close(title: &str) -> String {
    format!("Close tab {title}")
}

/// What a tab costs in memory.
pub fn holds(num_bytes: u64, num_posts: u64) -> String {
    format!(
        "Holds {} of post ids, {}",
        bytes(num_bytes),
        counted(num_posts, "post", "posts")
    )
}
