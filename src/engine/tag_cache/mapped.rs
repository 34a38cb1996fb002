//! A part of a snapshot as memory that the kernel reads when it is touched.
//!
//! The mapping is private: what is written to it stays in this process, and
//! only the pages that were written to become memory of our own. All others
//! can be dropped by the kernel at any time and read again.
#![allow(unsafe_code)]

use std::fs::File;
use std::io;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::{MmapMut, MmapOptions};

/// Elements of a mapped file.
#[derive(Debug)]
pub(super) struct Mapped<T> {
    /// `None` where there are no elements, since nothing can't be mapped.
    map: Option<MmapMut>,
    elements: PhantomData<T>,
}

impl<T> Default for Mapped<T> {
    fn default() -> Self {
        Self {
            map: None,
            elements: PhantomData,
        }
    }
}

impl<T: Pod> Mapped<T> {
    /// Maps `len` bytes from `offset`, a multiple of the size of a page.
    pub fn new(file: &File, offset: u64, len: usize) -> io::Result<Self> {
        if len == 0 {
            return Ok(Self::default());
        }
        // SAFETY: a mapping is sound as long as nobody shortens the file or
        // writes to it. Only Kobako writes snapshots, always to a new file that
        // is then renamed over the old one, which stays as it is as long as it
        // is mapped. Any bytes are valid elements (`Pod`).
        let map = unsafe { MmapOptions::new().offset(offset).len(len).map_copy(file)? };
        if bytemuck::try_cast_slice::<u8, T>(&map).is_err() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a part does not hold whole elements",
            ));
        }
        Ok(Self {
            map: Some(map),
            elements: PhantomData,
        })
    }
}

impl<T: Pod> Deref for Mapped<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match &self.map {
            Some(map) => bytemuck::try_cast_slice(map).unwrap_or_default(),
            None => &[],
        }
    }
}

impl<T: Pod> DerefMut for Mapped<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.map {
            Some(map) => bytemuck::try_cast_slice_mut(map).unwrap_or_default(),
            None => &mut [],
        }
    }
}
