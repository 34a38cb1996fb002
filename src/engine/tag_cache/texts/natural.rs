//! The order of names as people count: `page 2` before `page 10`.

/// Stands before the length and the digits of a number; no other character has it.
const NUMBER: u8 = b'0' + 1;

/// Appends bytes that are in the order in which names are for people. Runs of digits count
/// as numbers, of up to 255 digits, without the zeros before them. A separator of folders
/// comes before all else, so that what lies in a folder stays together.
pub(super) fn push_natural(out: &mut Vec<u8>, name: &[u8]) {
    let mut rest = name;
    while let [first, after @ ..] = rest {
        if !first.is_ascii_digit() {
            // Nothing at all comes first, then what separates folders.
            let is_separator = *first == std::path::MAIN_SEPARATOR as u8;
            out.push(if is_separator {
                1
            } else {
                first.saturating_add(1).max(2)
            });
            rest = after;
            continue;
        }
        let end = rest.iter().position(|it| !it.is_ascii_digit());
        let (digits, after) = rest.split_at(end.unwrap_or(rest.len()));
        let zeros = digits.iter().take_while(|it| **it == b'0').count();
        let digits = digits.get(zeros..).unwrap_or_default();
        out.push(NUMBER);
        out.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(digits);
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_by_key(|name| {
            let mut key = Vec::new();
            push_natural(&mut key, name.as_bytes());
            key
        });
        names
    }

    #[test]
    fn digits_count_as_numbers() {
        let expected = [
            "",
            "1.png",
            "2.png",
            "007.png",
            "10.png",
            "12345678901234567890123.png",
            "a",
            "a/z",
            "a b/c",
            "a1b2",
            "a1b10",
            "a2",
            "a10",
            "b",
            "日1",
            "日本",
        ];
        let reversed = expected.into_iter().rev();
        assert_eq!(sorted(reversed), expected);
    }

    #[test]
    fn numbers_that_differ_in_zeros_are_equal() {
        let mut keys = [Vec::new(), Vec::new()];
        push_natural(&mut keys[0], b"a02 0");
        push_natural(&mut keys[1], b"a2 000");
        assert_eq!(keys[0], keys[1]);
    }
}
