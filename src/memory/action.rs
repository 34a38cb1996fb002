use super::{Cache, Component};

/// What can be done about memory, from a row's button or by the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Everything that can be given back at once.
    ReleaseAll,
    /// What this cache does not need this moment.
    GiveBack(Cache),
    /// Freed memory that a component's arena still keeps resident.
    Purge(Component),
}

/// An [`Action`] that a row offers, and what it would come to now.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Offer {
    pub action: Action,
    /// What RSS will fall by.
    pub frees_bytes: u64,
    /// What it costs to have it again, in words.
    pub costs: &'static str,
}
