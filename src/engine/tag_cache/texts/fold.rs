//! Case does not count when texts are searched.

/// Appends `bytes` in lower case; bytes that are not UTF-8 stand for themselves.
pub(super) fn push_folded(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_ascii() {
        out.extend(bytes.iter().map(u8::to_ascii_lowercase));
        return;
    }
    for chunk in bytes.utf8_chunks() {
        out.extend_from_slice(chunk.valid().to_lowercase().as_bytes());
        out.extend_from_slice(chunk.invalid());
    }
}

pub(super) fn folded(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    push_folded(&mut out, bytes);
    out
}

#[cfg(test)]
mod tests {
    use super::folded;

    #[test]
    fn case_does_not_count() {
        assert_eq!(folded("ÄB\u{130}".as_bytes()), "äbi\u{307}".as_bytes());
        assert_eq!(folded(b"A\xffB"), b"a\xffb");
    }
}
