//! The settings by name, with what they mean and what they accept.

use super::Settings;
use crate::memory::Cache;

/// A setting that is a list of caches.
pub(super) struct ListKey {
    pub name: &'static str,
    pub what: &'static str,
    pub field: fn(&mut Settings) -> &mut Vec<Cache>,
}

pub(super) const LIST_KEYS: [ListKey; 2] = [
    ListKey {
        name: "give_back_order",
        what: "What is given back to keep the budget, the first first; what is left out follows.",
        field: |it| &mut it.give_back_order,
    },
    ListKey {
        name: "pinned",
        what: "What is never given back to keep the budget.",
        field: |it| &mut it.pinned,
    },
];

/// A setting as the file names it.
pub(super) struct Key {
    pub name: &'static str,
    /// For the file's comment.
    pub what: &'static str,
    /// What is accepted, both ends included.
    pub least: u64,
    pub most: u64,
    pub field: fn(&mut Settings) -> &mut u64,
}

pub(super) const KEYS: [Key; 7] = [
    Key {
        name: "sqlite_cache_mb",
        what: "Page cache of all database connections together, megabytes.",
        least: 1,
        most: 16_384,
        field: |it| &mut it.sqlite_cache_mb,
    },
    Key {
        name: "sqlite_mmap_mb",
        what: "How much of each database may be mapped into memory, megabytes; 0 is none.",
        least: 0,
        most: 1_048_576,
        field: |it| &mut it.sqlite_mmap_mb,
    },
    Key {
        name: "thumbs_limit_mb",
        what: "Size limit of thumbs.db on disk, megabytes; the oldest thumbnails go first.",
        least: 16,
        most: 1_048_576,
        field: |it| &mut it.thumbs_limit_mb,
    },
    Key {
        name: "picture_memory_mb",
        what: "What reading pictures may use at once, megabytes. A picture that needs more is \
               shown smaller, or refused with the reason.",
        least: 32,
        most: 65_536,
        field: |it| &mut it.picture_memory_mb,
    },
    Key {
        name: "texture_memory_mb",
        what: "Thumbnails kept ready for the screen, megabytes.",
        least: 4,
        most: 65_536,
        field: |it| &mut it.texture_memory_mb,
    },
    Key {
        name: "tag_cache_held_mb",
        what: "A tag cache up to this size is kept in memory, a larger one read from disk where it is used; megabytes.",
        least: 0,
        most: 65_536,
        field: |it| &mut it.tag_cache_held_mb,
    },
    Key {
        name: "memory_budget_mb",
        what: "What Kobako may take of memory, the graphics driver left out, megabytes; 0 is no bound.",
        least: 0,
        most: 1_048_576,
        field: |it| &mut it.memory_budget_mb,
    },
];
