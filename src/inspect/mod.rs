//! What a running Kobako tells other processes of the same user about its
//! memory: `kobako mem --pid` and `--list` ask, over a local socket.
//!
//! The socket is `kobako/PID.sock` in `$XDG_RUNTIME_DIR`, else
//! `/tmp/kobako-USER/PID.sock`, in a folder that is the user's alone; both ends
//! ask the kernel who the other one is. There is no network in this.
//!
//! **Protocol.** The client sends one line, at most 64 bytes:
//!
//! ```text
//! kobako/1 hello        who are you
//! kobako/1 report       where is your memory
//! kobako/1 watch        the same about once a second, until I hang up
//! ```
//!
//! Each answer is one line of JSON: `{"protocol":1,"hello":{…}}`,
//! `{"protocol":1,"report":{…}}` as `kobako mem --json` prints it, or
//! `{"protocol":1,"error":"…"}`, after which the server hangs up; with
//! `"is_busy":true` where asking again later helps.
//!
//! The server sleeps until somebody asks; whoever is slow or silent is hung up on.

#![cfg_attr(not(target_os = "linux"), allow(dead_code))]

#[cfg(target_os = "linux")]
mod client;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod line;
#[cfg(target_os = "linux")]
mod place;
#[cfg(target_os = "linux")]
mod server;

#[cfg(target_os = "linux")]
pub use client::{Client, running};
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Client, Server, running};
#[cfg(target_os = "linux")]
pub use server::Server;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Grows with each change that an older client or server would not understand.
pub const PROTOCOL: u32 = 1;

/// A request is no longer than this, its line end included.
const MAX_REQUEST_BYTES: usize = 64;

/// An answer is no longer than this; a report has some 30,000.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// What can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Hello,
    Report,
    Watch,
}

impl Question {
    const ALL: [Self; 3] = [Self::Hello, Self::Report, Self::Watch];

    fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Report => "report",
            Self::Watch => "watch",
        }
    }

    /// The line that asks it, without its end.
    fn line(self) -> String {
        format!("kobako/{PROTOCOL} {}", self.name())
    }

    /// Reads a request line; the error is what the other side is told.
    fn parse(line: &[u8]) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        let expected = format!("expected \"kobako/{PROTOCOL} \" and one of: {names}");
        let line = std::str::from_utf8(line).map_err(|_| expected.clone())?;
        let line = line.strip_suffix('\r').unwrap_or(line);
        let (version, name) = line
            .strip_prefix("kobako/")
            .and_then(|it| it.split_once(' '))
            .ok_or_else(|| expected.clone())?;
        if version.parse() != Ok(PROTOCOL) {
            return Err(format!(
                "this is Kobako {}, which speaks version {PROTOCOL} of this protocol",
                env!("CARGO_PKG_VERSION")
            ));
        }
        Self::ALL
            .into_iter()
            .find(|it| it.name() == name)
            .ok_or(expected)
    }
}

/// Who a running Kobako is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    pub pid: u32,
    /// Of the program.
    pub version: String,
    pub library: PathBuf,
    pub rss_bytes: u64,
}

/// A line of the server's.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Answer<R = Value> {
    protocol: u32,
    #[serde(skip_serializing_if = "Option::is_none", default = "nothing")]
    hello: Option<Hello>,
    #[serde(skip_serializing_if = "Option::is_none", default = "nothing")]
    report: Option<R>,
    #[serde(skip_serializing_if = "Option::is_none", default = "nothing")]
    error: Option<String>,
    /// The error is that others are being answered just now.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    is_busy: bool,
}

fn nothing<T>() -> Option<T> {
    None
}

/// Why a Kobako can't be asked, or can't be made to answer.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error("there is no process {0}; kobako mem --list shows which Kobako can be asked")]
    NoProcess(u32),
    #[error(
        "process {pid} is {name}, not Kobako; kobako mem --list shows which Kobako can be asked"
    )]
    NotKobako { pid: u32, name: String },
    #[error("process {0} belongs to another user; only one's own Kobako answers")]
    OtherUser(u32),
    #[error(
        "process {0} is a Kobako that does not answer: it is older than this one, has just \
         started, runs a command that can't be asked, or could not make its socket (then it \
         said so in its log)"
    )]
    NoAnswer(u32),
    #[error(
        "process {pid} is another version of Kobako and says: {message}; ask it with the kobako \
         that it was started from"
    )]
    OtherVersion { pid: u32, message: String },
    #[error("process {0} is being asked by others all the time; try again")]
    Busy(u32),
    #[error("process {pid} answered: {message}")]
    Refused { pid: u32, message: String },
    #[error("process {pid} answered something that is no answer ({reason})")]
    Nonsense { pid: u32, reason: String },
    #[error("process {pid} can't be asked: {source}")]
    Io { pid: u32, source: std::io::Error },
    #[error("{path} {problem}; remove it, and Kobako makes it anew", path = .path.display())]
    Folder { path: PathBuf, problem: String },
    #[error("{path} can't be made: {source}", path = .path.display())]
    Make {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("a running Kobako can be asked on Linux only")]
    Unsupported,
}

/// Answers other processes for as long as the result lives. Where that can't be
/// done the log says why; the program runs without.
pub fn serve(library: &Path) -> Option<Server> {
    match Server::start(library) {
        Ok(server) => Some(server),
        Err(err) => {
            tracing::warn!("kobako mem --pid will not reach this process: {err}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_as_it_is_written() {
        for question in Question::ALL {
            assert_eq!(Question::parse(question.line().as_bytes()), Ok(question));
            assert!(question.line().len() < MAX_REQUEST_BYTES);
        }
        assert_eq!(Question::parse(b"kobako/1 watch\r"), Ok(Question::Watch));
    }

    #[test]
    fn anything_else_is_told_what_there_is() {
        for line in [
            &b""[..],
            b"report",
            b"kobako/1",
            b"kobako/1 ",
            b"kobako/1 reports",
            b"GET / HTTP/1.1",
            b"\xff\xfe",
        ] {
            let said = Question::parse(line).unwrap_err();
            assert!(said.contains("hello, report, watch"), "{said}");
        }
        let said = Question::parse(b"kobako/2 report").unwrap_err();
        assert!(said.contains("version 1"), "{said}");
    }
}
