use serde::{Deserialize, Serialize};

/// What kind of thing a tag names; the numbers are Danbooru's where it has one,
/// and are what the database stores.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[repr(u8)]
pub enum Category {
    #[default]
    General = 0,
    Artist = 1,
    Copyright = 3,
    Character = 4,
    Meta = 5,
    Species = 6,
    Other = 7,
}

impl Category {
    /// In the order in which a post's tags are shown.
    pub const ALL: [Self; 7] = [
        Self::Artist,
        Self::Copyright,
        Self::Character,
        Self::Species,
        Self::General,
        Self::Meta,
        Self::Other,
    ];

    /// The number that the database stores.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// `None` for a number that no category has.
    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.number() == number)
    }

    /// As written in a query (`artist:`) and in sidecars.
    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Artist => "artist",
            Self::Copyright => "copyright",
            Self::Character => "character",
            Self::Meta => "meta",
            Self::Species => "species",
            Self::Other => "other",
        }
    }
}

/// Danbooru's four ratings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Rating {
    General = 1,
    Sensitive = 2,
    Questionable = 3,
    Explicit = 4,
}

impl Rating {
    pub const ALL: [Self; 4] = [
        Self::General,
        Self::Sensitive,
        Self::Questionable,
        Self::Explicit,
    ];

    /// The number that the database stores; 0 stands for "no rating" there.
    pub fn number(self) -> u8 {
        self as u8
    }

    pub fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.number() == number)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Sensitive => "sensitive",
            Self::Questionable => "questionable",
            Self::Explicit => "explicit",
        }
    }
}
