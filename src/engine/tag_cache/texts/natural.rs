//! The order of names as people count: `page 2` before `page 10`.

use std::cmp::Ordering;

/// Compares two names. Runs of digits count as numbers, of any length; what differs in
/// leading zeros alone, by these. A separator of folders comes before all else, so that
/// what lies in a folder stays together.
pub(super) fn natural(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left_rest, mut right_rest) = (left, right);
    loop {
        match (left_rest.first(), right_rest.first()) {
            (None, None) => return left.cmp(right),
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
            (Some(a), Some(b)) if a.is_ascii_digit() && b.is_ascii_digit() => {
                let (a, after_a) = number(left_rest);
                let (b, after_b) = number(right_rest);
                let order = a.len().cmp(&b.len()).then_with(|| a.cmp(b));
                if order.is_ne() {
                    return order;
                }
                (left_rest, right_rest) = (after_a, after_b);
            }
            (Some(a), Some(b)) => {
                let order = rank(*a).cmp(&rank(*b));
                if order.is_ne() {
                    return order;
                }
                left_rest = left_rest.get(1..).unwrap_or_default();
                right_rest = right_rest.get(1..).unwrap_or_default();
            }
        }
    }
}

/// The digits at the start without leading zeros, and what follows them.
fn number(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|it| !it.is_ascii_digit());
    let (digits, rest) = text.split_at(end.unwrap_or(text.len()));
    let first = digits.iter().position(|it| *it != b'0');
    (
        digits
            .get(first.unwrap_or(digits.len())..)
            .unwrap_or_default(),
        rest,
    )
}

fn rank(byte: u8) -> u8 {
    if byte == std::path::MAIN_SEPARATOR as u8 {
        0
    } else {
        byte
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_count_as_numbers() {
        let ordered = [
            "", "1.png", "2.png", "10.png", "a", "a1b2", "a1b10", "a/z", "a b/c", "a2", "a02",
            "a10", "b",
        ];
        // `a02` equals `a2` but for its zero, which comes first as a character.
        let mut sorted = ordered;
        sorted.reverse();
        sorted.sort_by(|a, b| natural(a.as_bytes(), b.as_bytes()));
        let expected = [
            "", "1.png", "2.png", "10.png", "a", "a/z", "a b/c", "a1b2", "a1b10", "a02", "a2",
            "a10", "b",
        ];
        assert_eq!(sorted, expected);
    }

    #[test]
    fn numbers_may_be_longer_than_any_integer() {
        let (short, long) = ("x9".repeat(1), format!("x1{}", "0".repeat(300)));
        assert_eq!(natural(short.as_bytes(), long.as_bytes()), Ordering::Less);
    }

    proptest! {
        #[test]
        fn is_an_order(mut names in prop::collection::vec("[a1/0 9]{0,6}", 3)) {
            names.sort_by(|a, b| natural(a.as_bytes(), b.as_bytes()));
            let [a, b, c] = [0, 1, 2].map(|it| names[it].as_bytes());
            prop_assert!(natural(a, b).is_le() && natural(b, c).is_le() && natural(a, c).is_le());
            prop_assert_eq!(natural(a, c), natural(c, a).reverse());
            prop_assert_eq!(natural(a, b).is_eq(), a == b);
        }
    }
}
