//! What can be set, with its default and its unit. One file, `settings.toml`,
//! in the library's folder.

/// All settings of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Page cache of all SQLite connections together, megabytes.
    pub sqlite_cache_mb: u64,
    /// `mmap_size` of each database, megabytes; 0 is none.
    pub sqlite_mmap_mb: u64,
    /// Limit of `thumbs.db`, megabytes.
    pub thumbs_limit_mb: u64,
    /// What decoders and pictures may use at once, megabytes.
    pub picture_memory_mb: u64,
    /// Thumbnail textures kept, megabytes.
    pub texture_memory_mb: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sqlite_cache_mb: 10,
            sqlite_mmap_mb: 0,
            thumbs_limit_mb: 4096,
            picture_memory_mb: 192,
            texture_memory_mb: 32,
        }
    }
}
