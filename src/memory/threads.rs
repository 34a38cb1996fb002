//! Where other threads' stacks are: those that libraries start (the driver's,
//! D-Bus', OpenMP's), which no one registers with us.

use std::ops::Range;

use super::smaps::Mapping;
use super::stacks;

/// A stack and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct KnownStack {
    pub range: Range<usize>,
    pub name: String,
    /// Started by the graphics driver.
    pub is_driver: bool,
}

/// All stacks that can be found, without the main thread's.
///
/// Ours are known by their registration. Another thread's is the mapping that
/// its stack pointer points into, which the kernel tells while it is blocked.
/// What is left over and looks like one (writable, right above a guard page)
/// belonged to a thread that has ended or is running just now.
pub(super) fn find(mappings: &[Mapping]) -> Vec<KnownStack> {
    let mut found: Vec<KnownStack> = stacks::all()
        .into_iter()
        .map(|stack| KnownStack {
            range: stack.range,
            name: stack.name,
            is_driver: false,
        })
        .collect();
    for (name, stack_pointer) in blocked_threads() {
        if found.iter().any(|it| it.range.contains(&stack_pointer)) {
            continue;
        }
        let mapping = mappings
            .iter()
            .find(|it| it.range.contains(&stack_pointer) && it.is_anonymous());
        if let Some(mapping) = mapping {
            found.push(KnownStack {
                range: mapping.range.clone(),
                is_driver: is_driver_thread(&name),
                name,
            });
        }
    }
    for pair in mappings.windows(2) {
        let [guard, stack] = pair else { continue };
        if is_guard(guard)
            && guard.range.end == stack.range.start
            && stack.is_anonymous()
            && stack.is_writable()
            && !found.iter().any(|it| overlaps(&it.range, &stack.range))
        {
            found.push(KnownStack {
                range: stack.range.clone(),
                name: "ended or running".to_owned(),
                is_driver: false,
            });
        }
    }
    found
}

/// Guard pages of stacks are a page or a few; larger gaps are reservations.
fn is_guard(mapping: &Mapping) -> bool {
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

/// Name and stack pointer of each thread that waits in the kernel.
fn blocked_threads() -> Vec<(String, usize)> {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else {
        return Vec::new();
    };
    tasks
        .flatten()
        .filter_map(|task| {
            let folder = task.path();
            let syscall = std::fs::read_to_string(folder.join("syscall")).ok()?;
            let stack_pointer = stack_pointer(&syscall)?;
            let name = std::fs::read_to_string(folder.join("comm")).ok()?;
            Some((name.trim_end().to_owned(), stack_pointer))
        })
        .collect()
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
}
