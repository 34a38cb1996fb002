use std::ops::{Add, AddAssign};

/// The same resident bytes by what the kernel can do with them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Kinds {
    /// This process's own, and changed: they stay until it gives them back.
    pub private_dirty: u64,
    /// Read by this process alone: the kernel can drop them and read them again.
    pub private_clean: u64,
    /// Shared with other processes, or the system's cache of a file.
    pub shared: u64,
}

impl Kinds {
    /// All of them together, bytes.
    pub fn total(self) -> u64 {
        self.private_dirty + self.private_clean + self.shared
    }

    /// Takes `bytes` out (less where there are no more), dirty ones first: what
    /// an allocator handed out has mostly been written to.
    #[must_use]
    pub fn take(&mut self, bytes: u64) -> Self {
        let mut left = bytes;
        let mut part = |of: &mut u64| {
            let taken = left.min(*of);
            *of -= taken;
            left -= taken;
            taken
        };
        Self {
            private_dirty: part(&mut self.private_dirty),
            private_clean: part(&mut self.private_clean),
            shared: part(&mut self.shared),
        }
    }
}

impl Add for Kinds {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            private_dirty: self.private_dirty + other.private_dirty,
            private_clean: self.private_clean + other.private_clean,
            shared: self.shared + other.shared,
        }
    }
}

impl AddAssign for Kinds {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Kinds {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Self::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_what_is_left_are_the_whole() {
        let whole = Kinds {
            private_dirty: 10,
            private_clean: 5,
            shared: 2,
        };
        let mut left = whole;
        let part = left.take(12);
        assert_eq!(
            (part.private_dirty, part.private_clean, part.shared),
            (10, 2, 0)
        );
        assert_eq!(part + left, whole);
        let rest = left.take(99);
        assert_eq!(rest.total(), 5);
        assert_eq!(left, Kinds::default());
    }
}
