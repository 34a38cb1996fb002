//! Edit distance, bit-parallel (Myers 1999, as block-free form of Hyyrö 2003):
//! a handful of operations a byte, so that 120,000 names take milliseconds.

/// A name to compare others with.
pub(super) struct Pattern {
    /// Bit i of entry b: byte i of the name is b.
    places: [u64; 256],
    len: usize,
}

impl Pattern {
    /// `None` for an empty name and for one of more than 64 bytes.
    pub fn new(name: &[u8]) -> Option<Self> {
        if name.is_empty() || name.len() > 64 {
            return None;
        }
        let mut places = [0; 256];
        for (bit, &byte) in name.iter().enumerate() {
            if let Some(place) = places.get_mut(usize::from(byte)) {
                *place |= 1 << bit;
            }
        }
        Some(Self {
            places,
            len: name.len(),
        })
    }

    /// Insertions, removals and replacements of bytes; `None` beyond `max`.
    pub fn distance(&self, other: &[u8], max: usize) -> Option<usize> {
        let last = 1_u64 << (self.len - 1);
        let (mut plus, mut minus) = (u64::MAX, 0_u64);
        let mut score = self.len;
        for (index, &byte) in other.iter().enumerate() {
            let places = self.places.get(usize::from(byte)).copied().unwrap_or(0);
            let vertical = places | minus;
            let diagonal = (((places & plus).wrapping_add(plus)) ^ plus) | places;
            let mut up = minus | !(diagonal | plus);
            let mut down = plus & diagonal;
            score += usize::from(up & last != 0);
            score -= usize::from(down & last != 0);
            // What is left can lower the score by one a byte.
            if score > max + (other.len() - index - 1) {
                return None;
            }
            up = (up << 1) | 1;
            down <<= 1;
            plus = down | !(vertical | up);
            minus = up & vertical;
        }
        (score <= max).then_some(score)
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;
    use proptest::prelude::*;

    fn plain(a: &[u8], b: &[u8]) -> usize {
        let mut row: Vec<usize> = (0..=b.len()).collect();
        for (i, x) in a.iter().enumerate() {
            let mut before = row[0];
            row[0] = i + 1;
            for (j, y) in b.iter().enumerate() {
                let cost = (before + usize::from(x != y))
                    .min(row[j] + 1)
                    .min(row[j + 1] + 1);
                before = row[j + 1];
                row[j + 1] = cost;
            }
        }
        row[b.len()]
    }

    proptest! {
        #[test]
        fn agrees_with_the_table(a in "[a-d]{1,12}", b in "[a-d]{0,12}", max in 0_usize..6) {
            let expected = Some(plain(a.as_bytes(), b.as_bytes())).filter(|it| *it <= max);
            let pattern = Pattern::new(a.as_bytes()).unwrap();
            prop_assert_eq!(pattern.distance(b.as_bytes(), max), expected);
        }
    }
}
