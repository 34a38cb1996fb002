use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A post of this library: the rowid of its row in `post`, dense, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PostId(pub u32);

/// A tag of this library: the rowid of its row in `tag`, dense from 1, never reused.
///
/// The same number in the database, in the caches and in messages, so that no
/// translation table is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TagId(pub u32);

/// A model that makes embeddings, as `similarity.db` numbers it; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ModelId(pub u32);

impl PostId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl TagId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for PostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The MD5 of a file's bytes, as boorus identify files.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Md5(pub [u8; 16]);

impl fmt::Display for Md5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Md5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Md5({self})")
    }
}

/// The text is not 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an md5 is 32 hexadecimal digits")]
pub struct ParseMd5Error;

impl FromStr for Md5 {
    type Err = ParseMd5Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.as_bytes();
        if digits.len() != 32 {
            return Err(ParseMd5Error);
        }
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let high = (pair[0] as char).to_digit(16).ok_or(ParseMd5Error)?;
            let low = (pair[1] as char).to_digit(16).ok_or(ParseMd5Error)?;
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(bytes))
    }
}
