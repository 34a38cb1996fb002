use super::Component;

/// What can be given back to keep a budget, named as settings and JSON name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cache {
    /// The picture that is open, as it is on screen.
    Picture,
    /// Thumbnails as textures, and those on their way there.
    Thumbnails,
    /// The similarity index.
    Similarity,
    /// SQLite's page caches.
    Sqlite,
    /// What the tag cache keeps beyond its arrays, and mapped parts that were read.
    TagCache,
}

impl Cache {
    /// The cheapest to have again first: the order in which a budget takes them
    /// unless the user has another.
    pub const ALL: [Self; 5] = [
        Self::Picture,
        Self::Thumbnails,
        Self::Similarity,
        Self::Sqlite,
        Self::TagCache,
    ];

    /// As settings name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Thumbnails => "thumbnails",
            Self::Similarity => "similarity",
            Self::Sqlite => "sqlite",
            Self::TagCache => "tag_cache",
        }
    }

    /// The cache of this [`Self::name`].
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// Whose row shows it.
    pub fn component(self) -> Component {
        match self {
            Self::Picture | Self::Thumbnails => Component::Pictures,
            Self::Similarity => Component::Similarity,
            Self::Sqlite => Component::Sqlite,
            Self::TagCache => Component::TagCache,
        }
    }

    /// What it costs to have it again, in words.
    pub fn costs(self) -> &'static str {
        match self {
            Self::Picture => "The open picture is read again when it is next looked at",
            Self::Thumbnails => {
                "Thumbnails that were scrolled away are read again, a millisecond each"
            }
            Self::Similarity => "The next search for similar pictures loads the index first",
            Self::Sqlite => "The next look-ups read their pages from the file again",
            Self::TagCache => "The next searches read from the file what they touch",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for cache in Cache::ALL {
            assert_eq!(Cache::named(cache.name()), Some(cache));
        }
        assert_eq!(Cache::named("tag cache"), None);
    }
}
