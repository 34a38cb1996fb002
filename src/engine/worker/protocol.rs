//! What the application and its worker say to each other over a pipe.
//!
//! ```text
//! both, first:  magic (8 bytes), version (u32)
//! then:         length of the body (u32), length of the attachment (u32), body, attachment
//! ```
//!
//! All numbers are little endian. A body is a [`Question`] or an [`Answer`] in
//! postcard's form; an attachment is bytes as they are: pixels, or the values
//! of an embedding. Every length is checked against its limit before anything
//! is allocated for it, and memory grows only with what has really come. What
//! does not keep to this is an error, whatever it is; the reader never panics.

use std::io::{self, ErrorKind, Read, Write};

use std::path::PathBuf;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::model::ModelSpec;
use super::path_bytes;

/// Changes with everything that an older reader would not understand.
pub const VERSION: u32 = 1;

const MAGIC: [u8; 8] = *b"kobakowk";

/// Longer than any body: a model's rules with two paths, or a path.
pub const MAX_BODY_BYTES: u32 = 64 << 10;

/// Longest edge of pixels that are sent, pixels.
pub const MAX_EDGE: u32 = 1_024;

/// RGBA of the largest pixels that are sent.
pub const MAX_ATTACHMENT_BYTES: u32 = MAX_EDGE * MAX_EDGE * 4;

/// More values than any embedding has.
pub const MAX_DIMENSIONS: u32 = 32_768;

/// Longest reason that is sent, bytes; longer ones are cut.
const MAX_REASON_BYTES: usize = 2_048;

/// What the application asks of the worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Question {
    /// Load a model; the first question, and asked once.
    Load {
        model: ModelSpec,
        /// What decoding a picture may take, bytes.
        picture_bytes: u64,
    },
    /// Embed the picture in a file.
    EmbedFile {
        number: u64,
        #[serde(with = "path_bytes")]
        path: PathBuf,
    },
    /// Embed the pixels of the attachment: premultiplied RGBA.
    EmbedPixels {
        number: u64,
        width: u32,
        height: u32,
    },
    /// Read the picture in a file, which will be asked for next. Not answered.
    Prepare {
        #[serde(with = "path_bytes")]
        path: PathBuf,
    },
}

/// What the worker answers; one for each question but [`Question::Prepare`], in
/// order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    Loaded {
        dimensions: u32,
    },
    /// No picture can be embedded with this model.
    NotLoaded {
        reason: String,
    },
    /// The attachment is the embedding: f32, little endian.
    Embedded {
        number: u64,
    },
    /// This picture can't be embedded; others can.
    Refused {
        number: u64,
        reason: String,
    },
}

/// Why what came over the pipe can't be understood.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    /// The other side is gone, between two messages.
    #[error("the pipe was closed")]
    Closed,
    #[error("the pipe failed: {0}")]
    Io(#[from] io::Error),
    #[error("the other side is not Kobako's worker protocol")]
    Magic,
    #[error(
        "the other side speaks version {found} of the worker protocol, this one {VERSION}; \
         restart Kobako after an update"
    )]
    Version { found: u32 },
    #[error("a message says it has {bytes} bytes of {part}, more than the {limit} allowed")]
    TooLong {
        part: &'static str,
        bytes: u32,
        limit: u32,
    },
    #[error("a message can't be understood: {detail}")]
    Garbage { detail: String },
}

/// A message with its attachment.
#[derive(Clone, Debug, PartialEq)]
pub struct Message<T> {
    pub body: T,
    pub attachment: Vec<u8>,
}

/// Writes what both sides say first.
pub fn write_hello(to: &mut impl Write) -> io::Result<()> {
    let mut hello = [0; 12];
    hello[..8].copy_from_slice(&MAGIC);
    hello[8..].copy_from_slice(&VERSION.to_le_bytes());
    to.write_all(&hello)?;
    to.flush()
}

