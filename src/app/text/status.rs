//! What the bar at the bottom says.

use super::{bytes, count, counted, elapsed};

pub const READ_ONLY: &str = "Read-only";
pub const LIBRARY_CHANGED: &str = "The library changed · show";

pub fn new_posts(num: u64) -> String {
    format!("{} · show", counted(num, "new post", "new posts"))
}

pub const RSS_IS: &str = "Physical memory that Kobako takes now (RSS)";

/// The memory of the process.
pub fn rss(num_bytes: u64) -> String {
    format!("Memory: {}", bytes(num_bytes))
}

pub fn results(num: u64) -> String {
    counted(num, "result", "results")
}

/// Where a search names fewer than there are: `3 of 100 results`.
pub fn results_listed(num_listed: u64, total: u64) -> String {
    format!("{} of {}", count(num_listed), results(total))
}

/// How long a search took: `in 2.4 ms`.
pub fn took(us: u64) -> String {
    format!("in {}", elapsed(us))
}

/// `1,234 posts, 567 tags`
pub fn library_has(num_posts: u64, num_tags: u64) -> String {
    format!(
        "{}, {}",
        counted(num_posts, "post", "posts"),
        counted(num_tags, "tag", "tags")
    )
}
