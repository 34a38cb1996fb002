//! Ends decoding that takes too long or is no longer wanted.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::{Duration, Instant};

use super::PictureError;
use crate::memory;

/// The longest that a small picture may take to decode.
const MAX_DECODE: Duration = Duration::from_millis(4_500);
/// What a large one has besides, for each megabyte of its file: what is made to be
/// slow is small.
const DECODE_A_MB: Duration = Duration::from_millis(50);

/// How long a decoder may wait for its own threads, all in all.
const MAX_WAIT: Duration = Duration::from_millis(1_500);
const PAUSE: Duration = Duration::from_millis(1);

/// Why decoding was stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// After this long.
    TooSlow(Duration),
    Cancelled,
}

/// Watches the clock and the wish to cancel; asked at every read and row.
pub(super) struct Guard<'a> {
    started: Instant,
    limit: Duration,
    is_cancelled: &'a dyn Fn() -> bool,
    stopped: Cell<Option<Stop>>,
    /// Set while a decoder has threads that queue without a bound.
    throttle: Cell<Option<Throttle>>,
}

/// Lets a decoder read on only while its component stays below a size.
#[derive(Clone, Copy, Debug)]
struct Throttle {
    /// Of all that is handed out in the component, bytes.
    max_bytes: u64,
    num_reads: u32,
    /// How long it may still wait.
    patience: Duration,
}

/// Reads of a throttled decoder between two looks at its memory.
const READS_A_LOOK: u32 = 4;

impl<'a> Guard<'a> {
    /// For one picture of a file of so many bytes.
    pub(super) fn new(is_cancelled: &'a dyn Fn() -> bool, file_bytes: u64) -> Self {
        let num_mb = u32::try_from(file_bytes >> 20).unwrap_or(u32::MAX);
        let limit = MAX_DECODE.saturating_add(DECODE_A_MB.saturating_mul(num_mb));
        Self::lasting(is_cancelled, limit)
    }

    /// For what may take longer than one picture.
    pub(super) fn lasting(is_cancelled: &'a dyn Fn() -> bool, limit: Duration) -> Self {
        Self {
            started: Instant::now(),
            limit,
            is_cancelled,
            stopped: Cell::new(None),
            throttle: Cell::new(None),
        }
    }

    /// From now on reads wait while this thread's component has more than
    /// `bytes` beyond what it has now: threads of the decoder then use up what
    /// waits for them. Not for ever, since others may allocate there too.
    pub(super) fn throttle(&self, bytes: u64) {
        self.throttle.set(Some(Throttle {
            max_bytes: memory::allocated_here() + bytes,
            num_reads: 0,
            patience: MAX_WAIT,
        }));
    }

    fn wait_for_room(&self) {
        let Some(mut throttle) = self.throttle.get() else {
            return;
        };
        throttle.num_reads += 1;
        if throttle.num_reads.is_multiple_of(READS_A_LOOK) {
            while memory::allocated_here() > throttle.max_bytes
                && !throttle.patience.is_zero()
                && self.stop().is_none()
            {
                std::thread::sleep(PAUSE);
                throttle.patience = throttle.patience.saturating_sub(PAUSE);
            }
        }
        self.throttle.set(Some(throttle));
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
            } else if self.started.elapsed() >= self.limit {
                self.stopped.set(Some(Stop::TooSlow(self.limit)));
            }
        }
        self.stopped.get()
    }
}

impl From<Stop> for PictureError {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::TooSlow(limit) => Self::TooSlow {
                secs: limit.as_secs_f32(),
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
        self.guard.wait_for_room();
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
        let guard = Guard::new(&is_cancelled, 4);
        let mut reader = GuardedReader::new(&b"abcd"[..], &guard);
        let mut two = [0; 2];
        reader.read_exact(&mut two).unwrap();
        assert!(guard.check().is_ok());
        cancelled.set(true);
        assert!(reader.read_exact(&mut two).is_err());
        assert_eq!(guard.stopped(), Some(Stop::Cancelled));
        assert!(matches!(guard.check(), Err(PictureError::Cancelled)));
    }

    #[test]
    fn a_large_file_has_longer() {
        let never = || false;
        assert_eq!(Guard::new(&never, 900_000).limit, MAX_DECODE);
        assert_eq!(Guard::new(&never, 100 << 20).limit.as_millis(), 9_500);
        let endless = Guard::new(&never, u64::MAX);
        assert!(endless.stop().is_none(), "and no overflow");
    }
}
