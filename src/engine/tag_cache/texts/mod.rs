//! What is searched by text: paths, titles, sources.
//!
//! Far too much to hold, and read whole for every such search: so it lies in
//! blocks of the snapshot file, folded to lower case, and is read through a
//! small buffer each time. Nothing of it stays in memory but the list of blocks
//! and what changed since the snapshot was written.

mod block;
mod by_name;
mod fold;
mod natural;
mod query;
mod record;
mod search;
mod store;

pub use block::BlockWriter;
pub use by_name::{NameOrder, NamePart};
pub use query::{TextField, TextQuery};
pub(super) use record::pack;
pub(super) use store::TextStore;
