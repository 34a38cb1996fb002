//! What can be asked of a post besides its tags.

use crate::model::Category;

/// What a range or an order can be asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Id,
    Score,
    FavCount,
    Width,
    Height,
    /// Width × height / 1,000,000.
    Megapixels,
    /// Width / height, to two digits.
    Ratio,
    /// Bytes.
    FileSize,
    TagCount,
    /// Tags of one category.
    TagCountOf(CountedCategory),
    /// When the source says that it was made, else when it was imported;
    /// seconds since 1970.
    Date,
}

/// The categories whose tags are counted post by post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(usize)]
pub enum CountedCategory {
    General,
    Artist,
    Copyright,
    Character,
    Meta,
}

impl CountedCategory {
    pub const ALL: [Self; 5] = [
        Self::General,
        Self::Artist,
        Self::Copyright,
        Self::Character,
        Self::Meta,
    ];

    pub(super) fn of(category: Category) -> Option<Self> {
        match category {
            Category::General => Some(Self::General),
            Category::Artist => Some(Self::Artist),
            Category::Copyright => Some(Self::Copyright),
            Category::Character => Some(Self::Character),
            Category::Meta => Some(Self::Meta),
            Category::Species | Category::Other => None,
        }
    }
}

/// What is true of a post or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Flag {
    /// No file of it can be found.
    Missing = 0x0080,
    Animated = 0x0100,
    Alpha = 0x0200,
    /// Marked by the user.
    Favorite = 0x0400,
    HasSource = 0x0800,
    HasText = 0x1000,
    /// Not just a record.
    HasFile = 0x2000,
    /// Several files with the same bytes.
    HasCopies = 0x4000,
}

impl Column {
    /// Makes of a value a whole number that orders as values do, and lies no
    /// further from the others than it must; no value is smallest.
    pub fn sort_key(self) -> impl Fn(Option<f64>) -> u64 {
        // Ratios have two digits, megapixels six; all others are whole.
        let (scale, half) = match self {
            Self::Ratio => (100.0, 0.5),
            Self::Megapixels => (1e6, 0.5),
            _ => (1.0, 0.0),
        };
        // Above the sign, so that there is room for "no value" at 0.
        let signed = |it: i64| (it as u64 ^ 1 << 63).max(1);
        move |value| value.map_or(0, |it| signed((it * scale + half) as i64))
    }
}
