//! Accounts for every byte of the process that the kernel counts.
//!
//! Depends on nothing above it. Three layers: [`Permits`] taken before anything
//! large is allocated, a ledger of always-on figures that owners [`publish`],
//! and the kernel walk that [`report()`] does.
//!
//! Every allocation of the process goes to jemalloc, and there to an arena per
//! [`Component`] with an address range of its own. One pass over
//! `/proc/self/smaps` then tells exactly how many resident bytes each has;
//! what is mapped besides is told by its name, and what is left is shown as
//! *unexplained*.

mod action;
mod component;
mod early;
mod extents;
pub mod heap;
mod jemalloc;
mod kernel;
mod ledger;
mod owner;
mod permit;
mod reconcile;
mod release;
mod report;
mod scope;
pub mod smaps;
mod stacks;
mod system;
mod threads;
mod totals;
mod walk;

pub use action::Action;
pub use component::Component;
pub use jemalloc::Allocator;
pub use ledger::{Accounted, Leaf, Method, publish, set_renderer, set_textures};
pub use permit::{Permit, PermitError, Permits};
pub use reconcile::report;
pub use release::{flush_thread_cache, purge, purge_all, start_background_purge};
pub use report::{Report, Row};
pub use scope::{
    NativeScope, Scope, adopt_driver_thread, adopt_thread, native_scope, scope, spawn,
};
pub use totals::resident_bytes;
