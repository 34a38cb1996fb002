//! Rows of what is mapped outside of arenas: the program, libraries, the
//! graphics driver, fonts, other files and stacks.

use super::arena_rows::{Part, arena_pages};
use super::figures::{count, size};
use super::owner::Owner;
use super::walk::{Share, Walk};
use super::{Kinds, Row, kernel};

/// All that belong to no component, those without a page included.
pub(super) fn all(walk: &Walk) -> [Row; 7] {
    let mut start_up = owners(walk, |it| matches!(it, Owner::BrkHeap));
    start_up.kinds += walk.early;
    let kernel = owners(walk, |it| matches!(it, Owner::Kernel(_)));
    [
        program(walk),
        files(
            walk,
            "libraries",
            "Shared libraries that are not the graphics driver's",
            "Kobako could not start",
            (
                "A shared library: code, constants, and what it changed of them",
                "What needs this library would not work",
            ),
            |owner| match owner {
                Owner::Library(name) => Some(name),
                _ => None,
            },
        ),
        files(
            walk,
            "fonts",
            "Font files that are mapped to draw text",
            "Text in scripts that the built-in fonts lack would be boxes",
            (
                "A font file of the system, as far as it was read",
                "Text in this font would be drawn in another one, or as boxes",
            ),
            |owner| match owner {
                Owner::Font(name) => Some(name),
                _ => None,
            },
        ),
        files(
            walk,
            "other files",
            "Files that libraries mapped: languages, caches",
            "The libraries that mapped them would read them piece by piece",
            (
                "A file that a library mapped, as far as it was read",
                "The library that mapped it would read it piece by piece",
            ),
            |owner| match owner {
                Owner::OtherFile(name) => Some(name),
                _ => None,
            },
        ),
        stacks(walk, false),
        Row::new(
            "start-up and allocator",
            start_up.kinds,
            "The allocator's own tables, and what the system's loader allocated before the program began",
        )
        .with_formula(format!(
            "{} resident pages × {} B in mappings that were there before the arenas",
            num_pages(start_up.kinds),
            count(kernel::page_size() as u64)
        ))
        .without("The program could not start"),
        Row::new(
            "kernel",
            kernel.kinds,
            "Pages that the kernel shares with every process",
        )
        .with_formula(pages(kernel))
        .without("Asking for the time would be slower"),
    ]
}

/// The graphics driver. `heap`: of its arena, without `textures`.
pub(super) fn driver(walk: &Walk, heap: Kinds, textures: Kinds, part: Part) -> Row {
    const NO_WINDOW: &str = "There would be no window";
    let mut libraries = Vec::new();
    let mut buffers = Vec::new();
    let mut code = Share::default();
    for (owner, share) in &walk.owners {
        let row = |name: &str, what| {
            Row::new(name, share.kinds, what)
                .with_formula(pages(*share))
                .without(NO_WINDOW)
        };
        match owner {
            Owner::DriverLibrary(name) => libraries.push(row(
                name,
                "A library of the graphics driver, or one that it needs",
            )),
            Owner::DriverBuffer(name) => buffers.push(row(
                name,
                "A buffer shared with the display server or the graphics card",
            )),
            Owner::DriverCode => code = *share,
            _ => {}
        }
    }
    let libraries = sum(
        "driver libraries",
        "The graphics driver's code; much of it can be read again from disk",
        NO_WINDOW,
        libraries,
    )
    .reclaimable();
    let buffers = sum(
        "driver buffers",
        "Memory shared with the display server or the graphics card",
        NO_WINDOW,
        buffers,
    );
    let code = Row::new(
        "compiled shaders",
        code.kinds,
        "Code that the driver made at run time",
    )
    .with_formula(pages(code))
    .without(NO_WINDOW);
    let arena = arena_pages(heap + textures);
    let heap = Row {
        ranges: part.ranges,
        ..Row::new(
            "driver heap",
            heap,
            "What C code on the window's thread allocated: the driver, X11, Wayland",
        )
    }
    .with_formula(format!(
        "{arena} − {} of textures; {} handed out, textures included",
        size(textures.total()),
        size(part.stats.allocated as u64)
    ))
    .without(NO_WINDOW);
    let stacks = stacks(walk, true);
    let formula = format!(
        "{} of libraries + {} of heap + {} of buffers, shaders and stacks",
        size(libraries.bytes),
        size(heap.bytes),
        size(buffers.bytes + code.bytes + stacks.bytes)
    );
    Row::sum(
        "graphics driver",
        "OpenGL as the system provides it, and the threads it started; Kobako can't make it smaller",
        vec![libraries, buffers, code, heap, stacks],
    )
    .with_formula(formula)
    .without(NO_WINDOW)
    .of_driver()
}

