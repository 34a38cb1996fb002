//! What is known about tags themselves, on its way into the library.

use crate::library::{Changes, LibraryError, Writer};
use crate::model::Category;

/// Aliases are (other name, name).
pub(super) fn put_aliases(
    _writer: &mut Writer,
    _aliases: &[(String, String)],
) -> Result<Changes, LibraryError> {
    Ok(Changes::default())
}

/// Implications are (tag, what it implies).
pub(super) fn put_implications(
    _writer: &mut Writer,
    _implications: &[(String, String)],
) -> Result<Changes, LibraryError> {
    Ok(Changes::default())
}

/// Categories of tags that the library has.
pub(super) fn put_categories(
    _writer: &mut Writer,
    _categories: &[(String, Category)],
) -> Result<Changes, LibraryError> {
    Ok(Changes::default())
}