/// Reads what the other side says first, and checks that it speaks this protocol.
pub fn read_hello(from: &mut impl Read) -> Result<(), ProtocolError> {
    let mut magic = [0; 8];
    read_start(from, &mut magic)?;
    if magic != MAGIC {
        return Err(ProtocolError::Magic);
    }
    let mut version = [0; 4];
    from.read_exact(&mut version)?;
    let found = u32::from_le_bytes(version);
    if found != VERSION {
        return Err(ProtocolError::Version { found });
    }
    Ok(())
}

/// Writes a message; one that the other side would refuse is an error here.
pub fn write(to: &mut impl Write, body: &impl Serialize, attachment: &[u8]) -> io::Result<()> {
    let refused = |what: String| io::Error::new(ErrorKind::InvalidInput, what);
    let body = postcard::to_allocvec(body).map_err(|err| refused(err.to_string()))?;
    let body_bytes = checked("body", body.len(), MAX_BODY_BYTES).map_err(refused)?;
    let attachment_bytes =
        checked("attachment", attachment.len(), MAX_ATTACHMENT_BYTES).map_err(refused)?;
    let mut start = Vec::with_capacity(8 + body.len());
    start.extend_from_slice(&body_bytes.to_le_bytes());
    start.extend_from_slice(&attachment_bytes.to_le_bytes());
    start.extend_from_slice(&body);
    to.write_all(&start)?;
    to.write_all(attachment)?;
    to.flush()
}

/// Reads a message. [`ProtocolError::Closed`] where the pipe ends before one starts.
pub fn read<T: DeserializeOwned>(from: &mut impl Read) -> Result<Message<T>, ProtocolError> {
    let mut lengths = [0; 8];
    read_start(from, &mut lengths)?;
    let [a, b, c, d, e, f, g, h] = lengths;
    let body_bytes = u32::from_le_bytes([a, b, c, d]);
    let attachment_bytes = u32::from_le_bytes([e, f, g, h]);
    for (part, bytes, limit) in [
        ("body", body_bytes, MAX_BODY_BYTES),
        ("attachment", attachment_bytes, MAX_ATTACHMENT_BYTES),
    ] {
        if bytes > limit {
            return Err(ProtocolError::TooLong { part, bytes, limit });
        }
    }
    let body = read_part(from, body_bytes)?;
    let (body, rest) = postcard::take_from_bytes(&body).map_err(|err| ProtocolError::Garbage {
        detail: err.to_string(),
    })?;
    if !rest.is_empty() {
        return Err(ProtocolError::Garbage {
            detail: format!("{} bytes too many", rest.len()),
        });
    }
    Ok(Message {
        body,
        attachment: read_part(from, attachment_bytes)?,
    })
}

/// The values of an embedding; `None` where there are none, too many, or one
/// that is no number.
pub fn read_values(attachment: &[u8]) -> Option<Vec<f32>> {
    if attachment.is_empty()
        || !attachment.len().is_multiple_of(4)
        || attachment.len() / 4 > MAX_DIMENSIONS as usize
    {
        return None;
    }
    let values: Vec<f32> = attachment
        .chunks_exact(4)
        .map(|it| f32::from_le_bytes([it[0], it[1], it[2], it[3]]))
        .collect();
    values.iter().all(|it| it.is_finite()).then_some(values)
}

/// An embedding as an attachment.
pub fn write_values(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|it| it.to_le_bytes()).collect()
}

/// A reason short enough to be sent.
pub fn short_reason(mut reason: String) -> String {
    if reason.len() > MAX_REASON_BYTES {
        let end = reason.floor_char_boundary(MAX_REASON_BYTES);
        reason.truncate(end);
        reason.push('…');
    }
    reason
}

fn checked(part: &str, bytes: usize, limit: u32) -> Result<u32, String> {
    u32::try_from(bytes)
        .ok()
        .filter(|it| *it <= limit)
        .ok_or_else(|| format!("{bytes} bytes of {part} are more than the {limit} allowed"))
}

