//! What runs before everything else, `main` and C++ constructors included.
//!
//! FAISS is compiled for x86-64-v3 (AVX2 and its company), and its static
//! constructors may already use that. On an older CPU they would end the
//! program with SIGILL, long before `main` could say why. So the check stands
//! in `.preinit_array`, which the dynamic linker runs before any constructor,
//! and says in one sentence what is missing and what to do.
//!
//! This file is one of the few with `unsafe`: a link section, two system
//! calls and one instruction, each with its reason beside it.
#![allow(unsafe_code)]

/// Keeps the check in the binary; called once from `main`.
///
/// The linker takes from a library only what something refers to.
pub fn keep() {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    std::hint::black_box(&PREINIT);
}

/// What the CPU and the operating system say, as far as x86-64-v3 asks.
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    allow(dead_code)
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct CpuFacts {
    /// CPUID leaf 1, ECX.
    leaf1_ecx: u32,
    /// CPUID leaf 7, EBX.
    leaf7_ebx: u32,
    /// CPUID leaf 0x8000_0001, ECX.
    extended_ecx: u32,
    /// The state that the operating system saves on a thread switch.
    xcr0: u64,
}

/// Saved by the operating system: SSE and AVX registers.
const XCR0_AVX: u64 = 0b110;

/// A feature's name, and whether a CPU has it.
type Feature = (&'static str, fn(&CpuFacts) -> bool);

/// The x86-64-v3 features that v2 does not have, then v2's that matter.
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    allow(dead_code)
)]
const FEATURES: [Feature; 13] = [
    ("AVX", |it| it.leaf1_ecx & 1 << 28 != 0),
    ("AVX2", |it| it.leaf7_ebx & 1 << 5 != 0),
    ("BMI1", |it| it.leaf7_ebx & 1 << 3 != 0),
    ("BMI2", |it| it.leaf7_ebx & 1 << 8 != 0),
    ("F16C", |it| it.leaf1_ecx & 1 << 29 != 0),
    ("FMA", |it| it.leaf1_ecx & 1 << 12 != 0),
    ("LZCNT", |it| it.extended_ecx & 1 << 5 != 0),
    ("MOVBE", |it| it.leaf1_ecx & 1 << 22 != 0),
    ("OSXSAVE", |it| it.leaf1_ecx & 1 << 27 != 0),
    ("AVX state saved by the system", |it| {
        it.leaf1_ecx & 1 << 27 == 0 || it.xcr0 & XCR0_AVX == XCR0_AVX
    }),
    ("SSSE3", |it| it.leaf1_ecx & 1 << 9 != 0),
    ("SSE4.2", |it| it.leaf1_ecx & 1 << 20 != 0),
    ("POPCNT", |it| it.leaf1_ecx & 1 << 23 != 0),
];

/// A sentence put together without an allocator, which may not run yet.
#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    allow(dead_code)
)]
struct Sentence {
    bytes: [u8; 512],
    length: usize,
}

#[cfg_attr(
    not(all(target_os = "linux", target_arch = "x86_64")),
    allow(dead_code)
)]
impl Sentence {
    /// `None` where the CPU has all that is needed.
    fn about(facts: &CpuFacts) -> Option<Self> {
        let mut sentence = Self {
            bytes: [0; 512],
            length: 0,
        };
        let mut separator = "kobako: this CPU lacks ";
        for (name, is_there) in FEATURES {
            if !is_there(facts) {
                sentence.push(separator);
                sentence.push(name);
                separator = ", ";
            }
        }
        if sentence.length == 0 {
            return None;
        }
        sentence.push(
            ", which this build of the similarity index needs; build one for this CPU with: \
             cargo clean --release -p faiss-sys && \
             CXXFLAGS_x86_64_unknown_linux_gnu=\"\" cargo build --release\n",
        );
        Some(sentence)
    }

