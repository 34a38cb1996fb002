//! Turns a walk, what owners published and the allocator's figures into rows.

use std::time::Instant;

use super::owner::Owner;
use super::walk::{self, Walk};
use super::{
    Cache, Component, Kinds, Leaf, Method, Report, Row, TextureUse, jemalloc, ledger, offers,
    scope, totals,
};

/// What may be claimed beyond what is there before it counts as double:
/// figures are not taken at the same instant.
const TOLERANCE_BYTES: u64 = 1 << 20;

/// Counts everything now. Takes milliseconds: not for the window's thread.
///
/// Where the kernel can't be asked (no `/proc`), the rows are what owners
/// published, marked as estimates.
pub fn report() -> Report {
    let _scope = scope(Component::Accounting);
    let start = Instant::now();
    jemalloc::refresh_stats();
    let mut report = match walk::walk() {
        Ok(walk) => reconcile(&walk),
        Err(err) => without_kernel(&err),
    };
    let (status_rss_bytes, peak_rss_bytes) = totals::status();
    report.status_rss_bytes = status_rss_bytes;
    report.peak_rss_bytes = peak_rss_bytes;
    report.budget = ledger::budget_report(report.rss_without_driver_bytes());
    report.elapsed_us = start.elapsed().as_micros() as u64;
    report
}

fn reconcile(walk: &Walk) -> Report {
    let mut alarms = Vec::new();
    let (textures, are_in_process) = ledger::textures();
    let mut driver_heap = walk.arenas[Component::Driver.index()];
    // A software renderer keeps textures in ordinary memory: the driver's heap.
    let texture_kinds = if are_in_process {
        driver_heap.take(textures.total_bytes())
    } else {
        Kinds::default()
    };
    let mut rows: Vec<Row> = Component::ALL
        .into_iter()
        .filter(|it| !matches!(it, Component::Driver | Component::Sqlite))
        .map(|component| component_row(component, walk, &mut alarms))
        .collect();
    rows.push(sqlite_row(walk, &mut alarms));
    rows.push(textures_row(textures, texture_kinds));
    rows.push(driver_row(walk, driver_heap));
    rows.push(files_row(
        walk,
        "program",
        "Kobako's own executable with FAISS and SQLite in it",
        |owner| match owner {
            Owner::Program(part) => Some((*part).to_owned()),
            _ => None,
        },
    ));
    rows.push(files_row(
        walk,
        "libraries",
        "Shared libraries that are not the graphics driver's",
        |owner| match owner {
            Owner::Library(name) => Some(name.clone()),
            _ => None,
        },
    ));
    rows.push(files_row(
        walk,
        "fonts",
        "Font files mapped to draw text",
        |owner| match owner {
            Owner::Font(name) => Some(name.clone()),
            _ => None,
        },
    ));
    rows.push(files_row(
        walk,
        "other files",
        "Files that libraries mapped: locale, caches",
        |owner| match owner {
            Owner::OtherFile(name) => Some(name.clone()),
            _ => None,
        },
    ));
    rows.push(stacks_row(walk, false));
    rows.push(Row::new(
        "start-up and allocator",
        walk.early + owner_kinds(walk, |it| matches!(it, Owner::BrkHeap)),
        "The allocator's own tables, and what the system's loader allocated before the program began",
    ));
    rows.push(Row::new(
        "kernel",
        owner_kinds(walk, |it| matches!(it, Owner::Kernel(_))),
        "Pages that the kernel shares with every process",
    ));
    rows.retain(|row| row.bytes > 0);
    rows.sort_by_key(|row| std::cmp::Reverse(row.bytes));

    let explained: u64 = rows.iter().map(|row| row.bytes).sum();
    let unexplained_bytes = walk.rss as i64 - explained as i64;
    let left = walk.unexplained.total().cast_signed();
    if unexplained_bytes != left {
        alarms.push(format!(
            "rows and remainder differ by {} bytes: a mapping is counted twice or not at all",
            unexplained_bytes - left
        ));
    }
    if !jemalloc::is_configured() {
        alarms.push("the allocator runs with other options than Kobako's".to_owned());
    }
    Report {
        rss_bytes: walk.rss,
        rows,
        unexplained_bytes,
        kinds: walk.kinds,
        anonymous_bytes: walk.anonymous,
        gpu_texture_bytes: if are_in_process {
            0
        } else {
            textures.total_bytes()
        },
        alarms,
        ..Report::default()
    }
}

