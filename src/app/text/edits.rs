//! What is said about changes of posts that are under way.

pub const STOP: &str = "Stop the change";
pub const STOPPING: &str = "Stopping…";

/// `Rating posts: 1,280 of 13,511`
pub fn progress(what: &str, num_done: &str, num_all: &str) -> String {
    format!("{what}: {num_done} of {num_all}")
}
