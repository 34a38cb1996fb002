//! Ends decoding that takes too long or is no longer wanted.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use super::PictureError;

/// The longest that one picture may take to decode.
pub(super) const MAX_DECODE: Duration = Duration::from_millis(4_500);

/// Why decoding was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    TooSlow,
    Cancelled,
}

/// Watches the clock and the wish to cancel; asked at every read and row.
pub(super) struct Guard<'a> {
    deadline: Instant,
    is_cancelled: &'a dyn Fn() -> bool,
    stopped: Cell<Option<Stop>>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(is_cancelled: &'a dyn Fn() -> bool) -> Self {
        Self {
            deadline: Instant::now() + MAX_DECODE,
            is_cancelled,
            stopped: Cell::new(None),
        }
    }

    pub(super) fn check(&self) -> Result<(), PictureError> {
        match self.stop() {
            None => Ok(()),
            Some(stop) => Err(stop.into()),
        }
    }

    /// Why a decoder that was fed by a [`GuardedReader`] was stopped, if it was.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.stopped.get()
    }

    pub(super) fn is_cancelled(&self) -> &dyn Fn() -> bool {
        self.is_cancelled
    }

    fn stop(&self) -> Option<Stop> {
        if self.stopped.get().is_none() {
            if (self.is_cancelled)() {
                self.stopped.set(Some(Stop::Cancelled));
            } else if Instant::now() >= self.deadline {
                self.stopped.set(Some(Stop::TooSlow));
            }
        }
        self.stopped.get()
    }
}

impl From<Stop> for PictureError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TooSlow => Self::TooSlow {
                secs: MAX_DECODE.as_secs_f32(),
            },
            Stop::Cancelled => Self::Cancelled,
        }
    }
}

/// A reader that fails once its guard says stop.
///
/// Put it below a `BufReader`, so that the clock is asked once a buffer.
pub(super) struct GuardedReader<'a, R> {
    inner: R,
    guard: &'a Guard<'a>,
}

impl<'a, R> GuardedReader<'a, R> {
    pub(super) fn new(inner: R, guard: &'a Guard<'a>) -> Self {
        Self { inner, guard }
    }
}

impl<R: Read> Read for GuardedReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.guard.stop() {
            None => self.inner.read(buffer),
            // Not `Interrupted`: that would be tried again.
            Some(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "stopped")),
        }
    }
}

impl<R: Seek> Seek for GuardedReader<'_, R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_guard_fails_reads_and_remembers_why() {
        let cancelled = Cell::new(false);
        let is_cancelled = || cancelled.get();
        let guard = Guard::new(&is_cancelled);
        let mut reader = GuardedReader::new(&b"abcd"[..], &guard);
        let mut two = [0; 2];
        reader.read_exact(&mut two).unwrap();
        assert!(guard.check().is_ok());
        cancelled.set(true);
        assert!(reader.read_exact(&mut two).is_err());
        assert_eq!(guard.stopped(), Some(Stop::Cancelled));
        assert!(matches!(guard.check(), Err(PictureError::Cancelled)));
    }
}
