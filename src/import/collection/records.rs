//! Collections of JSON records: one a line (`.jsonl`, `.ndjson`), or one list,
//! or one reply of an API (`.json`); each also packed with xz.
//!
//! A record at a time is in memory. A line that can't be read is told with its
//! number, and the rest goes on; in a list there is no telling where the next
//! record begins, so it ends there.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::pump::Feed;
use super::record;
use super::text::{self, Line, Lines};
use crate::import::sidecar::json::{Object, message_of};
use crate::memory::Permits;

/// The largest record that is read, bytes. Real ones have a few thousand.
const MAX_RECORD_BYTES: usize = 1 << 20;

/// What reading a record may take, in times its size: JSON that is nothing but
/// tiny objects takes the most.
const BYTES_PER_BYTE: u64 = 80;

/// Smaller records are read without asking for memory.
const SMALL_BYTES: usize = 32 << 10;

/// How the records of a file stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Lines,
    List,
}

/// Feeds all records of a file; the error is why the rest could not be read.
pub(super) fn read(
    path: PathBuf,
    layout: Layout,
    permits: &Permits,
    feed: &mut Feed,
) -> Result<(), String> {
    let reader = text::open(&path, &feed.position)
        .map_err(|err| format!("can't be read: {err}; check the file and its permissions"))?;
    match layout {
        Layout::Lines => lines(&path, reader, permits, feed),
        Layout::List => list(&path, reader, permits, feed),
    }
}

fn lines(path: &Path, reader: impl Read, permits: &Permits, feed: &mut Feed) -> Result<(), String> {
    let site = record::site_of_file(path);
    let is_stopped = feed.stop_flag();
    let mut lines = Lines::new(reader, MAX_RECORD_BYTES);
    loop {
        let number = lines.number + 1;
        let line = match lines.next(&is_stopped) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(()),
            Err(err) => return Err(broken_off(&format!("line {number}"), &err)),
        };
        let flow = match line {
            Line::TooLong => feed.failed(|| {
                format!(
                    "line {number} has more than the {MAX_RECORD_BYTES} bytes that are read of \
                     a record; split it"
                )
            }),
            Line::Text(text) if text.trim_ascii().is_empty() => ControlFlow::Continue(()),
            Line::Text(text) => {
                let needed = permit_bytes(text.len(), permits);
                let Ok(_permit) = needed
                    .map(|it| permits.acquire(it, &is_stopped))
                    .transpose()
                else {
                    // Stopped while it waited.
                    return Ok(());
                };
                match serde_json::from_slice::<Value>(text) {
                    Ok(value) => add(feed, &value, text.len(), &site, &|| {
                        format!("line {number}")
                    }),
                    Err(err) => feed.failed(|| {
                        format!(
                            "line {number} is not valid JSON: {} (column {})",
                            message_of(&err),
                            err.column()
                        )
                    }),
                }
            }
        };
        if flow.is_break() {
            return Ok(());
        }
    }
}

/// Never for all there is, as what needs more than half of that would wait for
/// everything else to end.
fn permit_bytes(num_bytes: usize, permits: &Permits) -> Option<u64> {
    (num_bytes > SMALL_BYTES).then(|| (num_bytes as u64 * BYTES_PER_BYTE).min(permits.limit() / 2))
}

fn add(
    feed: &mut Feed,
    value: &Value,
    num_bytes: usize,
    site: &str,
    place: &dyn Fn() -> String,
) -> ControlFlow<()> {
    match record::read(value, site) {
        Ok(record) => {
            if let Some(problem) = record.problem {
                feed.failed(|| format!("{}: {problem}", place()))?;
            }
            feed.draft(record.draft, num_bytes)
        }
        Err(reason) => feed.failed(|| format!("{}: {reason}", place())),
    }
}

fn broken_off(place: &str, err: &io::Error) -> String {
    let reason = match err.kind() {
        io::ErrorKind::UnexpectedEof => "the file is cut off here".to_owned(),
        _ => format!("the file can't be read any further: {err}"),
    };
    format!("{place}: {reason}; what stands before was imported, get the rest again")
}

