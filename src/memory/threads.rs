//! Where other threads' stacks are: those that libraries start (the driver's,
//! D-Bus', OpenMP's), which no one registers with us.
//!
//! Ours are known by their registration. Another thread's is the mapping that
//! its stack pointer points into, which the kernel tells while it is blocked;
//! a thread that was seen once is not asked again for a while.

use std::ops::Range;

use super::smaps::Mapping;
use super::stacks::Stack;

/// Looks after which all threads are asked anew: ids are used again, and names change.
const MAX_LOOKS: u32 = 60;

/// A thread that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Thread {
    id: u32,
    pub name: String,
    /// An address of its stack.
    stack_pointer: usize,
    /// Asked for once only: right after its start a thread has the name of the
    /// one that started it.
    is_new: bool,
}

impl Thread {
    /// Started by the graphics driver.
    pub fn is_driver(&self) -> bool {
        is_driver_thread(&self.name)
    }
}

/// All threads besides ours whose stack is known.
#[derive(Debug, Default)]
pub(super) struct Threads {
    known: Vec<Thread>,
    num_looks: u32,
}

impl Threads {
    /// Looks for threads that came and went; `ours` are known anyway.
    pub fn look(&mut self, ours: &[Stack]) {
        self.num_looks += 1;
        if self.num_looks > MAX_LOOKS {
            self.num_looks = 0;
            self.known.clear();
        }
        let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
            return;
        };
        let mut found = Vec::with_capacity(self.known.len() + 4);
        for task in tasks.flatten() {
            let Some(id) = task.file_name().to_str().and_then(|it| it.parse().ok()) else {
                continue;
            };
            if ours.iter().any(|it| it.thread == id) {
                continue;
            }
            match self.known.iter().position(|it| it.id == id) {
                None => found.extend(ask(id)),
                Some(at) => {
                    let known = self.known.swap_remove(at);
                    if known.is_new {
                        // One that is running now is not told of.
                        found.push(ask(id).map_or(known, |it| Thread {
                            is_new: false,
                            ..it
                        }));
                    } else {
                        found.push(known);
                    }
                }
            }
        }
        self.known = found;
    }

    /// The thread whose stack lies in `range`.
    pub fn with_stack_in(&self, range: &Range<usize>) -> Option<&Thread> {
        self.known
            .iter()
            .find(|it| range.contains(&it.stack_pointer))
    }
}

/// Guard pages of stacks are a page or a few; larger gaps are reservations.
pub(super) fn is_guard(mapping: &Mapping) -> bool {
    mapping.is_anonymous() && mapping.is_inaccessible() && mapping.range.len() <= 16 << 10
}

/// By the names that Mesa and others give their threads: `llvmpipe-0`,
/// `kobako:disk$0`, `kobako:gdrv0`.
fn is_driver_thread(name: &str) -> bool {
    [
        "llvmpipe", "gallium", "iris", "radeon", "amdgpu", "nouveau", "nv_", "zink",
    ]
    .iter()
    .any(|start| name.starts_with(start))
        || [":disk$", ":gdrv", ":gl", ":sh", ":cs", ":shlo"]
            .iter()
            .any(|part| name.contains(part))
}

pub(super) fn overlaps(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

/// Asks the kernel for a thread's name and stack pointer, which it tells while
/// the thread waits in it.
fn ask(id: u32) -> Option<Thread> {
    let syscall = std::fs::read_to_string(format!("/proc/self/task/{id}/syscall")).ok()?;
    let stack_pointer = stack_pointer(&syscall)?;
    let name = std::fs::read_to_string(format!("/proc/self/task/{id}/comm")).ok()?;
    Some(Thread {
        id,
        name: name.trim_end().to_owned(),
        stack_pointer,
        is_new: true,
    })
}

/// Like `281 0x4 … 0x7ffd1000 0x7f5a2000`: the last but one is the stack pointer.
fn stack_pointer(syscall: &str) -> Option<usize> {
    let mut words = syscall.split_ascii_whitespace().rev();
    let _instruction = words.next()?;
    let stack_pointer = words.next()?.strip_prefix("0x")?;
    usize::from_str_radix(stack_pointer, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_drivers_threads_are_the_drivers() {
        for name in ["llvmpipe-1", "kobako:disk$0", "kobako:gdrv0"] {
            assert!(is_driver_thread(name), "{name}");
        }
        for name in ["jemalloc_bg_thd", "blocking-1", "kobako", "thumbnails"] {
            assert!(!is_driver_thread(name), "{name}");
        }
    }

    #[test]
    fn the_stack_pointer_is_the_last_but_one() {
        let blocked = "202 0x7f1 0x0 0x0 0x0 0x0 0x0 0x7f98aa00 0x7f98bb00";
        assert_eq!(stack_pointer(blocked), Some(0x7f98_aa00));
        assert_eq!(stack_pointer("running"), None);
        assert_eq!(stack_pointer("-1 0x7ffc0010 0x7f00"), Some(0x7ffc_0010));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_thread_that_waits_is_found_until_it_ends() {
        let (finish, wait) = crossbeam_channel::bounded::<()>(0);
        let thread = std::thread::Builder::new()
            .name("a waiting one".to_owned())
            .spawn(move || wait.recv())
            .unwrap();
        let is_known =
            |threads: &Threads| threads.known.iter().any(|it| it.name == "a waiting one");
        let mut threads = Threads::default();
        for _ in 0..500 {
            threads.look(&[]);
            if is_known(&threads) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert!(is_known(&threads));
        drop(finish);
        thread.join().unwrap().unwrap_err();
        threads.look(&[]);
        assert!(!is_known(&threads));
    }
}
