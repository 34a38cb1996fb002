//! The coded part of a JPEG, bit by bit, with a way back to where it was.

use std::io::{Read, Seek, SeekFrom};

use crate::picture::PictureError;

const BUFFER_BYTES: usize = 64 << 10;

/// Codes of up to so many bits are looked up at once.
const LOOKUP_BITS: u32 = 9;

/// Where a reader was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BitPosition {
    /// Of the next byte in the file.
    offset: u64,
    bits: u64,
    num_bits: u32,
    has_ended: bool,
}

pub(super) struct BitReader<R> {
    inner: R,
    buffer: Vec<u8>,
    /// Of `buffer[0]` in the file.
    start: u64,
    at: usize,
    /// The next bits, from the highest one down.
    bits: u64,
    num_bits: u32,
    /// A marker was met: only zeros follow until [`Self::restart`].
    has_ended: bool,
}

impl<R: Read + Seek> BitReader<R> {
    /// From the byte at `offset` of the file.
    pub fn new(inner: R, offset: u64) -> Result<Self, PictureError> {
        let mut reader = Self {
            inner,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            start: offset,
            at: 0,
            bits: 0,
            num_bits: 0,
            has_ended: false,
        };
        reader.go_to(BitPosition {
            offset,
            ..BitPosition::default()
        })?;
        Ok(reader)
    }

    pub fn position(&self) -> BitPosition {
        BitPosition {
            offset: self.start + self.at as u64,
            bits: self.bits,
            num_bits: self.num_bits,
            has_ended: self.has_ended,
        }
    }

    pub fn go_to(&mut self, position: BitPosition) -> Result<(), PictureError> {
        self.start = position.offset;
        self.at = 0;
        self.buffer.clear();
        self.inner
            .seek(SeekFrom::Start(position.offset))
            .map_err(PictureError::Io)?;
        self.bits = position.bits;
        self.num_bits = position.num_bits;
        self.has_ended = position.has_ended;
        Ok(())
    }

    fn byte(&mut self) -> Result<Option<u8>, PictureError> {
        if let Some(byte) = self.buffer.get(self.at) {
            self.at += 1;
            return Ok(Some(*byte));
        }
        self.start += self.buffer.len() as u64;
        self.at = 0;
        self.buffer.clear();
        (&mut self.inner)
            .take(BUFFER_BYTES as u64)
            .read_to_end(&mut self.buffer)
            .map_err(PictureError::Io)?;
        let first = self.buffer.first().copied();
        self.at = usize::from(first.is_some());
        Ok(first)
    }

    /// Has at least 32 bits at hand; zeros follow the end.
    fn fill(&mut self) -> Result<(), PictureError> {
        while self.num_bits <= 56 {
            let byte = if self.has_ended {
                0
            } else {
                match self.byte()? {
                    Some(0xff) => match self.byte()? {
                        Some(0) => 0xff,
                        marker => {
                            // The marker is left for `restart`.
                            self.at -= usize::from(marker.is_some()).min(self.at);
                            self.has_ended = true;
                            0
                        }
                    },
                    Some(byte) => byte,
                    None => {
                        self.has_ended = true;
                        0
                    }
                }
            };
            self.bits |= u64::from(byte) << (56 - self.num_bits);
            self.num_bits += 8;
        }
        Ok(())
    }

    /// The next `num` bits as a number, at most 16.
    fn take(&mut self, num: u32) -> Result<u32, PictureError> {
        if num == 0 {
            return Ok(0);
        }
        if self.num_bits < num {
            self.fill()?;
        }
        let bits = (self.bits >> (64 - num)) as u32;
        self.bits <<= num;
        self.num_bits -= num;
        Ok(bits)
    }

    /// A value of `num` bits as JPEG writes them: below half is negative.
    pub fn value(&mut self, num: u32) -> Result<i32, PictureError> {
        let bits = self.take(num)? as i32;
        Ok(if num > 0 && bits < 1 << (num - 1) {
            bits - (1 << num) + 1
        } else {
            bits
        })
    }

    pub fn symbol(&mut self, table: &Huffman) -> Result<u8, PictureError> {
        if self.num_bits < 16 {
            self.fill()?;
        }
        let (symbol, length) = table.find((self.bits >> 48) as u16);
        if length == 0 {
            return Err(PictureError::damaged("a code that is in no table"));
        }
        self.bits <<= length;
        self.num_bits -= length;
        Ok(symbol)
    }

    /// Goes on behind the restart marker that is due here; where it is missing,
    /// what follows is garbage, as for every decoder.
    pub fn restart(&mut self) -> Result<(), PictureError> {
        self.bits = 0;
        self.num_bits = 0;
        if !self.has_ended {
            // The marker has not been read yet.
            while let Some(byte) = self.byte()? {
                if byte == 0xff {
                    break;
                }
            }
        }
        self.has_ended = false;
        let mut marker = self.byte()?;
        while marker == Some(0xff) {
            marker = self.byte()?;
        }
        match marker {
            Some(0xd0..=0xd7) => Ok(()),
            _ => Err(PictureError::damaged("a restart marker is missing")),
        }
    }
}

/// A table of codes.
#[derive(Clone)]
pub(super) struct Huffman {
    /// Symbol and length by the next bits; 0 is longer.
    lookup: Vec<(u8, u8)>,
    /// By length: the code after the last one, left-aligned in 16 bits, and what to
    /// add to a code to get its symbol's index.
    ends: [(u32, i32); 17],
    symbols: Vec<u8>,
}

impl Huffman {
    /// `counts` are of codes by length, from 1 on.
    pub fn new(counts: &[u8; 16], symbols: &[u8]) -> Result<Self, PictureError> {
        let bad = || PictureError::damaged("a table of codes that is none");
        let mut lookup = vec![(0, 0); 1 << LOOKUP_BITS];
        let mut ends = [(0, 0); 17];
        let (mut code, mut index) = (0_u32, 0_usize);
        for (length, count) in (1_u32..).zip(counts) {
            let first = code;
            let offset = index as i32 - first as i32;
            for _ in 0..*count {
                let symbol = *symbols.get(index).ok_or_else(bad)?;
                if code >= 1 << length {
                    return Err(bad());
                }
                if length <= LOOKUP_BITS {
                    let shift = LOOKUP_BITS - length;
                    let from = (code << shift) as usize;
                    for entry in &mut lookup[from..from + (1 << shift)] {
                        *entry = (symbol, length as u8);
                    }
                }
                code += 1;
                index += 1;
            }
            ends[length as usize] = (code << (16 - length), offset);
            code <<= 1;
        }
        Ok(Self {
            lookup,
            ends,
            symbols: symbols[..index].to_vec(),
        })
    }

    /// Symbol and length of the code that `next` begins with; length 0 is none.
    fn find(&self, next: u16) -> (u8, u32) {
        let (symbol, length) = self.lookup[usize::from(next >> (16 - LOOKUP_BITS))];
        if length > 0 {
            return (symbol, length.into());
        }
        for length in LOOKUP_BITS + 1..=16 {
            let (end, offset) = self.ends[length as usize];
            if u32::from(next) < end {
                let code = i32::from(next >> (16 - length));
                let symbol = usize::try_from(code + offset).ok();
                return match symbol.and_then(|it| self.symbols.get(it)) {
                    Some(symbol) => (*symbol, length),
                    None => (0, 0),
                };
            }
        }
        (0, 0)
    }
}
