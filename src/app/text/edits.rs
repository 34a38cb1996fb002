//! What is said about changes of posts that are under way.

pub const STOP: &str = "Stop the change";
pub const STOPPING: &str = "Stopping…";

pub const STOP_OR_WAIT: &str =
    "Wait for its end, or press “Stop the change” at the bottom; then it can be taken back";

/// Why nothing is taken back just now.
pub fn running(what: &str) -> String {
    format!("Nothing was taken back: “{what}” is not done yet")
}

/// `Rating posts: 1,280 of 13,511`
pub fn progress(what: &str, num_done: &str, num_all: &str) -> String {
    format!("{what}: {num_done} of {num_all}")
}
