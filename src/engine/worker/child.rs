//! The worker's process and the pipe to it, watched while it works.

use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};

use super::client::PictureInput;
use super::figures::WorkerFigures;
use super::protocol::{self, Answer, Message, ProtocolError, Question};
use crate::memory::{self, Component};

/// How often a cancelled wish is noticed while the worker works.
const POLL: Duration = Duration::from_millis(50);

/// How often the worker's memory is looked at while it works.
const MEMORY_INTERVAL: Duration = Duration::from_secs(1);

/// How long a worker may take to leave before it is killed.
const FAREWELL: Duration = Duration::from_millis(300);

/// A worker process that has its model.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    /// `None` once it is to leave.
    questions: Option<Sender<Ask>>,
    answers: Receiver<Result<Message<Answer>, ProtocolError>>,
    pipe: Option<JoinHandle<()>>,
    pub last_used: Instant,
    memory_looked: Instant,
    /// Until when an answer that nobody waits for any more may take.
    pub overdue: Option<Instant>,
    figures: WorkerFigures,
    /// Why it is to leave, where it took too much memory.
    pub excess: Option<String>,
}

/// What is sent at once.
#[derive(Debug)]
pub(super) struct Ask {
    pub question: Question,
    pub attachment: Vec<u8>,
    /// What will be asked for next.
    pub next: Option<PathBuf>,
}

/// What waiting for an answer came to.
pub(super) enum Heard {
    Answer(Message<Answer>),
    /// The worker did not survive it, for this reason.
    Lost(String),
    Cancelled,
}

/// How long to wait, and for whom.
pub(super) struct Patience<'a> {
    pub deadline: Instant,
    pub memory_limit_bytes: u64,
    pub is_cancelled: &'a dyn Fn() -> bool,
}

impl Ask {
    pub(super) fn of_picture(number: u64, input: &PictureInput) -> Self {
        let (question, attachment) = match input {
            PictureInput::Path(path) => {
                let path = path.clone();
                (Question::EmbedFile { number, path }, Vec::new())
            }
            PictureInput::Pixels {
                width,
                height,
                rgba,
            } => {
                let question = Question::EmbedPixels {
                    number,
                    width: *width,
                    height: *height,
                };
                (question, rgba.clone())
            }
        };
        Self {
            question,
            attachment,
            next: None,
        }
    }
}

