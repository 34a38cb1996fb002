use super::{Action, Method};

/// Where the process's memory is: rows that add up to what the kernel counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Σ Rss over `/proc/self/smaps`, bytes. "According to the kernel. This is what matters."
    pub rss_bytes: u64,
    /// `VmRSS` of `/proc/self/status`: per-CPU counters, may lag by megabytes.
    pub status_rss_bytes: u64,
    /// `VmHWM`: the most that was ever resident.
    pub peak_rss_bytes: u64,
    /// The rows; their bytes and `unexplained_bytes` add up to `rss_bytes`.
    pub rows: Vec<Row>,
    /// What no row accounts for. Negative is a bug: something is counted twice.
    pub unexplained_bytes: i64,
    /// Not in RSS: memory of the graphics card by textures, where there is one.
    pub gpu_texture_bytes: u64,
    /// Not in RSS: the worker process.
    pub worker_rss_bytes: u64,
    /// How long this walk took.
    pub elapsed_us: u64,
}

/// One line of the panel. A row's children add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub name: String,
    pub bytes: u64,
    pub method: Method,
    /// How many things (tags, posts, pages) these bytes hold; 0 where that means nothing.
    pub num_items: u64,
    /// What it is, in a sentence.
    pub what: String,
    /// Belongs to the graphics driver: the app's share is given with and without it.
    pub is_driver: bool,
    /// The kernel can take these pages back without writing them anywhere.
    pub is_reclaimable: bool,
    /// What its button does.
    pub action: Option<Action>,
    pub children: Vec<Row>,
}