fn list(path: &Path, reader: impl Read, permits: &Permits, feed: &mut Feed) -> Result<(), String> {
    let is_stopped = feed.stop_flag();
    // For the one record that is held, whatever its size.
    let Ok(_permit) = permits.acquire(
        (MAX_RECORD_BYTES as u64 * BYTES_PER_BYTE).min(permits.limit() / 2),
        &is_stopped,
    ) else {
        return Ok(());
    };
    let left = Rc::new(Cell::new(MAX_RECORD_BYTES));
    let reader = Limited {
        reader: BufReader::new(reader),
        left: left.clone(),
    };
    let mut reading = Reading {
        feed,
        site: record::site_of_file(path),
        left,
        num_read: 0,
        is_stopped: false,
        is_gelbooru: false,
    };
    let mut deserializer = serde_json::Deserializer::from_reader(reader);
    let outcome = Records(&mut reading)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end());
    match outcome {
        Err(err) if !reading.is_stopped => {
            let place = format!("record {}", reading.num_read + 1);
            Err(if let Some(kind) = err.io_error_kind() {
                broken_off(&place, &io::Error::new(kind, err))
            } else if err.is_eof() {
                broken_off(&place, &io::ErrorKind::UnexpectedEof.into())
            } else {
                format!(
                    "{place}: {} (line {}, column {}); what stands before was imported, the rest \
                     was not read",
                    message_of(&err),
                    err.line(),
                    err.column()
                )
            })
        }
        _ => Ok(()),
    }
}

/// Reads no more than is left for one record.
struct Limited<R> {
    reader: BufReader<R>,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::other(format!(
                "it has more than the {MAX_RECORD_BYTES} bytes that are read of a record"
            )));
        }
        let max = buffer.len().min(left);
        let num_read = self.reader.read(&mut buffer[..max])?;
        self.left.set(left - num_read);
        Ok(num_read)
    }
}

/// What goes through a list.
struct Reading<'a> {
    feed: &'a mut Feed,
    site: String,
    /// Bytes that the next record may have.
    left: Rc<Cell<usize>>,
    num_read: u64,
    is_stopped: bool,
    /// Its replies say so in their own way.
    is_gelbooru: bool,
}

impl Reading<'_> {
    fn add<E: de::Error>(&mut self, value: &Value) -> Result<(), E> {
        let num_bytes = MAX_RECORD_BYTES - self.left.replace(MAX_RECORD_BYTES);
        self.num_read += 1;
        let number = self.num_read;
        let site = if self.is_gelbooru {
            "gelbooru"
        } else {
            &self.site
        };
        let place = || format!("record {number}");
        let flow = add(self.feed, value, num_bytes, site, &place);
        if flow.is_break() || self.feed.is_stopped() {
            self.is_stopped = true;
            return Err(E::custom("stopped"));
        }
        Ok(())
    }
}

/// A list of records, an object that has such a list as `post` or `posts`, or
/// one record.
struct Records<'a, 'b>(&'a mut Reading<'b>);

impl<'de> DeserializeSeed<'de> for Records<'_, '_> {
    type Value = ();

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Records<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        self.0.left.set(MAX_RECORD_BYTES);
        while let Some(value) = items.next_element::<Value>()? {
            self.0.add(&value)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut rest = Object::new();
        let mut has_posts = false;
        while let Some(key) = entries.next_key::<String>()? {
            self.0.is_gelbooru |= key == "@attributes";
            if key == "post" || key == "posts" {
                has_posts = true;
                entries.next_value_seed(Records(self.0))?;
            } else {
                rest.insert(key, entries.next_value()?);
            }
        }
        if !has_posts {
            self.0.add(&Value::Object(rest))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_for_a_record_is_all_that_is_read() {
        let left = Rc::new(Cell::new(4));
        let mut limited = Limited {
            reader: BufReader::new(b"123456789".as_slice()),
            left: left.clone(),
        };
        let mut four = [0; 4];
        limited.read_exact(&mut four).unwrap();
        assert!(limited.read_exact(&mut four).is_err());
        left.set(2);
        assert_eq!(limited.read(&mut four).unwrap(), 2);
        assert_eq!(&four[..2], b"56");
    }
}
