use std::borrow::Cow;
use std::ops::Range;

use serde::{Serialize, Serializer};

use super::{BudgetReport, Cache, Kinds, Method, Offer, WorkerUse, offers};

/// Where the process's memory is: rows that add up to what the kernel counts.
///
/// Serialises to the JSON of `kobako mem`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Σ Rss over `/proc/self/smaps`, bytes. "According to the kernel. This is what matters."
    pub rss_bytes: u64,
    /// `VmRSS` of `/proc/self/status`: per-CPU counters, may lag by megabytes.
    pub status_rss_bytes: u64,
    /// `VmHWM`: the most that was ever resident.
    pub peak_rss_bytes: u64,
    /// The rows; their bytes and `unexplained_bytes` add up to `rss_bytes`.
    #[serde(rename = "components")]
    pub rows: Vec<Row>,
    /// What no row accounts for. Negative is a bug: something is counted twice.
    pub unexplained_bytes: i64,
    /// All of RSS by what the kernel can do with it.
    pub kinds: Kinds,
    /// Of these, private memory that no file is behind: what only this process
    /// can give back.
    pub anonymous_bytes: u64,
    /// Not in RSS: memory of the graphics card by textures, where there is one.
    pub gpu_texture_bytes: u64,
    /// How long this walk took.
    pub elapsed_us: u64,
    /// What does not fit together, in words; each is a bug or an unusual system.
    pub alarms: Vec<String>,
    /// What is worth doing or looking at: growth without a cause, savings.
    pub findings: Vec<Finding>,
    pub budget: BudgetReport,
    /// The worker process; its memory is not in any row.
    pub worker: Option<WorkerUse>,
    /// What releasing all that can be released would free now.
    pub release_bytes: u64,
}

impl Report {
    /// RSS less what belongs to the graphics driver.
    pub fn rss_without_driver_bytes(&self) -> u64 {
        let driver: u64 = self
            .rows
            .iter()
            .filter(|row| row.is_driver)
            .map(|row| row.bytes)
            .sum();
        self.rss_bytes.saturating_sub(driver)
    }

    /// The row of this name, at any depth.
    pub fn row(&self, name: &str) -> Option<&Row> {
        fn find<'a>(rows: &'a [Row], name: &str) -> Option<&'a Row> {
            rows.iter().find_map(|row| {
                if row.name == name {
                    Some(row)
                } else {
                    find(&row.children, name)
                }
            })
        }
        find(&self.rows, name)
    }
}

/// Something that the doctor found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The row it is about.
    pub row: String,
    /// A sentence without a full stop.
    pub text: String,
    /// Something is wrong; otherwise it is advice.
    pub is_alarm: bool,
}

/// One line of the panel. A row's children add up to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Row {
    pub name: String,
    pub bytes: u64,
    pub method: Method,
    /// How many things (tags, posts, pages) these bytes hold; 0 where that means nothing.
    pub num_items: u64,
    /// The same bytes by what the kernel can do with them.
    pub kinds: Kinds,
    /// What an estimate may be off by, both ways; 0 where it was counted.
    pub bound_bytes: u64,
    /// What it is, in a sentence.
    pub what: Cow<'static, str>,
    /// How today's figure comes about; empty where the method says it all.
    pub formula: String,
    /// What would be lost without it; empty where nothing could be.
    pub without: &'static str,
    /// Belongs to the graphics driver: the app's share is given with and without it.
    pub is_driver: bool,
    /// The kernel can take most of these pages back without writing them anywhere.
    pub is_reclaimable: bool,
    /// What can be done about it.
    pub offers: Vec<Offer>,
    /// The cache that this row shows, which can have a cap and be pinned.
    pub cache: Option<Cache>,
    /// The address ranges that it has for itself, where it has: what the kernel
    /// counts in them is what of it is in arenas. As `start-end`, hexadecimal.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "as_addresses")]
    pub ranges: Vec<Range<usize>>,
    pub children: Vec<Row>,
}

fn as_addresses<S: Serializer>(ranges: &[Range<usize>], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(
        ranges
            .iter()
            .map(|it| format!("{:x}-{:x}", it.start, it.end)),
    )
}

impl Row {
    /// A row without children, counted by the kernel.
    pub(super) fn new(name: impl Into<String>, kinds: Kinds, what: &'static str) -> Self {
        Self {
            name: name.into(),
            bytes: kinds.total(),
            method: Method::Kernel,
            num_items: 0,
            kinds,
            bound_bytes: 0,
            what: Cow::Borrowed(what),
            formula: String::new(),
            without: "",
            is_driver: false,
            is_reclaimable: false,
            offers: Vec::new(),
            cache: None,
            ranges: Vec::new(),
            children: Vec::new(),
        }
    }

    /// A row that is the sum of its children, the largest first.
    pub(super) fn sum(name: &str, what: &'static str, mut children: Vec<Self>) -> Self {
        children.retain(|child| child.bytes > 0);
        children.sort_by_key(|child| std::cmp::Reverse(child.bytes));
        let kinds = children.iter().map(|child| child.kinds).sum();
        Self {
            children,
            ..Self::new(name, kinds, what)
        }
    }

    pub(super) fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// What would be lost without it.
    pub(super) fn without(mut self, without: &'static str) -> Self {
        self.without = without;
        self
    }

    pub(super) fn with_formula(mut self, formula: String) -> Self {
        self.formula = formula;
        self
    }

    /// What the figure may be off by, where it is an estimate.
    pub(super) fn with_bound(mut self, bound_bytes: u64) -> Self {
        self.bound_bytes = bound_bytes;
        self
    }

    /// The row of a cache, with what it can give back.
    pub(super) fn of_cache(mut self, cache: Cache) -> Self {
        self.cache = Some(cache);
        self.with_offer(offers::of_cache(cache))
    }

    pub(super) fn with_offer(mut self, offer: Option<Offer>) -> Self {
        self.offers.extend(offer);
        self
    }

    /// Heap bytes for each item; `None` where items mean nothing.
    pub fn bytes_per_item(&self) -> Option<f64> {
        (self.num_items > 0).then(|| self.bytes as f64 / self.num_items as f64)
    }

    /// Marks it and all below it as the driver's.
    pub(super) fn of_driver(mut self) -> Self {
        self.is_driver = true;
        self.children = self.children.into_iter().map(Self::of_driver).collect();
        self
    }

    /// Marks it and all below it as files that can be read again, as far as this
    /// process has not changed its pages of them.
    pub(super) fn reclaimable(mut self) -> Self {
        self.is_reclaimable = 2 * self.kinds.private_dirty < self.bytes;
        self.children = self.children.into_iter().map(Self::reclaimable).collect();
        self
    }
}
