//! What is asked of the kernel directly, by system calls.
//!
//! # Why this is sound
//! Every call gets buffers as long as it is told, and none changes memory that
//! Rust code may see.
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Bytes of a page; never 0.
pub(super) fn page_size() -> usize {
    static PAGE_SIZE: AtomicUsize = AtomicUsize::new(0);
    match PAGE_SIZE.load(Ordering::Relaxed) {
        0 => {
            // SAFETY: no memory is touched.
            let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            let size = usize::try_from(size).unwrap_or(4096).max(1);
            PAGE_SIZE.store(size, Ordering::Relaxed);
            size
        }
        size => size,
    }
}

/// Transparent huge pages would round each arena up by 2 MB.
#[cfg(target_os = "linux")]
pub(super) fn disable_huge_pages() {
    // SAFETY: changes a flag of this process only.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1, 0, 0, 0);
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn disable_huge_pages() {}

/// Bytes of `range` that are resident: `mincore`, page by page. 0 where a part
/// of it is not mapped. Zero pages count too.
#[cfg(target_os = "linux")]
pub(super) fn resident_bytes(range: Range<usize>) -> usize {
    const CHUNK_PAGES: usize = 4096;
    let page_size = page_size();
    let mut start = range.start & !(page_size - 1);
    let end = range.end.next_multiple_of(page_size);
    let mut states = [0u8; CHUNK_PAGES];
    let mut num_resident = 0;
    while start < end {
        let num_pages = ((end - start) / page_size).min(CHUNK_PAGES);
        // SAFETY: `states` has a byte for each of at most CHUNK_PAGES pages.
        let failed = unsafe {
            libc::mincore(
                start as *mut libc::c_void,
                num_pages * page_size,
                states.as_mut_ptr(),
            )
        };
        if failed != 0 {
            break;
        }
        num_resident += states[..num_pages]
            .iter()
            .filter(|&&it| it & 1 != 0)
            .count();
        start += num_pages * page_size;
    }
    num_resident * page_size
}

#[cfg(not(target_os = "linux"))]
pub(super) fn resident_bytes(_range: Range<usize>) -> usize {
    0
}

/// The addresses of this thread's stack, where the system tells.
#[cfg(target_os = "linux")]
pub(super) fn thread_stack() -> Option<Range<usize>> {
    // SAFETY: the attributes are initialised by the first call, read by the
    // second, and destroyed once.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return None;
        }
        let mut start = std::ptr::null_mut();
        let mut length = 0;
        let failed = libc::pthread_attr_getstack(&attributes, &mut start, &mut length);
        libc::pthread_attr_destroy(&mut attributes);
        (failed == 0).then(|| start as usize..start as usize + length)
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn thread_stack() -> Option<Range<usize>> {
    None
}

/// Whether a variable of the environment has this value, asked without allocating.
/// For the time before `main`, when nobody changes the environment.
pub(super) fn is_environment_set(name: &CStr, value: &CStr) -> bool {
    // SAFETY: a terminated string, or null; it lives until the environment is changed.
    unsafe {
        let found = libc::getenv(name.as_ptr());
        !found.is_null() && CStr::from_ptr(found) == value
    }
}

/// The calling thread as the kernel numbers it; 0 where it does not.
#[cfg(target_os = "linux")]
pub(super) fn thread_id() -> u32 {
    // SAFETY: no memory is touched.
    unsafe { libc::gettid() }.unsigned_abs()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn thread_id() -> u32 {
    0
}

/// How long the calling thread was on a processor, the kernel's work for it included.
#[cfg(unix)]
pub(super) fn thread_cpu_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock writes into the place it is given.
    let failed = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    if failed != 0 {
        return Duration::ZERO;
    }
    let secs = u64::try_from(time.tv_sec).unwrap_or(0);
    Duration::from_secs(secs) + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(not(unix))]
pub(super) fn thread_cpu_time() -> Duration {
    Duration::ZERO
}

/// Fills `buffer` from the start of a file, without allocating; returns how
/// much was read.
#[cfg(target_os = "linux")]
pub(super) fn read_file_raw(path: &CStr, buffer: &mut [u8]) -> usize {
    // SAFETY: the buffer is as long as said, the descriptor ours.
    unsafe {
        let file = libc::open(path.as_ptr(), libc::O_RDONLY | libc::O_CLOEXEC);
        if file < 0 {
            return 0;
        }
        let mut length = 0;
        while length < buffer.len() {
            let free = &mut buffer[length..];
            let got = libc::read(file, free.as_mut_ptr().cast(), free.len());
            match usize::try_from(got) {
                Ok(got) if got > 0 => length += got,
                _ => break,
            }
        }
        libc::close(file);
        length
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn read_file_raw(_path: &CStr, _buffer: &mut [u8]) -> usize {
    0
}

/// The user that this process acts as; 0 where the system has none.
#[cfg(unix)]
pub fn user_id() -> u32 {
    // SAFETY: no memory is touched.
    unsafe { libc::geteuid() }
}

#[cfg(not(unix))]
pub fn user_id() -> u32 {
    0
}

/// Who is at the other end of a local socket, as the kernel noted it when the
/// connection was made, or `listen` called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its user.
    pub user: u32,
    /// Its process; 0 where it is not seen from here (another PID namespace).
    pub pid: u32,
}

/// Who is at the other end of a local socket.
#[cfg(target_os = "linux")]
pub fn peer(socket: std::os::fd::BorrowedFd<'_>) -> std::io::Result<Peer> {
    use std::os::fd::AsRawFd as _;
    let mut found = libc::ucred {
        pid: 0,
        uid: u32::MAX,
        gid: u32::MAX,
    };
    let mut length = size_of::<libc::ucred>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes, the size of `found`.
    let failed = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            (&raw mut found).cast(),
            &raw mut length,
        )
    };
    if failed != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(Peer {
        user: found.uid,
        pid: u32::try_from(found.pid).unwrap_or(0),
    })
}
