//! The program's own code and constants, as far as they are resident.
//!
//! Starting touches much that is never needed again, use touches a little of nearly
//! everything, and each touch brings in the pages around it. These pages are the
//! file's, unchanged: given up, they are taken from the page cache again where they
//! are needed, 64 KB at a time, in about a microsecond.
//!
//! # Why this is sound
//!
//! Only segments that the file maps without the right to write are given up. Nothing
//! can have changed them, so what the kernel maps again is what was there. Segments
//! that relocation wrote to have that right in the file's headers, and are left out
//! though they are read-only by now.

#![allow(unsafe_code)]

/// Gives the pages of code and constants up that are resident now.
#[cfg(target_os = "linux")]
pub fn give_up_code() {
    // SAFETY: the callback gets a valid description of one loaded object, and ends
    // the iteration after the first, which is the program itself.
    unsafe {
        libc::dl_iterate_phdr(Some(forget), std::ptr::null_mut());
    }
}

#[cfg(not(target_os = "linux"))]
pub fn give_up_code() {}

#[cfg(target_os = "linux")]
unsafe extern "C" fn forget(
    info: *mut libc::dl_phdr_info,
    _size: libc::size_t,
    _data: *mut libc::c_void,
) -> libc::c_int {
    let page = super::kernel::page_size() as u64;
    // SAFETY: as the caller has it, `info` and the headers that it names are valid.
    let (base, headers) = unsafe {
        let info = &*info;
        let num_headers = usize::from(info.dlpi_phnum);
        let headers = std::slice::from_raw_parts(info.dlpi_phdr, num_headers);
        (info.dlpi_addr, headers)
    };
    for header in headers {
        if header.p_type != libc::PT_LOAD || header.p_flags & libc::PF_W != 0 {
            continue;
        }
        // Whole pages of this segment alone.
        let start = (base + header.p_vaddr).next_multiple_of(page);
        let end = (base + header.p_vaddr + header.p_memsz) / page * page;
        if let Some(length) = end.checked_sub(start).filter(|it| *it > 0) {
            // SAFETY: the range is mapped from the program's file, and never written to.
            unsafe {
                libc::madvise(
                    start as *mut libc::c_void,
                    length as usize,
                    libc::MADV_DONTNEED,
                );
            }
        }
    }
    1
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_there_when_it_is_needed() {
        fn resident() -> u64 {
            let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let program = std::env::current_exe().unwrap();
            let mut is_code = false;
            let mut sum = 0;
            for line in maps.lines() {
                if line.contains('/') && line.contains('-') {
                    is_code = line.contains(" r-xp ") && line.ends_with(program.to_str().unwrap());
                } else if let Some(rest) = line.strip_prefix("Rss:")
                    && is_code
                {
                    let kilobytes = rest.trim().trim_end_matches(" kB");
                    sum += kilobytes.parse::<u64>().unwrap();
                }
            }
            sum
        }
        let before = resident();
        give_up_code();
        let after = resident();
        assert!(after < before, "{before} KB, then {after} KB");
        assert_eq!(format!("{:?}", [1, 2, 3]), "[1, 2, 3]");
    }
}
