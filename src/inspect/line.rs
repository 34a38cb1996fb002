//! Lines over a socket, within a time and a length: a peer that dribbles,
//! stalls or never ends its line is given up.

use std::io::{Error, ErrorKind, Read as _, Result, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

/// What came before the end of a line, and what came after it already.
#[derive(Debug, Default)]
pub(super) struct Lines {
    buffer: Vec<u8>,
}

impl Lines {
    /// The next line without its end; `None` where the peer has hung up.
    ///
    /// Fails with `TimedOut` where it is not whole by `deadline`, and with
    /// `InvalidData` where it is longer than `most` bytes.
    pub fn next(
        &mut self,
        stream: &UnixStream,
        most: usize,
        deadline: Instant,
    ) -> Result<Option<Vec<u8>>> {
        let mut num_searched = 0;
        let mut chunk = [0; 4096];
        loop {
            let end = self.buffer[num_searched..]
                .iter()
                .position(|&it| it == b'\n');
            if let Some(end) = end {
                let after = self.buffer.split_off(num_searched + end + 1);
                let mut line = std::mem::replace(&mut self.buffer, after);
                line.pop();
                return Ok(Some(line));
            }
            num_searched = self.buffer.len();
            if num_searched >= most {
                let message = format!("a line of more than {most} bytes");
                return Err(Error::new(ErrorKind::InvalidData, message));
            }
            stream.set_read_timeout(Some(time_left(deadline)?))?;
            let room = chunk.len().min(most - num_searched);
            match (&mut &*stream).read(&mut chunk[..room]) {
                Ok(0) => return Ok(None),
                Ok(got) => self.buffer.extend_from_slice(&chunk[..got]),
                Err(err) if is_to_be_repeated(&err) => {}
                Err(err) => return Err(err),
            }
        }
    }
}

/// Writes all of `bytes`, or fails with `TimedOut`.
pub(super) fn write_all(stream: &UnixStream, mut bytes: &[u8], deadline: Instant) -> Result<()> {
    while !bytes.is_empty() {
        stream.set_write_timeout(Some(time_left(deadline)?))?;
        match (&mut &*stream).write(bytes) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(num_written) => bytes = bytes.get(num_written..).unwrap_or_default(),
            Err(err) if is_to_be_repeated(&err) => {}
            Err(err) => return Err(err),
        }
    }
    Ok(())
}

fn time_left(deadline: Instant) -> Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(ErrorKind::TimedOut.into());
    }
    Ok(left)
}

/// A time that ran out is told by [`time_left`], the next time round.
fn is_to_be_repeated(err: &Error) -> bool {
    matches!(
        err.kind(),
        ErrorKind::Interrupted | ErrorKind::WouldBlock | ErrorKind::TimedOut
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(100)
    }

    #[test]
    fn lines_come_one_by_one_however_they_were_sent() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut lines = Lines::default();
        (&theirs).write_all(b"one\ntwo\nthr").unwrap();
        assert_eq!(lines.next(&ours, 64, soon()).unwrap().unwrap(), b"one");
        assert_eq!(lines.next(&ours, 64, soon()).unwrap().unwrap(), b"two");
        (&theirs).write_all(b"ee\n").unwrap();
        assert_eq!(lines.next(&ours, 64, soon()).unwrap().unwrap(), b"three");
        drop(theirs);
        assert_eq!(lines.next(&ours, 64, soon()).unwrap(), None);
    }

    #[test]
    fn what_does_not_end_is_given_up() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let mut lines = Lines::default();
        (&theirs).write_all(b"half").unwrap();
        let err = lines.next(&ours, 64, soon()).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::TimedOut);
        (&theirs).write_all(&[b'x'; 100]).unwrap();
        let err = lines.next(&ours, 64, soon()).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::InvalidData);
    }

    #[test]
    fn who_does_not_read_is_given_up() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        let err = write_all(&ours, &vec![0; 8 << 20], soon()).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::TimedOut);
    }
}