/// Fills `buffer`; a pipe that ends before its first byte is closed.
fn read_start(from: &mut impl Read, buffer: &mut [u8]) -> Result<(), ProtocolError> {
    let Some((first, rest)) = buffer.split_first_mut() else {
        return Ok(());
    };
    loop {
        match from.read(std::slice::from_mut(first)) {
            Ok(0) => return Err(ProtocolError::Closed),
            Ok(_) => break,
            Err(err) if err.kind() == ErrorKind::Interrupted => {}
            Err(err) => return Err(err.into()),
        }
    }
    Ok(from.read_exact(rest)?)
}

/// Reads so many bytes, and allocates as they come.
fn read_part(from: &mut impl Read, bytes: u32) -> Result<Vec<u8>, ProtocolError> {
    let mut part = Vec::new();
    from.take(u64::from(bytes)).read_to_end(&mut part)?;
    if part.len() < bytes as usize {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(body: &impl Serialize, attachment: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&mut bytes, body, attachment).unwrap();
        bytes
    }

    fn load() -> Question {
        Question::Load {
            model: ModelSpec::built_in(),
            picture_bytes: 64 << 20,
        }
    }

    #[test]
    fn messages_arrive_as_they_were_sent() {
        let path = PathBuf::from("/pictures/a \u{202e}b.png");
        let embed = Question::EmbedFile { number: 7, path };
        let mut bytes = Vec::new();
        write_hello(&mut bytes).unwrap();
        bytes.extend(sent(&load(), b""));
        bytes.extend(sent(&embed, b"pixels"));
        let mut from = &bytes[..];
        read_hello(&mut from).unwrap();
        assert_eq!(read::<Question>(&mut from).unwrap().body, load());
        let second = read::<Question>(&mut from).unwrap();
        assert_eq!(
            (second.body, &second.attachment[..]),
            (embed, &b"pixels"[..])
        );
        assert!(matches!(
            read::<Question>(&mut from),
            Err(ProtocolError::Closed)
        ));
    }

    #[cfg(unix)]
    #[test]
    fn paths_need_not_be_text() {
        use std::os::unix::ffi::OsStrExt as _;
        let path = PathBuf::from(std::ffi::OsStr::from_bytes(b"/a\xff\n"));
        let question = Question::EmbedFile { number: 1, path };
        let bytes = sent(&question, b"");
        assert_eq!(read::<Question>(&mut &bytes[..]).unwrap().body, question);
    }

    #[test]
    fn another_version_and_another_program_are_told_apart() {
        let mut hello = Vec::new();
        write_hello(&mut hello).unwrap();
        hello[8] = 200;
        assert!(matches!(
            read_hello(&mut &hello[..]),
            Err(ProtocolError::Version { found: 200 })
        ));
        assert!(matches!(
            read_hello(&mut &b"\nrunning 12 tests\n"[..]),
            Err(ProtocolError::Magic)
        ));
        assert!(matches!(
            read_hello(&mut &hello[..5]),
            Err(ProtocolError::Io(_))
        ));
        assert!(matches!(
            read_hello(&mut &b""[..]),
            Err(ProtocolError::Closed)
        ));
    }

    #[test]
    fn lengths_beyond_their_limits_are_refused_before_anything_is_read() {
        let huge = [0xff; 8];
        assert!(matches!(
            read::<Question>(&mut &huge[..]),
            Err(ProtocolError::TooLong { part: "body", .. })
        ));
        let mut huge = sent(&Answer::Embedded { number: 1 }, b"");
        huge[4..8].copy_from_slice(&(MAX_ATTACHMENT_BYTES + 1).to_le_bytes());
        assert!(matches!(
            read::<Answer>(&mut &huge[..]),
            Err(ProtocolError::TooLong {
                part: "attachment",
                ..
            })
        ));
        let far = vec![0; MAX_ATTACHMENT_BYTES as usize + 1];
        write(&mut Vec::new(), &Answer::Embedded { number: 1 }, &far).unwrap_err();
        let reason = "x".repeat(MAX_BODY_BYTES as usize);
        write(&mut Vec::new(), &Answer::NotLoaded { reason }, b"").unwrap_err();
    }

    #[test]
    fn what_stands_behind_a_body_is_an_error() {
        let mut bytes = sent(&Answer::Embedded { number: 1 }, b"");
        bytes[0] += 1;
        bytes.push(0);
        assert!(matches!(
            read::<Answer>(&mut &bytes[..]),
            Err(ProtocolError::Garbage { .. })
        ));
    }

    #[test]
    fn values_are_numbers() {
        let values = [1.0, -0.5, 1e-20];
        assert_eq!(read_values(&write_values(&values)), Some(values.to_vec()));
        for bad in [&[f32::NAN][..], &[1.0, f32::INFINITY], &[]] {
            assert_eq!(read_values(&write_values(bad)), None);
        }
        assert_eq!(read_values(&[0; 5]), None);
    }

    #[test]
    fn long_reasons_are_cut_between_letters() {
        let reason = short_reason("é".repeat(3_000));
        assert!(reason.len() <= MAX_REASON_BYTES + 3 && reason.ends_with("é…"));
        assert_eq!(short_reason("short".to_owned()), "short");
    }

    /// What fuzzing starts from is understood, so that it starts from messages.
    #[test]
    fn the_fuzzers_conversations_are_understood() {
        let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/protocol");
        let bytes_of = |name: &str| std::fs::read(corpus.join(name)).unwrap();
        let questions = bytes_of("questions");
        let mut pipe = &questions[..];
        read_hello(&mut pipe).unwrap();
        let mut bodies = Vec::new();
        while let Ok(message) = read::<Question>(&mut pipe) {
            bodies.push(message.body);
        }
        assert_eq!(bodies.len(), 4, "{bodies:?}");
        assert!(
            matches!(&bodies[0], Question::Load { model, .. } if model.name == "wd-tagger"),
            "{bodies:?}"
        );
        let built_in = bytes_of("built_in");
        let mut pipe = &built_in[..];
        read_hello(&mut pipe).unwrap();
        let Question::Load { model, .. } = read(&mut pipe).unwrap().body else {
            panic!("it loads a model");
        };
        let ours = ModelSpec {
            title: model.title.clone(),
            ..ModelSpec::built_in()
        };
        assert_eq!(model, ours);
        let answers = bytes_of("answers");
        let mut pipe = &answers[..];
        read_hello(&mut pipe).unwrap();
        assert_eq!(
            read::<Answer>(&mut pipe).unwrap().body,
            Answer::Loaded { dimensions: 1_280 }
        );
        assert_eq!(
            read_values(&read::<Answer>(&mut pipe).unwrap().attachment),
            Some(vec![1.0, 2.0, 3.0])
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = read_hello(&mut &bytes[..]);
            let _ = read::<Question>(&mut &bytes[..]);
            let _ = read::<Answer>(&mut &bytes[..]);
            let _ = read_values(&bytes);
        }

        #[test]
        fn a_damaged_message_is_read_or_refused(
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = sent(&load(), b"attachment");
            let length = bytes.len();
            bytes[at.index(length)] = byte;
            if let Ok(message) = read::<Question>(&mut &bytes[..]) {
                // What is understood can be said again, and is understood as the same.
                let again = sent(&message.body, &message.attachment);
                let again = read::<Question>(&mut &again[..]).unwrap();
                prop_assert_eq!(format!("{again:?}"), format!("{message:?}"));
            }
            prop_assert!(read::<Question>(&mut &sent(&load(), b"attachment")[..cut.index(length)]).is_err());
        }
    }
}
