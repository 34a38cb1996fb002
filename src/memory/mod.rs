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
mod arena_rows;
mod budget;
mod cache;
mod component;
mod doctor;
mod early;
mod extents;
pub mod figures;
pub mod heap;
mod history;
mod jemalloc;
mod kernel;
mod kinds;
mod leaks;
mod ledger;
mod mapped_rows;
mod marks;
mod names;
mod offers;
mod own_code;
mod owner;
mod permit;
mod reconcile;
mod recorder;
mod release;
mod report;
mod scope;
pub mod smaps;
mod stacks;
mod system;
mod threads;
mod totals;
mod walk;
mod worker;

pub use action::{Action, Offer};
pub use budget::{
    Adapted, Budget, BudgetReport, BudgetWish, Cap, Caps, IndexAsker, IndexPermit, Usage,
};
pub use cache::Cache;
pub use component::Component;
pub use history::{Audit, Band, History, Sample};
pub use jemalloc::{Allocator, allocated_here};
#[cfg(target_os = "linux")]
pub use kernel::peer;
pub use kernel::{Peer, user_id};
pub use kinds::Kinds;
pub use ledger::{
    Accounted, Leaf, Method, TextureUse, bounded_texture_bytes, has_textures_in_process,
    note_degraded, publish, publish_budget, set_evictable, set_renderer, set_textures,
};
pub use marks::{Mark, mark, take_marks};
pub use offers::{evictable_bytes, freed_bytes};
pub use own_code::give_up_code;
pub use permit::{Permit, PermitError, Permits};
pub use reconcile::report;
pub use recorder::{Pace, Recorder};
pub use release::{
    flush_thread_cache, give_back_at_once, purge, purge_all, start_background_purge,
};
pub use report::{Finding, Report, Row};
pub use scope::{
    NativeScope, Scope, adopt_driver_thread, adopt_thread, native_scope, scope, spawn,
};
pub use totals::{resident_bytes, uptime_ms};
pub use worker::{WorkerUse, set_worker};
