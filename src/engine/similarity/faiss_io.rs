//! What FAISS can do and the crate `faiss` has no door to: reading and writing
//! an index through a stream of ours, and doing its sums itself, on the thread
//! that calls it.
//!
//! Sound, because:
//! - FAISS calls the functions that it is given only while
//!   `faiss_read_index_custom` or `faiss_write_index_custom` runs, on the thread
//!   that called that. What they use belongs to that thread, is borrowed by
//!   checked borrows, and is taken away again before these return.
//! - They touch `size × nitems` bytes at the address that they are given, which
//!   is what FAISS says that there are, and can't unwind.
//! - FAISS turns its own exceptions into codes, which are looked at before
//!   anything that it made is used. The reader and the writer are freed once,
//!   and an index that was read has one owner from then on.
//! - A `CustomIOReader` *is* an `IOReader` (its only base), and a
//!   `CustomIOWriter` an `IOWriter`: the pointers are cast as FAISS's own tests
//!   of this interface do.
//! - `omp_set_num_threads` sets a figure of the calling thread. The threshold for
//!   BLAS is one of the process: it is set once, before FAISS is first called.

#![allow(unsafe_code)]

use std::cell::RefCell;
use std::ffi::{CStr, c_int, c_void};
use std::io::{self, Read, Write};
use std::ptr;
use std::sync::Once;

use faiss::index::{FromInnerPtr as _, IndexImpl};

use super::SimilarityError;

unsafe extern "C" {
    fn omp_set_num_threads(num_threads: c_int);
}

/// To be called on a thread before it calls FAISS.
///
/// Lets it use that thread alone: two for one question took eight times as long
/// on a busy machine. And has it compare vectors itself: BLAS does many at a
/// time twice as fast, but on threads of its own, and keeps a megabyte for it
/// that nobody can give back.
pub(super) fn prepare() {
    static NO_BLAS: Once = Once::new();
    NO_BLAS.call_once(|| {
        // SAFETY: see above.
        unsafe { faiss_sys::faiss_set_distance_compute_blas_threshold(c_int::MAX) };
    });
    // SAFETY: see above.
    unsafe { omp_set_num_threads(1) };
}

/// What is being read or written on this thread, and why it failed.
#[derive(Default)]
struct Streams {
    source: Option<Box<dyn Read>>,
    target: Option<Box<dyn Write>>,
    err: Option<io::Error>,
}

thread_local! {
    static STREAMS: RefCell<Streams> = RefCell::default();
}

/// Takes the streams away again, however a call ends.
struct Lent;

impl Lent {
    fn new(streams: Streams) -> Self {
        STREAMS.with_borrow_mut(|it| *it = streams);
        Self
    }

    fn error(&self) -> Option<io::Error> {
        STREAMS.with_borrow_mut(|it| it.err.take())
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // Not dropped while borrowed: that may run code of theirs.
        drop(STREAMS.take());
    }
}

/// Reads an index that [`write()`] wrote. FAISS trusts what it reads: it has to be
/// known to be whole.
pub(super) fn read(source: Box<dyn Read>) -> Result<IndexImpl, SimilarityError> {
    let lent = Lent::new(Streams {
        source: Some(source),
        ..Streams::default()
    });
    let mut index = ptr::null_mut();
    let mut reader = ptr::null_mut();
    // SAFETY: see above.
    let code = unsafe {
        let made = faiss_sys::faiss_CustomIOReader_new(&raw mut reader, Some(read_some));
        if made == 0 {
            let code = faiss_sys::faiss_read_index_custom(reader.cast(), 0, &raw mut index);
            faiss_sys::faiss_CustomIOReader_free(reader);
            code
        } else {
            made
        }
    };
    told(code, "read", &lent)?;
    if index.is_null() {
        return Err(failed("read", "it gave no index"));
    }
    // SAFETY: it was made just now, and nobody else has it.
    Ok(unsafe { IndexImpl::from_inner_ptr(index) })
}

/// Writes an index as [`read`] reads it. Does not flush.
pub(super) fn write(index: &IndexImpl, target: Box<dyn Write>) -> Result<(), SimilarityError> {
    let lent = Lent::new(Streams {
        target: Some(target),
        ..Streams::default()
    });
    let mut writer = ptr::null_mut();
    // SAFETY: see above; the index lives as long as it is borrowed.
    let code = unsafe {
        let made = faiss_sys::faiss_CustomIOWriter_new(&raw mut writer, Some(write_some));
        if made == 0 {
            let code = faiss_sys::faiss_write_index_custom(index.inner_ptr(), writer.cast(), 0);
            faiss_sys::faiss_CustomIOWriter_free(writer);
            code
        } else {
            made
        }
    };
    told(code, "written", &lent)
}

fn told(code: c_int, doing: &'static str, lent: &Lent) -> Result<(), SimilarityError> {
    if let Some(source) = lent.error() {
        return Err(SimilarityError::Stream { doing, source });
    }
    if code == 0 {
        return Ok(());
    }
    // SAFETY: null, or a text that lives until the next call of FAISS.
    let message = unsafe {
        let message = faiss_sys::faiss_get_last_error();
        if message.is_null() {
            String::new()
        } else {
            CStr::from_ptr(message).to_string_lossy().into_owned()
        }
    };
    Err(failed(doing, &message))
}

fn failed(doing: &'static str, message: &str) -> SimilarityError {
    SimilarityError::Stream {
        doing,
        source: io::Error::other(format!("FAISS failed: {message}")),
    }
}

/// Fills a block; says how many items came: all, or none.
unsafe extern "C" fn read_some(block: *mut c_void, size: usize, nitems: usize) -> usize {
    let Some(len) = size.checked_mul(nitems) else {
        return 0;
    };
    if len == 0 {
        return nitems;
    }
    // SAFETY: FAISS has that many bytes there; they are initialised before there
    // is a reference to them.
    let block = unsafe {
        ptr::write_bytes(block.cast::<u8>(), 0, len);
        std::slice::from_raw_parts_mut(block.cast::<u8>(), len)
    };
    with_streams(nitems, |streams| match &mut streams.source {
        Some(source) => source.read_exact(block),
        None => Err(io::ErrorKind::NotConnected.into()),
    })
}

/// Takes a block; says how many items went: all, or none.
unsafe extern "C" fn write_some(block: *const c_void, size: usize, nitems: usize) -> usize {
    let Some(len) = size.checked_mul(nitems) else {
        return 0;
    };
    if len == 0 {
        return nitems;
    }
    // SAFETY: FAISS has that many bytes there.
    let block = unsafe { std::slice::from_raw_parts(block.cast::<u8>(), len) };
    with_streams(nitems, |streams| match &mut streams.target {
        Some(target) => target.write_all(block),
        None => Err(io::ErrorKind::NotConnected.into()),
    })
}

fn with_streams(nitems: usize, act: impl FnOnce(&mut Streams) -> io::Result<()>) -> usize {
    STREAMS.with(|streams| {
        let Ok(mut streams) = streams.try_borrow_mut() else {
            return 0;
        };
        match act(&mut streams) {
            Ok(()) => nitems,
            Err(err) => {
                streams.err = Some(err);
                0
            }
        }
    })
}