    /// Appends; what does not fit is cut.
    fn push(&mut self, text: &str) {
        let room = self.bytes.iter_mut().skip(self.length);
        for (slot, byte) in room.zip(text.bytes()) {
            *slot = byte;
            self.length += 1;
        }
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod preinit {
    use super::{CpuFacts, Sentence};
    use std::arch::x86_64::{__cpuid, __cpuid_count, _xgetbv};

    /// Called by the dynamic linker before any constructor. May use neither
    /// the allocator nor anything else that a constructor sets up.
    pub(super) extern "C" fn run() {
        if cfg!(faiss_needs_v3)
            && let Some(sentence) = Sentence::about(&facts())
        {
            write_to_stderr(sentence.bytes());
            exit(1);
        }
    }

    fn facts() -> CpuFacts {
        let mut facts = CpuFacts::default();
        let highest = __cpuid(0).eax;
        if highest >= 1 {
            facts.leaf1_ecx = __cpuid(1).ecx;
        }
        if highest >= 7 {
            facts.leaf7_ebx = __cpuid_count(7, 0).ebx;
        }
        if __cpuid(0x8000_0000).eax >= 0x8000_0001 {
            facts.extended_ecx = __cpuid(0x8000_0001).ecx;
        }
        if facts.leaf1_ecx & 1 << 27 != 0 {
            // SAFETY: OSXSAVE, just seen, is what allows XGETBV; register 0 always exists.
            facts.xcr0 = unsafe { _xgetbv(0) };
        }
        facts
    }

    fn write_to_stderr(bytes: &[u8]) {
        // SAFETY: write(2) reads `bytes.len()` bytes at the pointer, which the
        // slice lends for the call; the kernel changes rax, rcx and r11 alone.
        // A short or failed write is nothing that could be told to anyone.
        unsafe {
            std::arch::asm!(
                "syscall",
                inlateout("rax") libc::SYS_write => _,
                in("rdi") libc::STDERR_FILENO as i64,
                in("rsi") bytes.as_ptr(),
                in("rdx") bytes.len(),
                lateout("rcx") _,
                lateout("r11") _,
                options(nostack, readonly),
            );
        }
    }

    fn exit(status: i64) -> ! {
        // SAFETY: exit_group(2) does not return; no destructor is owed to
        // anybody, since nothing was constructed yet.
        unsafe {
            std::arch::asm!(
                "syscall",
                in("rax") libc::SYS_exit_group,
                in("rdi") status,
                options(nostack, noreturn),
            );
        }
    }
}

/// The dynamic linker calls what stands in this section first of all. Only an
/// executable may have it, which is all that this crate is linked into.
// SAFETY: the section holds pointers to functions of the C calling convention,
// and this is one; the arguments it is passed are ignored.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[used]
#[unsafe(link_section = ".preinit_array")]
static PREINIT: extern "C" fn() = preinit::run;

#[cfg(test)]
mod tests {
    use super::*;

    const HASWELL: CpuFacts = CpuFacts {
        leaf1_ecx: u32::MAX,
        leaf7_ebx: u32::MAX,
        extended_ecx: u32::MAX,
        xcr0: 7,
    };

    fn text(facts: &CpuFacts) -> Option<String> {
        Sentence::about(facts).map(|it| String::from_utf8(it.bytes().to_vec()).unwrap())
    }

    #[test]
    fn a_cpu_with_everything_is_left_alone() {
        assert_eq!(text(&HASWELL), None);
    }

    #[test]
    fn the_sentence_names_what_is_missing_and_the_way_out() {
        let facts = CpuFacts {
            leaf7_ebx: !(1 << 5),
            ..HASWELL
        };
        let sentence = text(&facts).unwrap();
        assert!(sentence.starts_with("kobako: this CPU lacks AVX2, which"));
        assert!(sentence.contains("CXXFLAGS_x86_64_unknown_linux_gnu=\"\""));
        assert!(sentence.ends_with("--release\n"));
    }

    #[test]
    fn a_system_that_saves_no_avx_state_is_noticed() {
        let sentence = text(&CpuFacts { xcr0: 3, ..HASWELL }).unwrap();
        assert!(sentence.contains("AVX state saved by the system"));
    }

    #[test]
    fn the_longest_sentence_fits() {
        let sentence = text(&CpuFacts::default()).unwrap();
        assert!(sentence.contains("POPCNT") && sentence.ends_with("--release\n"));
        assert!(sentence.len() < 512);
    }
}
