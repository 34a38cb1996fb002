//! Tag names as the library stores them.

/// Lower case and composed; otherwise as it is.
pub(super) fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let composed: String = text.nfc().collect();
    composed.to_lowercase().nfc().collect()
}

/// As the library stores names: folded, one `_` for each run of white space
/// and underscores, none at the ends (of a pattern, they say something).
pub(super) fn normalize(name: &str) -> String {
    let folded = fold(name.trim());
    let mut out = String::with_capacity(folded.len());
    for it in folded.chars() {
        if it != '_' && !it.is_whitespace() {
            out.push(it);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    let bare = out.trim_matches('_');
    if bare.is_empty() || name.contains('*') {
        out
    } else {
        bare.to_owned()
    }
}
