use super::Cache;

/// Who a piece of heap memory belongs to; each has an arena (an address range)
/// of its own, so that the kernel can count its resident pages.
///
/// About ten, and coarse: an arena costs some 90 KB. What is inside one is told
/// apart by [`super::Leaf`]s.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Component {
    /// Rust code that entered no other component: start-up, third-party threads.
    General = 0,
    /// The window: egui, its fonts and its state.
    Window = 1,
    /// Thumbnails and pictures on their way to the screen.
    Pictures = 2,
    /// Decoders and files being read: thumbnails, imports.
    Import = 3,
    /// The engine thread: requests, search results, jobs.
    Engine = 4,
    /// Tag names, counts, categories, postings and post columns.
    TagCache = 5,
    /// Every SQLite connection.
    Sqlite = 6,
    /// FAISS indexes.
    Similarity = 7,
    /// The memory accounting itself.
    Accounting = 8,
    /// `malloc` of C and C++ code that no scope was entered for.
    Native = 9,
    /// `malloc` of C code on the window's thread: the graphics driver, X11, Wayland.
    Driver = 10,
}

impl Component {
    pub const ALL: [Self; 11] = [
        Self::General,
        Self::Window,
        Self::Pictures,
        Self::Import,
        Self::Engine,
        Self::TagCache,
        Self::Sqlite,
        Self::Similarity,
        Self::Accounting,
        Self::Native,
        Self::Driver,
    ];

    pub const COUNT: usize = Self::ALL.len();

    pub fn index(self) -> usize {
        self as usize
    }

    /// As rows and JSON name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Window => "window",
            Self::Pictures => "pictures",
            Self::Import => "import",
            Self::Engine => "engine",
            Self::TagCache => "tag cache",
            Self::Sqlite => "sqlite",
            Self::Similarity => "similarity",
            Self::Accounting => "memory accounting",
            Self::Native => "native heap",
            Self::Driver => "graphics driver heap",
        }
    }

    /// What it is, in a sentence for people.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::General => "Rust code outside of any other part: start-up, threads of libraries",
            Self::Window => {
                "The window's own state: layout, text, shapes, search results on screen"
            }
            Self::Pictures => "Thumbnails and pictures on their way to the screen",
            Self::Import => "Decoders, and files being imported",
            Self::Engine => "Requests, search results and running jobs",
            Self::TagCache => {
                "Tag names, counts, categories, which post has which tag, and post columns"
            }
            Self::Sqlite => {
                "SQLite's page caches, schemas and statements, by database and connection"
            }
            Self::Similarity => "FAISS's index for finding pictures that look alike",
            Self::Accounting => "The memory accounting itself, this table included",
            Self::Native => "Memory of C and C++ libraries that belongs to no other row",
            Self::Driver => "What C code on the window's thread allocated",
        }
    }

    /// What would be lost without it.
    pub(super) fn without(self) -> &'static str {
        match self {
            Self::General => "The program could not start",
            Self::Window => "There would be no window",
            Self::Pictures => "No thumbnail and no picture would get onto the screen",
            Self::Import => "Nothing could be imported, and no thumbnail be made",
            Self::Engine => "Nothing that the window asks would be answered",
            Self::TagCache => "Every search and every completion would read the database",
            Self::Sqlite => {
                "The library could not be read; without its page caches each look-up reads its file"
            }
            Self::Similarity => "Pictures that look alike could not be found",
            Self::Accounting => "Nobody could say where the memory is, and no budget be kept",
            Self::Native => "Libraries that Kobako is made of could not work",
            Self::Driver => "There would be no window",
        }
    }

    /// What of its row can be given back, capped and pinned.
    pub(super) fn cache(self) -> Option<Cache> {
        match self {
            Self::Pictures => Some(Cache::Thumbnails),
            Self::Sqlite => Some(Cache::Sqlite),
            Self::Similarity => Some(Cache::Similarity),
            Self::TagCache => Some(Cache::TagCache),
            Self::General
            | Self::Window
            | Self::Import
            | Self::Engine
            | Self::Accounting
            | Self::Native
            | Self::Driver => None,
        }
    }
}