fn textures_row(textures: TextureUse, mut kinds: Kinds) -> Row {
    let TextureUse {
        thumbnails_bytes,
        num_thumbnails,
        picture_bytes,
        interface_bytes,
    } = textures;
    let thumbnails = Row {
        num_items: num_thumbnails,
        ..Row::new(
            "thumbnails",
            kinds.take(thumbnails_bytes),
            "Thumbnails that are, or lately were, on screen",
        )
        .of_cache(Cache::Thumbnails)
    };
    let picture = Row::new(
        "open picture",
        kinds.take(picture_bytes),
        "The picture in the viewer, as large as it is on screen",
    )
    .of_cache(Cache::Picture);
    let interface = Row::new(
        "fonts and icons",
        kinds.take(interface_bytes),
        "Glyphs as they were drawn once",
    );
    let children = [thumbnails, picture, interface].map(|it| it.with_method(Method::Exact));
    Row::sum(
        "textures",
        "Pictures and fonts as the renderer holds them; by their sizes",
        children.into(),
    )
    .with_method(Method::Exact)
}

/// A component's arena: what its owner itemised, the rest of what is in use,
/// and what the allocator keeps.
fn component_row(component: Component, walk: &Walk, alarms: &mut Vec<String>) -> Row {
    let resident = walk.arenas[component.index()];
    let mut children = arena_children(component, resident, alarms);
    let mut kinds = resident;
    for (owner, mapped) in &walk.owners {
        if let Owner::Cache(of, name) = owner
            && *of == component
        {
            kinds += *mapped;
            children.push(
                Row::new(
                    name.clone(),
                    *mapped,
                    "Mapped parts of the file that were used; the kernel reads them again when they are",
                )
                .reclaimable(),
            );
        }
    }
    let mut row = Row::sum(component.name(), component.what(), children);
    // Without children of any size the row is still what the kernel counts.
    row.bytes = kinds.total();
    row.kinds = kinds;
    match component.cache() {
        Some(cache) => row.of_cache(cache),
        None => row,
    }
}

fn arena_children(component: Component, resident: Kinds, alarms: &mut Vec<String>) -> Vec<Row> {
    let leaves = ledger::leaves(component);
    let stats = jemalloc::stats(component);
    let allocated = stats.allocated as u64;
    let claimed: u64 = leaves.iter().map(|leaf| leaf.bytes).sum();
    let tolerance = TOLERANCE_BYTES.max(allocated / 100);
    if claimed > allocated + tolerance {
        alarms.push(format!(
            "{}: its parts claim {claimed} bytes, but the allocator handed out {allocated}",
            component.name()
        ));
    }
    let mut left = resident;
    let mut children = Vec::with_capacity(leaves.len() + 2);
    for leaf in leaves {
        let Leaf {
            name,
            bytes,
            num_items,
            method,
            formula,
        } = leaf;
        // Capacity that was never touched is not resident.
        let kinds = left.take(bytes);
        children.push(Row {
            num_items,
            ..Row::new(name, kinds, "")
                .with_method(method)
                .with_formula(formula)
        });
    }
    let in_use = left.take(allocated.saturating_sub(claimed));
    children.push(
        Row::new(
            "in use, not itemised",
            in_use,
            "Handed out by the allocator and not freed",
        )
        .with_method(Method::Exact),
    );
    children.push(
        Row::new(
            "allocator slack",
            left,
            "Freed and kept for reuse, rounding, and the arena's own tables",
        )
        .with_offer(offers::of_slack(component)),
    );
    children
}

