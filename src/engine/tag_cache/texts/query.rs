use std::fmt;

/// What of a post a text is looked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextField {
    /// The last part of a path.
    FileName,
    /// A path, from the name of the imported folder on: the folders above it
    /// (`/home/someone`) would match everything.
    Path,
    /// Such a path without its last part.
    Folder,
    /// Title, caption, description.
    Text,
    /// An address or text that says where it comes from.
    Source,
}

impl TextField {
    pub const ALL: [Self; 5] = [
        Self::FileName,
        Self::Path,
        Self::Folder,
        Self::Text,
        Self::Source,
    ];

    /// The metatag that asks for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::FileName => "filename",
            Self::Path => "path",
            Self::Folder => "folder",
            Self::Text => "text",
            Self::Source => "source",
        }
    }
}

/// A search for a piece of text. Case does not count.
///
/// Without `*`, the field contains `pattern`; with it, all of the field is
/// `pattern`, `*` being any run of characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TextQuery {
    pub field: TextField,
    pub pattern: String,
}

impl fmt::Display for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
