//! What the worker says about itself to the kernel.
//!
//! # Why this is sound
//! These calls change flags and descriptors of this process, before anything
//! else uses them, or end it; none touches memory that Rust code may see.
#![allow(unsafe_code)]

#[cfg(unix)]
use std::fs::File;
use std::io;

/// The kernel ends this process with the thread that started it, even where the
/// end of the pipe is not seen.
#[cfg(target_os = "linux")]
pub(super) fn end_with_parent() {
    // SAFETY: changes a flag of this process only.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
    }
}

/// Names the process in lists, where it would stand as `exe`.
#[cfg(target_os = "linux")]
pub(super) fn name() {
    // SAFETY: the kernel copies the terminated text.
    unsafe {
        libc::prctl(libc::PR_SET_NAME, c"kobako worker".as_ptr(), 0, 0, 0);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn name() {}

#[cfg(not(target_os = "linux"))]
pub(super) fn end_with_parent() {}

/// Takes stdout for the caller alone: whatever a library prints from now on
/// goes to stderr.
#[cfg(unix)]
pub(super) fn take_stdout() -> io::Result<File> {
    use std::os::fd::AsFd as _;
    let own = io::stdout().as_fd().try_clone_to_owned()?;
    // SAFETY: both descriptors are open, and stay the process's own.
    let failed = unsafe { libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO) };
    if failed < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(own.into())
}

#[cfg(not(unix))]
pub(super) fn take_stdout() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}

/// Ends the process at once, whatever its other threads are doing: nothing that
/// it has needs to be saved.
#[cfg(unix)]
pub(super) fn leave(code: i32) -> ! {
    // SAFETY: does not return, and runs nothing of ours.
    unsafe { libc::_exit(code) }
}

#[cfg(not(unix))]
pub(super) fn leave(code: i32) -> ! {
    std::process::exit(code)
}
