//! A set of posts while a query runs: sorted ids while few, a bitmap when many.

/// Ids above one in this many of the universe make a bitmap the smaller form.
const DENSE_SHARE: usize = 32;

#[derive(Clone, Debug)]
pub enum PostSet {
    /// Ascending, no id twice.
    Sparse(Vec<u32>),
    /// Bit `id % 64` of word `id / 64`.
    Dense(Vec<u64>),
}

impl Default for PostSet {
    fn default() -> Self {
        Self::Sparse(Vec::new())
    }
}

fn has(words: &[u64], id: u32) -> bool {
    words
        .get(id as usize / 64)
        .is_some_and(|word| word >> (id % 64) & 1 == 1)
}

pub(super) fn set_bit(words: &mut Vec<u64>, id: u32) {
    let at = id as usize / 64;
    if at >= words.len() {
        words.resize(at + 1, 0);
    }
    if let Some(word) = words.get_mut(at) {
        *word |= 1 << (id % 64);
    }
}

pub(super) fn clear_bit(words: &mut [u64], id: u32) {
    if let Some(word) = words.get_mut(id as usize / 64) {
        *word &= !(1 << (id % 64));
    }
}

impl PostSet {
    pub fn len(&self) -> usize {
        match self {
            Self::Sparse(ids) => ids.len(),
            Self::Dense(words) => words.iter().map(|it| it.count_ones() as usize).sum(),
        }
    }

    pub fn is_empty(&self) -> bool {
        match self {
            Self::Sparse(ids) => ids.is_empty(),
            Self::Dense(words) => words.iter().all(|it| *it == 0),
        }
    }

    pub fn contains(&self, id: u32) -> bool {
        match self {
            Self::Sparse(ids) => ids.binary_search(&id).is_ok(),
            Self::Dense(words) => has(words, id),
        }
    }

    /// One more; what it comes to is a bitmap.
    pub fn insert(&mut self, id: u32) {
        if let Self::Sparse(ids) = self {
            let mut words = Vec::new();
            for id in std::mem::take(ids) {
                set_bit(&mut words, id);
            }
            *self = Self::Dense(words);
        }
        if let Self::Dense(words) = self {
            set_bit(words, id);
        }
    }

    /// The largest.
    pub fn last(&self) -> Option<u32> {
        match self {
            Self::Sparse(ids) => ids.last().copied(),
            Self::Dense(words) => {
                let at = words.iter().rposition(|it| *it != 0)?;
                let word = words.get(at)?;
                Some(at as u32 * 64 + 63 - word.leading_zeros())
            }
        }
    }

    /// Ascending.
    pub fn for_each(&self, mut f: impl FnMut(u32)) {
        match self {
            Self::Sparse(ids) => ids.iter().copied().for_each(f),
            Self::Dense(words) => {
                for (at, &word) in words.iter().enumerate() {
                    let mut left = word;
                    while left != 0 {
                        f(at as u32 * 64 + left.trailing_zeros());
                        left &= left - 1;
                    }
                }
            }
        }
    }

    /// Descending.
    pub fn for_each_reverse(&self, mut f: impl FnMut(u32)) {
        match self {
            Self::Sparse(ids) => ids.iter().rev().copied().for_each(f),
            Self::Dense(words) => {
                for (at, &word) in words.iter().enumerate().rev() {
                    let mut left = word;
                    while left != 0 {
                        let bit = 63 - left.leading_zeros();
                        f(at as u32 * 64 + bit);
                        left &= !(1 << bit);
                    }
                }
            }
        }
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Sparse(mut a), Self::Sparse(b)) => {
                intersect(&mut a, &b);
                Self::Sparse(a)
            }
            (Self::Sparse(mut ids), Self::Dense(words))
            | (Self::Dense(words), Self::Sparse(mut ids)) => {
                ids.retain(|&id| has(&words, id));
                Self::Sparse(ids)
            }
            (Self::Dense(mut a), Self::Dense(b)) => {
                a.truncate(b.len());
                for (a, b) in a.iter_mut().zip(&b) {
                    *a &= b;
                }
                Self::Dense(a).thinned()
            }
        }
    }

    #[must_use]
    pub fn minus(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Sparse(mut a), b @ Self::Dense(_)) => {
                a.retain(|&id| !b.contains(id));
                Self::Sparse(a)
            }
            (Self::Sparse(mut a), Self::Sparse(b)) => {
                let mut rest = b.iter().copied().peekable();
                a.retain(|&id| {
                    while rest.next_if(|&it| it < id).is_some() {}
                    rest.peek() != Some(&id)
                });
                Self::Sparse(a)
            }
            (Self::Dense(mut words), Self::Sparse(ids)) => {
                for &id in ids {
                    clear_bit(&mut words, id);
                }
                Self::Dense(words)
            }
            (Self::Dense(mut a), Self::Dense(b)) => {
                for (a, b) in a.iter_mut().zip(b) {
                    *a &= !b;
                }
                Self::Dense(a).thinned()
            }
        }
    }

    /// Adds this set to a bitmap.
    pub fn add_to(&self, words: &mut Vec<u64>) {
        match self {
            Self::Sparse(ids) => {
                if let Some(&last) = ids.last()
                    && last as usize / 64 >= words.len()
                {
                    words.resize(last as usize / 64 + 1, 0);
                }
                for &id in ids {
                    set_bit(words, id);
                }
            }
            Self::Dense(more) => {
                if more.len() > words.len() {
                    words.resize(more.len(), 0);
                }
                for (word, more) in words.iter_mut().zip(more) {
                    *word |= more;
                }
            }
        }
    }

    /// Sorted ids instead of a bitmap where they are few.
    #[must_use]
    pub fn thinned(self) -> Self {
        let Self::Dense(words) = &self else {
            return self;
        };
        let len = self.len();
        if len * DENSE_SHARE > words.len() * 64 {
            return self;
        }
        let mut ids = Vec::with_capacity(len);
        self.for_each(|id| ids.push(id));
        Self::Sparse(ids)
    }
}

/// Gallops through the longer list where the lengths differ much.
fn intersect(a: &mut Vec<u32>, b: &[u32]) {
    let mut from = 0;
    let is_lopsided = b.len() > a.len().saturating_mul(16);
    a.retain(|&id| {
        let rest = b.get(from..).unwrap_or_default();
        let ahead = if is_lopsided {
            let mut bound = 1;
            while rest.get(bound).is_some_and(|&it| it < id) {
                bound *= 2;
            }
            let half = bound / 2;
            let window = rest
                .get(half..(bound + 1).min(rest.len()))
                .unwrap_or_default();
            half + window.partition_point(|&it| it < id)
        } else {
            rest.iter().take_while(|&&it| it < id).count()
        };
        from += ahead;
        b.get(from) == Some(&id)
    });
}
