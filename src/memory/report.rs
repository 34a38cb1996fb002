use serde::Serialize;

use super::{Action, Method};

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
    /// Not in RSS: memory of the graphics card by textures, where there is one.
    pub gpu_texture_bytes: u64,
    /// How long this walk took.
    pub elapsed_us: u64,
    /// What does not fit together, in words; each is a bug or an unusual system.
    pub alarms: Vec<String>,
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

/// One line of the panel. A row's children add up to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
    #[serde(skip)]
    pub action: Option<Action>,
    pub children: Vec<Row>,
}

impl Row {
    /// A row without children, counted by the kernel.
    pub(super) fn new(name: impl Into<String>, bytes: u64, what: &str) -> Self {
        Self {
            name: name.into(),
            bytes,
            method: Method::Kernel,
            num_items: 0,
            what: what.to_owned(),
            is_driver: false,
            is_reclaimable: false,
            action: None,
            children: Vec::new(),
        }
    }

    /// A row that is the sum of its children, the largest first.
    pub(super) fn sum(name: &str, what: &str, mut children: Vec<Self>) -> Self {
        children.retain(|child| child.bytes > 0);
        children.sort_by_key(|child| std::cmp::Reverse(child.bytes));
        let bytes = children.iter().map(|child| child.bytes).sum();
        Self {
            children,
            ..Self::new(name, bytes, what)
        }
    }

    pub(super) fn with_method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(super) fn with_action(mut self, action: Action) -> Self {
        self.action = Some(action);
        self
    }

    /// Marks it and all below it as the driver's.
    pub(super) fn of_driver(mut self) -> Self {
        self.is_driver = true;
        self.children = self.children.into_iter().map(Self::of_driver).collect();
        self
    }

    /// Marks it and all below it as files that can be read again.
    pub(super) fn reclaimable(mut self) -> Self {
        self.is_reclaimable = true;
        self.children = self.children.into_iter().map(Self::reclaimable).collect();
        self
    }
}