impl Worker {
    pub(super) fn spawn(program: &Path, figures: &WorkerFigures) -> std::io::Result<Self> {
        let mut command = Command::new(program);
        command
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It calculates on one thread; those of a library would only wait.
            .env("OPENBLAS_NUM_THREADS", "1")
            .env("OMP_NUM_THREADS", "1");
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt as _;
            // Ctrl-C in a terminal asks the application, which asks the worker.
            command.process_group(0).arg0("kobako");
        }
        let mut child = command.spawn()?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            let _ = child.kill();
            let _ = child.wait();
            return Err(std::io::Error::other("it has no pipes"));
        };
        figures.started(child.id());
        let (questions, to_ask) = crossbeam_channel::bounded(1);
        let (answer, answers) = crossbeam_channel::bounded(1);
        // The guard ends the child if the thread can't be started.
        let mut worker = Self {
            child,
            questions: Some(questions),
            answers,
            pipe: None,
            last_used: Instant::now(),
            memory_looked: Instant::now(),
            overdue: None,
            figures: figures.clone(),
            excess: None,
        };
        worker.pipe = Some(memory::spawn(
            "worker pipe",
            Component::Engine,
            move || {
                if let Err(err) = talk(stdin, stdout, &to_ask, &answer) {
                    // Fails only where nobody asks any more.
                    let _ = answer.send(Err(err));
                }
            },
        )?);
        Ok(worker)
    }

    pub(super) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
            && self.questions.is_some()
            && self.pipe.as_ref().is_some_and(|it| !it.is_finished())
    }

    pub(super) fn ask(&mut self, ask: Ask, patience: &Patience<'_>) -> Heard {
        let is_sent = self
            .questions
            .as_ref()
            .is_some_and(|it| it.send(ask).is_ok());
        if !is_sent {
            return Heard::Lost(self.last_words());
        }
        self.wait(patience)
    }

    pub(super) fn wait(&mut self, patience: &Patience<'_>) -> Heard {
        loop {
            let now = Instant::now();
            self.last_used = now;
            match self.answers.recv_timeout(POLL.min(patience.deadline - now)) {
                Ok(Ok(message)) => {
                    self.overdue = None;
                    return match self.too_much_memory(patience.memory_limit_bytes) {
                        // It has answered, so this is no picture's fault yet; the
                        // next one starts with a new worker.
                        Some(reason) => {
                            tracing::info!(reason, "the worker is replaced");
                            self.questions = None;
                            self.excess = Some(reason);
                            Heard::Answer(message)
                        }
                        None => Heard::Answer(message),
                    };
                }
                Ok(Err(ProtocolError::Closed | ProtocolError::Io(_)))
                | Err(RecvTimeoutError::Disconnected) => return Heard::Lost(self.last_words()),
                Ok(Err(err)) => return Heard::Lost(err.to_string()),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(reason) = self.too_much_memory(patience.memory_limit_bytes) {
                return Heard::Lost(reason);
            }
            if (patience.is_cancelled)() {
                self.overdue = Some(patience.deadline);
                return Heard::Cancelled;
            }
            if Instant::now() >= patience.deadline {
                return Heard::Lost("it did not answer in time".to_owned());
            }
        }
    }

    /// Why the worker has to go, if it takes too much; looks once a second.
    fn too_much_memory(&mut self, limit_bytes: u64) -> Option<String> {
        if self.memory_looked.elapsed() < MEMORY_INTERVAL {
            return None;
        }
        self.memory_excess(limit_bytes)
    }

    /// Why the worker has to go, if it takes too much now.
    pub(super) fn memory_excess(&mut self, limit_bytes: u64) -> Option<String> {
        self.memory_looked = Instant::now();
        let rss_bytes = self.figures.rss_bytes()?;
        (rss_bytes > limit_bytes).then(|| {
            format!(
                "it took {} MB of memory, more than the {} MB allowed; raise worker_memory_mb in \
                 the settings",
                rss_bytes >> 20,
                limit_bytes >> 20
            )
        })
    }

    /// How a worker whose pipe ended came to its end.
    fn last_words(&mut self) -> String {
        match self.await_end(FAREWELL) {
            Some(status) => format!("it ended with {status}"),
            None => "its pipe ended".to_owned(),
        }
    }

    /// Closes the pipe, at which it leaves.
    pub(super) fn farewell(&mut self) {
        self.questions = None;
        self.await_end(FAREWELL);
    }

    fn await_end(&mut self, limit: Duration) -> Option<ExitStatus> {
        let deadline = Instant::now() + limit;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(status),
                Ok(None) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(2));
                }
                _ => return None,
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.questions = None;
        // An error means that it is gone.
        let _ = self.child.kill();
        if self.await_end(2 * FAREWELL).is_none() {
            tracing::warn!(pid = self.child.id(), "the worker does not end");
        }
        self.figures.ended();
        // With the process gone, the pipe's thread sees its end; one that does
        // not go is left behind with it.
        if let Some(pipe) = self.pipe.take()
            && matches!(self.child.try_wait(), Ok(Some(_)))
        {
            while self.answers.recv().is_ok() {}
            let _ = pipe.join();
        }
    }
}

/// Passes questions and answers through the pipe, one by one.
fn talk(
    mut stdin: ChildStdin,
    stdout: ChildStdout,
    questions: &Receiver<Ask>,
    answers: &Sender<Result<Message<Answer>, ProtocolError>>,
) -> Result<(), ProtocolError> {
    let mut stdout = std::io::BufReader::new(stdout);
    protocol::write_hello(&mut stdin)?;
    protocol::read_hello(&mut stdout)?;
    for ask in questions {
        let Ask {
            question,
            attachment,
            next,
        } = ask;
        protocol::write(&mut stdin, &question, &attachment)?;
        if let Some(path) = next {
            protocol::write(&mut stdin, &Question::Prepare { path }, &[])?;
        }
        let answer = protocol::read(&mut stdout)?;
        if answers.send(Ok(answer)).is_err() {
            break;
        }
    }
    Ok(())
}
