//! Patterns with `*`, which stands for any run of characters, also for none.

/// A pattern; matching needs no allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    pattern: String,
}

impl Glob {
    pub fn new(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Nothing but stars.
    pub fn matches_everything(&self) -> bool {
        !self.pattern.is_empty() && self.pattern.bytes().all(|it| it == b'*')
    }

    /// The text before the star, where the pattern is `text*`.
    pub fn as_prefix(&self) -> Option<&str> {
        let prefix = self.pattern.strip_suffix('*')?;
        (!prefix.contains('*')).then_some(prefix)
    }

    /// A run without a star that every match contains; the longest.
    pub fn longest_literal(&self) -> &str {
        self.pattern
            .split('*')
            .max_by_key(|it| it.len())
            .unwrap_or_default()
    }

    /// Bytes, since `*` is the only special one and no part of another character.
    pub fn matches(&self, name: &[u8]) -> bool {
        let pattern = self.pattern.as_bytes();
        let (mut at, mut in_name) = (0, 0);
        // After the last star, and how much of the name that star took.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (pattern.get(at), name.get(in_name)) {
                (Some(b'*'), _) => {
                    at += 1;
                    retry = Some((at, in_name));
                }
                (Some(want), Some(have)) if want == have => {
                    at += 1;
                    in_name += 1;
                }
                (None, None) => return true,
                (_, None) => return false,
                (_, Some(_)) => {
                    let Some((star, taken)) = retry else {
                        return false;
                    };
                    retry = Some((star, taken + 1));
                    at = star;
                    in_name = taken + 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn stars_stand_for_any_run() {
        let cases = [
            ("*_hair", "long_hair", true),
            ("*_hair", "_hair", true),
            ("*_hair", "hair", false),
            ("a*b*c", "aXXbYYc", true),
            ("a*b*c", "aXXbYY", false),
            ("a*", "a", true),
            ("*", "", true),
            ("**", "x", true),
            ("a*a", "a", false),
            ("*ab*ab", "abab", true),
            ("x", "x", true),
            ("x", "xx", false),
        ];
        for (pattern, name, expected) in cases {
            assert_eq!(
                Glob::new(pattern).matches(name.as_bytes()),
                expected,
                "{pattern} on {name}"
            );
        }
    }
}
