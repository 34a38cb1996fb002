//! Fixed strings about changes of posts that are under way.

pub const STOP: &str = "Stop the change";
pub const STOPPING: &str = "Stopping…";
