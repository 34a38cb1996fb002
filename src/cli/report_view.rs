//! A memory report as another process, perhaps of another version, may have
//! written it: what is not there reads as nothing.

use serde::Deserialize;
use serde_json::Value;

use crate::memory::Report;

/// [`Report`], read from its JSON.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct ReportView {
    pub rss_bytes: u64,
    pub status_rss_bytes: u64,
    pub peak_rss_bytes: u64,
    #[serde(rename = "components")]
    pub rows: Vec<RowView>,
    pub unexplained_bytes: i64,
    pub kinds: KindsView,
    pub anonymous_bytes: u64,
    pub gpu_texture_bytes: u64,
    pub elapsed_us: u64,
    pub alarms: Vec<String>,
    pub findings: Vec<FindingView>,
    pub budget: BudgetView,
    pub worker: Option<WorkerView>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct WorkerView {
    pub pid: u32,
    pub rss_bytes: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct RowView {
    pub name: String,
    pub bytes: u64,
    pub method: String,
    pub num_items: u64,
    pub kinds: KindsView,
    pub bound_bytes: u64,
    pub what: String,
    pub formula: String,
    pub without: String,
    pub is_driver: bool,
    pub is_reclaimable: bool,
    pub offers: Vec<OfferView>,
    pub cache: Option<String>,
    pub children: Vec<RowView>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct KindsView {
    pub private_dirty: u64,
    pub private_clean: u64,
    pub shared: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct OfferView {
    /// A name, or an object of a name and what it is done to.
    pub action: Value,
    pub frees_bytes: u64,
    pub costs: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct FindingView {
    pub row: String,
    pub text: String,
    pub is_alarm: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct BudgetView {
    pub limit_bytes: Option<u64>,
    pub used_bytes: u64,
    pub permits_used_bytes: u64,
    pub permits_limit_bytes: u64,
    pub textures_limit_bytes: u64,
    pub pinned: Vec<String>,
    pub caps: Vec<CapView>,
    pub degraded: Vec<String>,
    pub shortfall_bytes: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct CapView {
    pub cache: String,
    pub bytes: u64,
    pub is_live: bool,
}

impl ReportView {
    /// Reads the JSON of a report.
    pub fn read(json: Value) -> serde_json::Result<Self> {
        serde_json::from_value(json)
    }

    /// Of a report of this process.
    pub fn of(report: &Report) -> serde_json::Result<Self> {
        Self::read(serde_json::to_value(report)?)
    }

    /// RSS less the rows of the graphics driver.
    pub fn without_driver_bytes(&self) -> u64 {
        let driver = self.rows.iter().filter(|it| it.is_driver);
        let driver: u64 = driver.map(|it| it.bytes).sum();
        self.rss_bytes.saturating_sub(driver)
    }

    /// The bytes of the rows of these names at the top; 0 where there is none.
    pub fn bytes_of(&self, names: &[&str]) -> u64 {
        let rows = self.rows.iter();
        let wanted = rows.filter(|it| names.contains(&it.name.as_str()));
        wanted.map(|it| it.bytes).sum()
    }

    /// What no row explains, as a share of RSS.
    pub fn unexplained_share(&self) -> f64 {
        self.unexplained_bytes as f64 / (self.rss_bytes.max(1)) as f64
    }

    /// All rows of this name (`names`) or path (`tag cache/names`), letters of
    /// either case, each with its path.
    pub fn find(&self, name: &str) -> Vec<(String, &RowView)> {
        let wanted = name.to_lowercase();
        let mut all = Vec::new();
        for row in &self.rows {
            row.collect("", &mut all);
        }
        all.retain(|(path, row)| {
            path.to_lowercase() == wanted || row.name.to_lowercase() == wanted
        });
        all
    }
}

impl RowView {
    fn collect<'a>(&'a self, above: &str, into: &mut Vec<(String, &'a Self)>) {
        let path = if above.is_empty() {
            self.name.clone()
        } else {
            format!("{above}/{}", self.name)
        };
        into.push((path.clone(), self));
        for child in &self.children {
            child.collect(&path, into);
        }
    }

    /// `kernel`, `exact`, or `estimate ± 0.10 MB`.
    pub fn method_text(&self) -> String {
        if self.bound_bytes == 0 {
            return self.method.clone();
        }
        format!(
            "{} ± {} MB",
            self.method,
            megabytes(self.bound_bytes as f64)
        )
    }
}

/// Of 2²⁰ bytes, as everywhere in Kobako.
pub(super) fn megabytes(bytes: f64) -> String {
    let text = format!("{:.2}", bytes / f64::from(1 << 20));
    // No minus before nothing.
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        text
    }
}
