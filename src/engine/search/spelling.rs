//! How far apart two short words are.

/// Insertions, removals and replacements of characters that make `b` of `a`, a
/// swap of neighbours counting as one; `None` beyond `max`.
pub(super) fn distance(a: &str, b: &str, max: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > 4 * max || letters_apart(a, b) > max {
        return None;
    }
    let b: Vec<char> = b.chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut letter_before = None;
    for (row, letter) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        let mut lowest = row + 1;
        for (column, &other) in b.iter().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(max + 1);
            let mut cost = (at(&last, column) + usize::from(letter != other))
                .min(at(&last, column + 1) + 1)
                .min(at(&next, column) + 1);
            let is_swap = column.checked_sub(1).is_some_and(|it| {
                letter_before == Some(other) && b.get(it).copied() == Some(letter)
            });
            if is_swap {
                cost = cost.min(at(&before_last, column - 1) + 1);
            }
            lowest = lowest.min(cost);
            next.push(cost);
        }
        // A swap looks two rows back, and adds one to what is there.
        if lowest > max && last.iter().all(|it| *it >= max) {
            return None;
        }
        letter_before = Some(letter);
        before_last = std::mem::replace(&mut last, next);
    }
    last.last().copied().filter(|it| *it <= max)
}

/// Kinds of letters that only one of them has: each edit takes or gives at
/// most one of a side. A quick way to tell most words apart.
fn letters_apart(a: &str, b: &str) -> usize {
    let kinds = |text: &str| text.bytes().fold(0_u64, |kinds, it| kinds | 1 << (it % 64));
    // Other letters have several bytes.
    if !a.is_ascii() || !b.is_ascii() {
        return 0;
    }
    let (a, b) = (kinds(a), kinds(b));
    (a & !b).count_ones().max((b & !a).count_ones()) as usize
}

#[cfg(test)]
mod tests {
    use super::distance;
    use proptest::prelude::*;

    /// By the definition, from the end.
    fn plain(a: &[char], b: &[char]) -> usize {
        let (Some((x, a_rest)), Some((y, b_rest))) = (a.split_last(), b.split_last()) else {
            return a.len().max(b.len());
        };
        let mut best = (plain(a_rest, b_rest) + usize::from(x != y))
            .min(plain(a_rest, b) + 1)
            .min(plain(a, b_rest) + 1);
        if let ([.., p, q], [.., r, s]) = (a, b)
            && p == s
            && q == r
        {
            best = best.min(plain(&a[..a.len() - 2], &b[..b.len() - 2]) + 1);
        }
        best
    }

    proptest! {
        #[test]
        fn agrees_with_the_definition(a in "[a-cñ]{0,6}", b in "[a-cñ]{0,6}", max in 0_usize..5) {
            let (x, y): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
            let expected = Some(plain(&x, &y)).filter(|it| *it <= max);
            prop_assert_eq!(distance(&a, &b, max), expected);
        }
    }
}
