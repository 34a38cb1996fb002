//! `--trace FILE`: what a script wants to know of a running window, as JSON lines.
//!
//! A thread of its own writes, so that the window never waits for a disk:
//! - `{"moment":"first frame","unix_us":…}`: when something first happened: `window asked
//!   for`, of the desktop and the driver; `graphics ready`, so that the window can begin;
//!   `first frame laid out`, the rest being painting; `first frame`; `first thumbnails`;
//! - `{"frame_us":…}`: processor time of a painted frame;
//! - `{"picture_us":…}`: from the wish to open a post until its picture was painted;
//! - `{"memory":{…}}`: the memory report, once a second, as `kobako mem --json` prints it.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use serde::Serialize;

use crate::library;
use crate::memory::{self, Component, Report};

/// Records that may wait for the disk; more are dropped.
const CAPACITY: usize = 4096;

const MEMORY_INTERVAL: Duration = Duration::from_secs(1);

/// Where the window reports to; does nothing unless started.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    sender: Option<Sender<Record>>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Record {
    Moment { moment: &'static str, unix_us: u64 },
    Frame { frame_us: u64 },
    Picture { picture_us: u64 },
    Memory { memory: Box<Report> },
}

impl Trace {
    /// Starts writing to a new file.
    pub fn start(path: &Path) -> std::io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        let (sender, receiver) = bounded(CAPACITY);
        memory::spawn("trace", Component::Accounting, move || {
            if let Err(err) = write(file, &receiver) {
                tracing::error!("the trace ends here: {err}");
            }
        })?;
        Ok(Self {
            sender: Some(sender),
        })
    }

    pub fn is_on(&self) -> bool {
        self.sender.is_some()
    }

    /// Something happened for the first time, now.
    pub fn moment(&self, moment: &'static str) {
        let unix_us = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |it| it.as_micros() as u64);
        self.send(Record::Moment { moment, unix_us });
    }

    /// A frame took this long on the processor.
    pub fn frame(&self, duration: Duration) {
        self.send(Record::Frame {
            frame_us: duration.as_micros() as u64,
        });
    }

    /// A picture was on screen so long after it was asked to be opened.
    pub fn picture(&self, after: Duration) {
        self.send(Record::Picture {
            picture_us: after.as_micros() as u64,
        });
    }

    fn send(&self, record: Record) {
        if let Some(sender) = &self.sender {
            // A full queue means a stuck disk: the window does not wait for it.
            let _ = sender.try_send(record);
        }
    }
}

fn write(mut file: BufWriter<File>, records: &Receiver<Record>) -> std::io::Result<()> {
    let mut next_memory = std::time::Instant::now() + MEMORY_INTERVAL;
    loop {
        let record = match records.recv_deadline(next_memory) {
            Ok(record) => record,
            Err(RecvTimeoutError::Timeout) => {
                next_memory += MEMORY_INTERVAL;
                library::publish_memory();
                Record::Memory {
                    memory: Box::new(memory::report()),
                }
            }
            Err(RecvTimeoutError::Disconnected) => return file.flush(),
        };
        serde_json::to_writer(&mut file, &record)?;
        file.write_all(b"\n")?;
        if records.is_empty() {
            file.flush()?;
        }
    }
}
