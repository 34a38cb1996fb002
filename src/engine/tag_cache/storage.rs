//! Arrays that are held, or mapped from a snapshot, with the same use.

use std::ops::Deref;

use bytemuck::Pod;

use super::mapped::Mapped;
use super::snapshot::{SectionReader, SnapshotError};

/// Elements that a column grows by at least.
const MIN_GROWTH: usize = 1024;

/// Where what is read from a snapshot is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Residence {
    /// Read whole, in memory of our own.
    Held,
    /// Mapped: read when touched, dropped by the kernel when memory is short.
    Mapped,
}

/// A part of the cache that a snapshot has a section for.
pub(super) trait Part {
    /// In one piece or two.
    fn bytes(&self) -> [&[u8]; 2];

    /// Takes the next section.
    fn load(&mut self, from: &mut SectionReader<'_>) -> Result<(), SnapshotError>;

    fn shrink(&mut self);

    /// Bytes of heap.
    fn held_bytes(&self) -> usize;
}

/// Does not change once it is made.
#[derive(Debug)]
pub(super) enum Fixed<T> {
    Held(Vec<T>),
    Mapped(Mapped<T>),
}

impl<T> Default for Fixed<T> {
    fn default() -> Self {
        Self::Held(Vec::new())
    }
}

impl<T> From<Vec<T>> for Fixed<T> {
    fn from(elements: Vec<T>) -> Self {
        Self::Held(elements)
    }
}

impl<T: Pod> Deref for Fixed<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Held(elements) => elements,
            Self::Mapped(elements) => elements,
        }
    }
}

impl<T: Pod> Part for Fixed<T> {
    fn bytes(&self) -> [&[u8]; 2] {
        [bytemuck::cast_slice(self), &[]]
    }

    fn load(&mut self, from: &mut SectionReader<'_>) -> Result<(), SnapshotError> {
        *self = match from.residence() {
            Residence::Held => Self::Held(from.read()?),
            Residence::Mapped => Self::Mapped(from.map()?),
        };
        Ok(())
    }

    fn shrink(&mut self) {
        if let Self::Held(elements) = self {
            elements.shrink_to_fit();
        }
    }

    fn held_bytes(&self) -> usize {
        match self {
            Self::Held(elements) => size_of::<T>() * elements.capacity(),
            Self::Mapped(_) => 0,
        }
    }
}

/// Grows, and may be changed in place.
///
/// It grows by a sixteenth: doubling would leave up to half of a long-lived
/// column unused.
#[derive(Debug)]
pub(super) struct Column<T> {
    mapped: Mapped<T>,
    /// What follows.
    own: Vec<T>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self {
            mapped: Mapped::default(),
            own: Vec::new(),
        }
    }
}

impl<T: Pod> Column<T> {
    pub fn len(&self) -> usize {
        self.mapped.len() + self.own.len()
    }

    pub fn get(&self, at: usize) -> Option<T> {
        let mapped: &[T] = &self.mapped;
        match mapped.get(at) {
            Some(element) => Some(*element),
            None => self.own.get(at - mapped.len()).copied(),
        }
    }

    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        let num_mapped = self.mapped.len();
        if at < num_mapped {
            self.mapped.get_mut(at)
        } else {
            self.own.get_mut(at - num_mapped)
        }
    }

    /// Sets an element; those before it that are not there yet are zero.
    pub fn set(&mut self, at: usize, value: T) {
        self.grow(at + 1, T::zeroed());
        if let Some(slot) = self.get_mut(at) {
            *slot = value;
        }
    }

    /// Has at least `len` elements, those that are new being `value`.
    pub fn grow(&mut self, len: usize, value: T) {
        let own = len.saturating_sub(self.mapped.len());
        if own > self.own.len() {
            let num = own - self.own.len();
            reserve(&mut self.own, num);
            self.own.resize(own, value);
        }
    }

    pub fn push(&mut self, value: T) {
        reserve(&mut self.own, 1);
        self.own.push(value);
    }

    pub fn iter(&self) -> impl Iterator<Item = T> {
        self.mapped.iter().chain(&self.own).copied()
    }

    pub fn to_vec(&self) -> Vec<T> {
        [&self.mapped, self.own.as_slice()].concat()
    }
}

impl<T: Pod> Part for Column<T> {
    fn bytes(&self) -> [&[u8]; 2] {
        [
            bytemuck::cast_slice(&self.mapped),
            bytemuck::cast_slice(&self.own),
        ]
    }

    fn load(&mut self, from: &mut SectionReader<'_>) -> Result<(), SnapshotError> {
        *self = Self::default();
        match from.residence() {
            Residence::Held => self.own = from.read()?,
            Residence::Mapped => self.mapped = from.map()?,
        }
        Ok(())
    }

    fn shrink(&mut self) {
        self.own.shrink_to_fit();
    }

    fn held_bytes(&self) -> usize {
        size_of::<T>() * self.own.capacity()
    }
}

/// Always held: small, or changed in the middle.
impl<T: Pod> Part for Vec<T> {
    fn bytes(&self) -> [&[u8]; 2] {
        [bytemuck::cast_slice(self), &[]]
    }

    fn load(&mut self, from: &mut SectionReader<'_>) -> Result<(), SnapshotError> {
        *self = from.read()?;
        Ok(())
    }

    fn shrink(&mut self) {
        self.shrink_to_fit();
    }

    fn held_bytes(&self) -> usize {
        size_of::<T>() * self.capacity()
    }
}

/// Makes room for `num` more; amortised like doubling, with less to spare.
pub(super) fn reserve<T>(elements: &mut Vec<T>, num: usize) {
    if elements.capacity() - elements.len() < num {
        let growth = (elements.len() / 16).max(MIN_GROWTH).max(num);
        elements.reserve_exact(growth);
    }
}

/// Sets an element; those before it that are not there yet are the default.
pub(super) fn set<T: Copy + Default>(elements: &mut Vec<T>, at: usize, value: T) {
    if at >= elements.len() {
        let num = at + 1 - elements.len();
        reserve(elements, num);
        elements.resize(at + 1, T::default());
    }
    if let Some(slot) = elements.get_mut(at) {
        *slot = value;
    }
}
