//! Text files that may be packed with xz, and their lines, however long.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lzma_rust2::XzReader;

use super::pump::Position;

/// The largest dictionary of an xz file that is unpacked, bytes: what `xz -9`
/// uses. All of it is held in memory.
const MAX_DICTIONARY_BYTES: u64 = 64 << 20;

const BUFFER_BYTES: usize = 64 << 10;

/// A file being read, unpacked where its name ends with `.xz`. Tells
/// `position` how far it is in the packed file.
pub(super) fn open(path: &Path, position: &Arc<Position>) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    position.total.store(metadata.len(), Ordering::Relaxed);
    let is_packed = has_extension(path, "xz");
    if is_packed {
        check_dictionary(&mut file)?;
        file = File::open(path)?;
    }
    let counted = Counted {
        file,
        position: position.clone(),
    };
    Ok(if is_packed {
        let buffered = BufReader::with_capacity(BUFFER_BYTES, counted);
        Box::new(XzReader::new(buffered, true))
    } else {
        Box::new(counted)
    })
}

/// Whether the name ends with `.extension`, in whatever case.
pub(super) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension()
        .is_some_and(|it| it.eq_ignore_ascii_case(extension))
}

struct Counted {
    file: File,
    position: Arc<Position>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let num_read = self.file.read(buffer)?;
        self.position
            .done
            .fetch_add(num_read as u64, Ordering::Relaxed);
        Ok(num_read)
    }
}

/// Looks into the header of the first block, since unpacking takes as much
/// memory as that says. What can't be understood is left for unpacking to refuse.
fn check_dictionary(file: &mut File) -> io::Result<()> {
    const STREAM_HEADER_BYTES: usize = 12;
    const LZMA2: u64 = 0x21;
    let mut head = Vec::with_capacity(STREAM_HEADER_BYTES + 1024);
    file.take(head.capacity() as u64).read_to_end(&mut head)?;
    let Some([_, flags, rest @ ..]) = head.get(STREAM_HEADER_BYTES..) else {
        return Ok(());
    };
    let mut rest = rest;
    for has_size in [flags & 0x40 != 0, flags & 0x80 != 0] {
        if has_size && varint(&mut rest).is_none() {
            return Ok(());
        }
    }
    for _ in 0..=(flags & 3) {
        let (Some(filter), Some(size)) = (varint(&mut rest), varint(&mut rest)) else {
            return Ok(());
        };
        let Some((properties, after)) = usize::try_from(size)
            .ok()
            .and_then(|size| rest.split_at_checked(size))
        else {
            return Ok(());
        };
        rest = after;
        if let (LZMA2, [bits]) = (filter, properties) {
            // 2^(bits/2 + 12), or one and a half times that.
            let bytes = (2 | u64::from(bits & 1)) << ((bits & 0x3f) / 2 + 11);
            if bytes > MAX_DICTIONARY_BYTES {
                return Err(io::Error::other(format!(
                    "unpacking it takes {} MB of memory, more than the {} MB allowed for it; \
                     unpack it with xz -d, or pack it again with xz -9",
                    bytes >> 20,
                    MAX_DICTIONARY_BYTES >> 20
                )));
            }
        }
    }
    Ok(())
}

/// Seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

/// The lines of a file, of which only one is held.
pub(super) struct Lines<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    max_bytes: usize,
    /// Of the line given last, from 1.
    pub number: u64,
}

/// One line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Text(&'a [u8]),
    /// Longer than allowed: passed over.
    TooLong,
}

impl<R: Read> Lines<R> {
    pub fn new(reader: R, max_bytes: usize) -> Self {
        Self {
            reader: BufReader::with_capacity(BUFFER_BYTES, reader),
            line: Vec::new(),
            max_bytes,
            number: 0,
        }
    }

    /// `None` at the end of the file, or when `is_stopped`.
    pub fn next(&mut self, is_stopped: &dyn Fn() -> bool) -> io::Result<Option<Line<'_>>> {
        let Self {
            reader,
            line,
            max_bytes,
            number,
        } = self;
        line.clear();
        let mut is_too_long = false;
        let mut is_empty = true;
        loop {
            if is_stopped() {
                return Ok(None);
            }
            let piece = match reader.fill_buf() {
                Err(err) if err.kind() == io::ErrorKind::Interrupted => continue,
                piece => piece?,
            };
            if piece.is_empty() {
                if is_empty {
                    return Ok(None);
                }
                break;
            }
            is_empty = false;
            let end = memchr::memchr(b'\n', piece);
            let (text, num_used) = match end {
                Some(end) => (&piece[..end], end + 1),
                None => (piece, piece.len()),
            };
            is_too_long |= line.len() + text.len() > *max_bytes;
            if !is_too_long {
                line.extend_from_slice(text);
            }
            reader.consume(num_used);
            if end.is_some() {
                break;
            }
        }
        *number += 1;
        if is_too_long {
            // Given back at once: the next may be short.
            *line = Vec::new();
            return Ok(Some(Line::TooLong));
        }
        let mut text = line.strip_suffix(b"\r").unwrap_or(line);
        if *number == 1 {
            text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        }
        Ok(Some(Line::Text(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], max_bytes: usize) -> Vec<Option<String>> {
        let mut lines = Lines::new(text, max_bytes);
        let mut found = Vec::new();
        while let Some(line) = lines.next(&|| false).unwrap() {
            found.push(match line {
                Line::Text(text) => Some(String::from_utf8(text.to_vec()).unwrap()),
                Line::TooLong => None,
            });
        }
        assert_eq!(lines.number, found.len() as u64);
        found
    }

    #[test]
    fn lines_end_in_any_way_and_none_is_held_that_is_too_long() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            all(b"\xef\xbb\xbfone\r\ntwo\n\nfour", 10),
            [some("one"), some("two"), some(""), some("four")]
        );
        assert_eq!(all(b"", 10), []);
        let long = [b"a\n".as_slice(), &b"x".repeat(300_000), b"\nb\n"].concat();
        assert_eq!(all(&long, 1_000), [some("a"), None, some("b")]);
        assert_eq!(
            all(b"0123456789\n0123456789X", 10),
            [some("0123456789"), None]
        );
    }

    #[test]
    fn a_file_that_would_be_unpacked_into_gigabytes_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.jsonl.xz");
        // The headers of a stream and of a block: LZMA2 with a 4 GB dictionary.
        for (bits, is_refused) in [(40, true), (29, true), (28, false), (0, false)] {
            let mut head = b"\xfd7zXZ\0\0\x04\xe6\xd6\xb4\x46".to_vec();
            head.extend([2, 0, 0x21, 1, bits, 0, 0, 0]);
            std::fs::write(&path, head).unwrap();
            let outcome = open(&path, &Arc::default());
            let reason = outcome.err().map(|it| it.to_string()).unwrap_or_default();
            assert_eq!(reason.contains("xz -d"), is_refused, "{bits}: {reason}");
        }
    }
}
