//! The budget: one number for the whole process without the graphics driver.

use super::Cache;

/// What the user wants; kept in the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetWish {
    /// Of the process without the graphics driver, textures in it included,
    /// bytes; `None` where nothing is bounded.
    pub limit_bytes: Option<u64>,
    /// What is given back first comes first; the others follow in the order of
    /// [`Cache::ALL`].
    pub order: Vec<Cache>,
    /// Never given back to keep the budget.
    pub pinned: Vec<Cache>,
}

impl Default for BudgetWish {
    fn default() -> Self {
        Self {
            limit_bytes: None,
            order: Cache::ALL.to_vec(),
            pinned: Vec::new(),
        }
    }
}

/// How the budget is kept now.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct BudgetReport {
    /// `None` where nothing is bounded.
    pub limit_bytes: Option<u64>,
    /// What counts against it: RSS without the driver, with textures.
    pub used_bytes: u64,
    /// Permits that are taken, and how many bytes there are of them.
    pub permits_used_bytes: u64,
    pub permits_limit_bytes: u64,
    /// What is given back first comes first; without what is pinned.
    pub order: Vec<Cache>,
    pub pinned: Vec<Cache>,
    /// What each cache may take, where that can be set; bytes.
    pub caps: Vec<Cap>,
    /// What was given up to keep it, in words, the latest last.
    pub degraded: Vec<String>,
    /// By how much the budget is too small for what can't be given back.
    pub shortfall_bytes: u64,
}

/// A limit that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Cap {
    pub cache: Cache,
    pub bytes: u64,
    /// `false` where a new one is heeded at the next start only.
    pub is_live: bool,
}
