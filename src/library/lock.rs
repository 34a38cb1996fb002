//! Who may write: the exclusive lock on the file `lock` in the library's folder.
//!
//! The lock is the operating system's, so it goes with the process however
//! that ends; the process id inside only serves to say who has it.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::Path;

use super::LibraryError;

const LOCK_FILE: &str = "lock";

/// Held for as long as this process may write.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// What locking came to.
#[derive(Debug)]
pub(super) enum Locked {
    Mine(Lock),
    /// Only reading is possible, and why.
    ReadOnly {
        reason: String,
        is_held_elsewhere: bool,
    },
}

/// Takes the lock of the library in `dir`, if it can be had.
pub(super) fn take(dir: &Path) -> Result<Locked, LibraryError> {
    let path = dir.join(LOCK_FILE);
    let opened = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path);
    let mut file = match opened {
        Ok(file) => file,
        Err(err) if is_unwritable(&err) => {
            return Ok(Locked::ReadOnly {
                reason: format!("its folder {} can't be written ({err})", dir.display()),
                is_held_elsewhere: is_held(&path),
            });
        }
        Err(err) => return Err(LibraryError::io(&path, "locking the library", err)),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Ok(Locked::ReadOnly {
                reason: match holder(&mut file) {
                    Some(process) => {
                        format!("it is open in another Kobako (process {process})")
                    }
                    None => "it is open in another Kobako".to_owned(),
                },
                is_held_elsewhere: true,
            });
        }
        // Some network file systems can't lock: then nobody's exclusion can be relied on.
        Err(TryLockError::Error(err)) => {
            return Ok(Locked::ReadOnly {
                reason: format!("{} can't be locked ({err})", path.display()),
                is_held_elsewhere: false,
            });
        }
    }
    // Only for people: the lock holds on a full disk too.
    let noted = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "{}", std::process::id()));
    if let Err(err) = noted {
        tracing::debug!(%err, "the lock file does not say whose it is");
    }
    Ok(Locked::Mine(Lock { _file: file }))
}

fn is_unwritable(err: &std::io::Error) -> bool {
    matches!(
        err.kind(),
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
    )
}

/// Whether someone holds the lock, asked without the right to write.
fn is_held(path: &Path) -> bool {
    match File::open(path) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_has_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = take(dir.path()).unwrap();
        assert!(matches!(first, Locked::Mine(_)));
        let Locked::ReadOnly {
            reason,
            is_held_elsewhere,
        } = take(dir.path()).unwrap()
        else {
            panic!("locked twice");
        };
        assert!(reason.contains(&std::process::id().to_string()), "{reason}");
        assert!(is_held_elsewhere);
        drop(first);
        assert!(matches!(take(dir.path()).unwrap(), Locked::Mine(_)));
    }
}
