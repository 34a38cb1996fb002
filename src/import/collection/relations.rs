//! What is known about tags themselves, on its way into the library.

use crate::library::{Changes, LibraryError, Writer};
use crate::model::Category;

/// Aliases are (other name, name).
pub(super) fn put_aliases(
    writer: &mut Writer,
    aliases: &[(String, String)],
) -> Result<Changes, LibraryError> {
    writer.put_aliases(aliases)
}

/// Implications are (tag, what it implies).
pub(super) fn put_implications(
    writer: &mut Writer,
    implications: &[(String, String)],
) -> Result<Changes, LibraryError> {
    writer.put_implications(implications)
}

/// Categories of tags that the library has.
pub(super) fn put_categories(
    writer: &mut Writer,
    categories: &[(String, Category)],
) -> Result<Changes, LibraryError> {
    writer.set_categories(categories)
}

/// Whether the library refused what it was given, and nothing is wrong with the
/// library itself.
pub(super) fn is_refused(err: &LibraryError) -> bool {
    matches!(
        err,
        LibraryError::NoSuchTag { .. }
            | LibraryError::NotATagName { .. }
            | LibraryError::SameTag { .. }
            | LibraryError::NameIsAlias { .. }
    )
}
