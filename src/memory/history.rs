//! What memory was: samples over time, marks that name causes, and how much was
//! unexplained.

use std::collections::VecDeque;

use super::{Component, Mark};

/// What a sample tells apart: bands that are stacked, the first at the bottom.
/// Each component's arena, and what is outside of all arenas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Band {
    Arena(Component),
    /// Textures, where they are in this process; not in the driver's arena then.
    Textures,
    /// Files that are mapped: the program, libraries, fonts, snapshots.
    Files,
    /// Stacks, statics, compiled shaders.
    Other,
}

impl Band {
    pub const COUNT: usize = Component::COUNT + 3;

    pub fn all() -> impl Iterator<Item = Self> {
        let arenas = Component::ALL.into_iter().map(Self::Arena);
        arenas.chain([Self::Textures, Self::Files, Self::Other])
    }

    pub fn index(self) -> usize {
        match self {
            Self::Arena(component) => component.index(),
            Self::Textures => Component::COUNT,
            Self::Files => Component::COUNT + 1,
            Self::Other => Component::COUNT + 2,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Arena(component) => component.name(),
            Self::Textures => "textures",
            Self::Files => "mapped files",
            Self::Other => "other",
        }
    }
}

/// Memory at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// Since the process began, milliseconds.
    pub at_ms: u32,
    /// Kilobytes.
    pub rss_kb: u32,
    /// Kilobytes by [`Band::index`]; they add up to `rss_kb`.
    pub bands_kb: [u32; Band::COUNT],
}

/// How well the rows explained RSS, walk by walk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audit {
    pub num_walks: u64,
    /// Walks with more than 3 % unexplained, or an alarm.
    pub num_bad: u64,
    /// The largest share of RSS that was unexplained, 0 to 1; when, milliseconds.
    pub worst_share: f32,
    pub worst_at_ms: u32,
    /// The latest shares with their time, milliseconds; thinned out like the session.
    pub shares: VecDeque<(u32, f32)>,
}

/// The last ten minutes closely, the session coarsely; bounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// About one a second while someone looks, fewer otherwise; at most 600.
    pub recent: VecDeque<Sample>,
    /// The whole session; at most 600, each second one goes when it is full.
    pub session: VecDeque<Sample>,
    /// The latest at the end; at most 200.
    pub marks: VecDeque<Mark>,
    pub audit: Audit,
}