fn sqlite_row(walk: &Walk, alarms: &mut Vec<String>) -> Row {
    let component = Component::Sqlite;
    let mut children = arena_children(component, walk.arenas[component.index()], alarms);
    for (owner, bytes) in &walk.owners {
        if let Owner::Database(name) = owner {
            children.push(
                Row::new(
                    name.clone(),
                    *bytes,
                    "Mapped part of the file, shared with the system's cache",
                )
                .reclaimable(),
            );
        }
    }
    let row = Row::sum(component.name(), component.what(), children);
    match component.cache() {
        Some(cache) => row.of_cache(cache),
        None => row,
    }
}

fn driver_row(walk: &Walk, heap: Kinds) -> Row {
    let mut libraries = Vec::new();
    let mut buffers = Vec::new();
    let mut code = Kinds::default();
    for (owner, bytes) in &walk.owners {
        match owner {
            Owner::DriverLibrary(name) => libraries.push(Row::new(name.clone(), *bytes, "")),
            Owner::DriverBuffer(name) => buffers.push(Row::new(name.clone(), *bytes, "")),
            Owner::DriverCode => code += *bytes,
            _ => {}
        }
    }
    let children = vec![
        Row::sum(
            "driver libraries",
            "The graphics driver's code; much of it can be read again from disk",
            libraries,
        )
        .reclaimable(),
        Row::sum(
            "driver buffers",
            "Memory shared with the display server or the graphics card",
            buffers,
        ),
        Row::new(
            "compiled shaders",
            code,
            "Code that the driver made at run time",
        ),
        Row::new(
            "driver heap",
            heap,
            "What C code on the window's thread allocated: the driver, X11, Wayland",
        ),
        stacks_row(walk, true),
    ];
    Row::sum(
        "graphics driver",
        "OpenGL as the system provides it, and the threads it started; Kobako can't make it smaller",
        children,
    )
    .of_driver()
}

fn stacks_row(walk: &Walk, of_driver: bool) -> Row {
    let children = walk
        .stacks
        .iter()
        .filter(|((is_driver, _), _)| *is_driver == of_driver)
        .map(|((_, name), bytes)| Row::new(name.clone(), *bytes, ""))
        .collect();
    if of_driver {
        Row::sum(
            "driver thread stacks",
            "Stacks of threads that the graphics driver started",
            children,
        )
    } else {
        Row::sum(
            "thread stacks",
            "Stacks of Kobako's threads, and of those that libraries started",
            children,
        )
    }
}

fn files_row(
    walk: &Walk,
    name: &str,
    what: &'static str,
    pick: impl Fn(&Owner) -> Option<String>,
) -> Row {
    let children = walk
        .owners
        .iter()
        .filter_map(|(owner, bytes)| Some(Row::new(pick(owner)?, *bytes, "")))
        .collect();
    Row::sum(name, what, children).reclaimable()
}

fn owner_kinds(walk: &Walk, is_wanted: impl Fn(&Owner) -> bool) -> Kinds {
    walk.owners
        .iter()
        .filter(|(owner, _)| is_wanted(owner))
        .map(|(_, kinds)| *kinds)
        .sum()
}

/// Rows from what owners and the allocator say, for systems without `/proc`.
fn without_kernel(err: &std::io::Error) -> Report {
    let mut rows: Vec<Row> = Component::ALL
        .into_iter()
        .map(|component| {
            let stats = jemalloc::stats(component);
            let kinds = Kinds {
                private_dirty: (stats.allocated + stats.metadata) as u64,
                ..Kinds::default()
            };
            Row::new(component.name(), kinds, component.what()).with_method(Method::Estimate)
        })
        .collect();
    rows.retain(|row| row.bytes > 0);
    let rss_bytes = super::system::process_rss().unwrap_or(0);
    let explained: u64 = rows.iter().map(|row| row.bytes).sum();
    Report {
        rss_bytes,
        unexplained_bytes: rss_bytes as i64 - explained as i64,
        rows,
        alarms: vec![format!(
            "the kernel's list of mappings can't be read ({err}): rows are estimates"
        )],
        ..Report::default()
    }
}