fn program(walk: &Walk) -> Row {
    let children = walk.owners.iter().filter_map(|(owner, share)| {
        let Owner::Program(part) = owner else {
            return None;
        };
        let what = match *part {
            "code" => "Machine code that has run, and what lies beside it",
            "constants" => "Constants: texts, icons, the built-in fonts, tables",
            _ => "Variables that live as long as the program, and addresses set at its start",
        };
        Some(
            Row::new(*part, share.kinds, what)
                .with_formula(pages(*share))
                .without("The program could not run"),
        )
    });
    sum(
        "program",
        "Kobako's own executable with FAISS and SQLite in it",
        "There would be no program",
        children.collect(),
    )
    .reclaimable()
}

fn stacks(walk: &Walk, of_driver: bool) -> Row {
    let children = walk.stacks.iter().filter(|it| it.is_driver == of_driver);
    let children = children.map(|stack| {
        let (what, without) = match stack.name.as_str() {
            "ended or running" => (
                "Stacks of threads that have ended and are kept for the next, or that ran just now",
                "A new thread would need a new stack",
            ),
            _ => (
                "The stack of a thread, as deep as it ever went",
                "The thread could not run",
            ),
        };
        let page = kernel::page_size() as u64;
        let formula = format!(
            "{} resident pages × {} B in {} {}",
            num_pages(stack.share.kinds),
            count(page),
            count(u64::from(stack.share.num_mappings)),
            if stack.share.num_mappings == 1 {
                "stack"
            } else {
                "stacks"
            }
        );
        Row {
            num_items: u64::from(stack.share.num_mappings),
            ..Row::new(stack.name.as_str(), stack.share.kinds, what)
                .with_formula(formula)
                .without(without)
        }
    });
    let (name, what, without) = if of_driver {
        (
            "driver thread stacks",
            "Stacks of threads that the graphics driver started",
            "The driver would draw on the window's thread alone",
        )
    } else {
        (
            "thread stacks",
            "Stacks of Kobako's threads, and of those that libraries started",
            "Nothing could run",
        )
    };
    sum(name, what, without, children.collect())
}

fn files(
    walk: &Walk,
    name: &str,
    what: &'static str,
    without: &'static str,
    (child_what, child_without): (&'static str, &'static str),
    pick: impl Fn(&Owner) -> Option<&std::sync::Arc<str>>,
) -> Row {
    let children = walk.owners.iter().filter_map(|(owner, share)| {
        let row = Row::new(&**pick(owner)?, share.kinds, child_what);
        Some(row.with_formula(pages(*share)).without(child_without))
    });
    sum(name, what, without, children.collect()).reclaimable()
}

/// A row that is nothing but its children.
fn sum(name: &str, what: &'static str, without: &'static str, children: Vec<Row>) -> Row {
    let row = Row::sum(name, what, children);
    let formula = format!(
        "Σ of {} rows = {} resident pages × {} B",
        count(row.children.len() as u64),
        num_pages(row.kinds),
        count(kernel::page_size() as u64)
    );
    row.with_formula(formula).without(without)
}

fn owners(walk: &Walk, is_wanted: impl Fn(&Owner) -> bool) -> Share {
    let mut sum = Share::default();
    for (owner, share) in &walk.owners {
        if is_wanted(owner) {
            sum.kinds += share.kinds;
            sum.num_mappings += share.num_mappings;
        }
    }
    sum
}

fn num_pages(kinds: Kinds) -> super::figures::Count {
    count(kinds.total() / kernel::page_size() as u64)
}

/// How a figure that the kernel counted comes about.
pub(super) fn pages(share: Share) -> String {
    format!(
        "{} resident pages × {} B in {} {}",
        num_pages(share.kinds),
        count(kernel::page_size() as u64),
        count(u64::from(share.num_mappings)),
        if share.num_mappings == 1 {
            "mapping"
        } else {
            "mappings"
        }
    )
}
