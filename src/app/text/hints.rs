//! What is said on hover of things that have a key.

/// `said`, with the key that does the same where there is one.
pub fn with_key(said: &str, key: &str) -> String {
    if key.is_empty() {
        return said.to_owned();
    }
    format!("{said} ({key})")
}
