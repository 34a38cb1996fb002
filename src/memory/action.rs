/// What can be done about memory, from a row's button or by the budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Everything that can be given back at once.
    ReleaseAll,
    /// Textures and decoded thumbnails that are not on screen.
    TrimThumbnails,
    /// The similarity index.
    UnloadSimilarity,
    /// SQLite's page caches.
    ShrinkSqlite,
    /// Freed memory that the allocator still keeps resident.
    PurgeAllocator,
}
