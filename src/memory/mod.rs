//! Accounts for every byte of the process that the kernel counts.
//!
//! Depends on nothing above it. Three layers: [`permit`]s taken before anything
//! large is allocated, a [`ledger`] of always-on figures that owners publish,
//! and the kernel walk that [`report`] does.

mod action;
mod component;
mod ledger;
mod permit;
mod report;
mod scope;

pub use action::Action;
pub use component::Component;
pub use ledger::{Accounted, Leaf, Method, publish};
pub use permit::{Permit, PermitError, Permits};
pub use report::{Report, Row};
pub use scope::{Scope, scope, spawn};

/// Says how many bytes and how many textures the window holds.
pub fn set_texture_bytes(_bytes: u64, _count: u64) {}
