//! What the worker says about itself to the kernel.
//!
//! # Why this is sound
//! These calls change flags and descriptors of this process, before anything
//! else uses them, or end it; none changes memory that Rust code may see. What
//! [`release_built_in_model`] gives back is a constant of the program, which nothing ever writes
//! to, so that the kernel reads the same bytes from the program's file again.
#![allow(unsafe_code)]

#[cfg(unix)]
use std::fs::File;
use std::io;

#[cfg(target_os = "linux")]
use super::built_in;

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

/// Gives the pages of the built-in model back to the system: they are read from
/// the program's file again where they are looked at again.
#[cfg(target_os = "linux")]
pub(super) fn release_built_in_model() {
    // At least as large as pages are anywhere; whole pages only, since others
    // share the first and the last.
    const LARGEST_PAGE: usize = 64 << 10;
    let range = built_in::MODEL.as_ptr_range();
    let start = (range.start as usize).next_multiple_of(LARGEST_PAGE);
    let end = range.end as usize / LARGEST_PAGE * LARGEST_PAGE;
    if start < end {
        // SAFETY: the range lies inside a constant of the program, see above.
        let failed =
            unsafe { libc::madvise(start as *mut libc::c_void, end - start, libc::MADV_DONTNEED) };
        if failed != 0 {
            tracing::debug!("the pages of the built-in model could not be given back");
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn release_built_in_model() {}

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
