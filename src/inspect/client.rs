//! Asks another Kobako.

use std::io::ErrorKind;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::line::{self, Lines};
use super::{Answer, Hello, InspectError, MAX_ANSWER_BYTES, PROTOCOL, Question, place};
use crate::memory;

/// A walk takes milliseconds, but the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often a server that has no time is asked again, and after how long: it
/// hangs up on who is silent long before that.
const NUM_TRIES: u32 = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// A connection to a running Kobako.
#[derive(Debug)]
pub struct Client {
    pid: u32,
    stream: UnixStream,
    lines: Lines,
    /// Read already, and to be taken first.
    first: Option<Answer>,
}

impl Client {
    /// Where the memory of this process is: the JSON of [`memory::Report`].
    pub fn report(pid: u32) -> Result<Value, InspectError> {
        let (client, answer) = Self::first(pid, Question::Report)?;
        client.report_of(answer)
    }

    /// The same about once a second, by [`Self::next_report`].
    pub fn watch(pid: u32) -> Result<Self, InspectError> {
        let (mut client, answer) = Self::first(pid, Question::Watch)?;
        client.first = Some(answer);
        Ok(client)
    }

    /// The next report of a watch; `None` once the process has ended.
    pub fn next_report(&mut self) -> Result<Option<Value>, InspectError> {
        let answer = match self.first.take() {
            Some(answer) => Some(answer),
            None => self.answer()?,
        };
        answer.map(|it| self.report_of(it)).transpose()
    }

    fn hello(pid: u32) -> Result<Hello, InspectError> {
        let (client, answer) = Self::first(pid, Question::Hello)?;
        answer
            .hello
            .ok_or_else(|| client.nonsense("no hello in it"))
    }

    /// Asks, again where the server is busy, and takes the first answer.
    fn first(pid: u32, question: Question) -> Result<(Self, Answer), InspectError> {
        let mut num_tries = 0;
        loop {
            num_tries += 1;
            let mut client = Self::ask(pid, question)?;
            match client.answer() {
                Ok(Some(answer)) => return Ok((client, answer)),
                Ok(None) => return Err(InspectError::NoAnswer(pid)),
                Err(InspectError::Busy(_)) if num_tries < NUM_TRIES => {
                    std::thread::sleep(BETWEEN_TRIES);
                }
                Err(err) => return Err(err),
            }
        }
    }

    fn ask(pid: u32, question: Question) -> Result<Self, InspectError> {
        let client = Self {
            pid,
            stream: connect(pid)?,
            lines: Lines::default(),
            first: None,
        };
        let line = format!("{}\n", question.line());
        let deadline = Instant::now() + PATIENCE;
        match line::write_all(&client.stream, line.as_bytes(), deadline) {
            // A busy server hangs up without reading; its answer says so.
            Err(err) if err.kind() != ErrorKind::BrokenPipe => Err(client.failed(err)),
            Ok(()) | Err(_) => Ok(client),
        }
    }

    fn answer(&mut self) -> Result<Option<Answer>, InspectError> {
        let deadline = Instant::now() + PATIENCE;
        let line = match self.lines.next(&self.stream, MAX_ANSWER_BYTES, deadline) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(None),
            Err(err) if err.kind() == ErrorKind::ConnectionReset => return Ok(None),
            Err(err) => return Err(self.failed(err)),
        };
        let answer: Answer =
            serde_json::from_slice(&line).map_err(|err| self.nonsense(&err.to_string()))?;
        let pid = self.pid;
        match answer.error {
            Some(_) if answer.is_busy => Err(InspectError::Busy(pid)),
            Some(message) if answer.protocol == PROTOCOL => {
                Err(InspectError::Refused { pid, message })
            }
            Some(message) => Err(InspectError::OtherVersion { pid, message }),
            None => Ok(Some(answer)),
        }
    }

    fn report_of(&self, answer: Answer) -> Result<Value, InspectError> {
        answer
            .report
            .ok_or_else(|| self.nonsense("no report in it"))
    }

    fn nonsense(&self, reason: &str) -> InspectError {
        InspectError::Nonsense {
            pid: self.pid,
            reason: reason.to_owned(),
        }
    }

    fn failed(&self, source: std::io::Error) -> InspectError {
        let pid = self.pid;
        match source.kind() {
            ErrorKind::InvalidData => self.nonsense(&source.to_string()),
            ErrorKind::TimedOut => InspectError::NoAnswer(pid),
            _ => InspectError::Io { pid, source },
        }
    }
}

/// Connects to the socket of a process, or says why it has none.
fn connect(pid: u32) -> Result<UnixStream, InspectError> {
    let user = memory::user_id();
    let process = place::process(pid).ok_or(InspectError::NoProcess(pid))?;
    if process.user != user {
        return Err(InspectError::OtherUser(pid));
    }
    let mut refused = None;
    for folder in place::folders() {
        let path = place::socket(&folder, pid);
        if !path.exists() {
            continue;
        }
        // Another's folder could hold another's socket.
        if let Err(err) = place::check(&folder) {
            refused = Some(err);
            continue;
        }
        let Ok(stream) = UnixStream::connect(&path) else {
            continue;
        };
        let peer =
            memory::peer(stream.as_fd()).map_err(|source| InspectError::Io { pid, source })?;
        if peer.user != user {
            return Err(InspectError::OtherUser(pid));
        }
        if peer.pid == pid || peer.pid == 0 {
            return Ok(stream);
        }
    }
    Err(match refused {
        Some(err) => err,
        None if process.is_kobako => InspectError::NoAnswer(pid),
        None => InspectError::NotKobako {
            pid,
            name: process.name,
        },
    })
}

/// Every Kobako of this user that answers, by process id.
pub fn running() -> Result<Vec<Hello>, InspectError> {
    let mut pids: Vec<u32> = place::folders()
        .iter()
        .filter(|folder| place::check(folder).is_ok())
        .flat_map(|folder| place::sockets(folder))
        .map(|(pid, _)| pid)
        .collect();
    pids.sort_unstable();
    pids.dedup();
    // One that does not answer has just ended, or is stuck.
    Ok(pids
        .into_iter()
        .filter_map(|it| Client::hello(it).ok())
        .collect())
}
