//! The two sides of a comparison, and how they are looked at.

use crate::app::text;

/// How two pictures are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    #[default]
    SideBySide,
    /// One at a time, in the same place.
    Flicker,
    Difference,
}

impl Look {
    pub const ALL: [Self; 3] = [Self::SideBySide, Self::Flicker, Self::Difference];

    pub fn name(self) -> &'static str {
        match self {
            Self::SideBySide => text::duplicates::SIDE_BY_SIDE,
            Self::Flicker => text::duplicates::FLICKER,
            Self::Difference => text::duplicates::DIFFERENCE,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Left,
    Right,
}

impl Side {
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    pub fn name(self) -> &'static str {
        match self {
            Self::Left => text::duplicates::LEFT,
            Self::Right => text::duplicates::RIGHT,
        }
    }

    /// Inside a sentence.
    pub fn inline(self) -> &'static str {
        match self {
            Self::Left => text::duplicates::LEFT_INLINE,
            Self::Right => text::duplicates::RIGHT_INLINE,
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    pub(super) fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
        }
    }
}
