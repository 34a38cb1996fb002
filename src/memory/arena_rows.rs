//! The row of a component: what its owners itemised, the rest of what is in
//! use, what the allocator keeps, and files that are mapped for it.

use std::ops::Range;

use super::figures::{count, size};
use super::jemalloc::ArenaStats;
use super::mapped_rows::pages;
use super::owner::Owner;
use super::walk::Share;
use super::{Component, Kinds, Leaf, Method, Row, offers};

/// What may be claimed beyond what is there before it counts as double:
/// figures are not taken at the same instant.
const TOLERANCE_BYTES: u64 = 1 << 20;

/// What is known of a component besides its resident pages.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub leaves: Vec<Leaf>,
    pub stats: ArenaStats,
    /// Freed pages that are kept.
    pub dirty_bytes: u64,
    pub ranges: Vec<Range<usize>>,
}

/// `resident`: in the component's arena.
pub(super) fn component(
    component: Component,
    resident: Kinds,
    part: Part,
    owners: &[(Owner, Share)],
    alarms: &mut Vec<String>,
) -> Row {
    let allocated = part.stats.allocated as u64;
    let ranges = part.ranges.clone();
    let mut children = arena_children(component, resident, part, alarms);
    let mut mapped = Share::default();
    for (owner, share) in owners {
        let (name, what, without) = match owner {
            Owner::Cache(of, name) if *of == component => (
                name,
                "Mapped parts of the file that were used",
                "Searches would need as much memory of Kobako's own",
            ),
            Owner::Database(name) if component == Component::Sqlite => (
                name,
                "The mapped part of the file, shared with the system's cache",
                "Connections could not tell each other what is in the log",
            ),
            _ => continue,
        };
        mapped.kinds += share.kinds;
        mapped.num_mappings += share.num_mappings;
        children.push(
            Row::new(&**name, share.kinds, what)
                .without(without)
                .with_formula(pages(*share))
                .reclaimable(),
        );
    }
    let mut formula = format!(
        "{} = {}; {}",
        arena_pages(resident),
        size(resident.total()),
        handed_out(allocated, resident.total()),
    );
    if mapped.num_mappings > 0 {
        formula.push_str("; and ");
        formula.push_str(&pages(mapped));
    }
    let row = Row {
        ranges,
        ..Row::sum(component.name(), component.what(), children)
            .with_formula(formula)
            .without(component.without())
    };
    match component.cache() {
        Some(cache) => row.of_cache(cache),
        None => row,
    }
}

/// What of an arena's resident bytes the allocator handed out, in words.
fn handed_out(allocated: u64, resident: u64) -> String {
    match allocated.checked_sub(resident) {
        None => format!("{} handed out, the rest slack", size(allocated)),
        Some(0) => "all of it handed out".to_owned(),
        Some(untouched) => format!(
            "all of it handed out, and {} more that were never touched",
            size(untouched)
        ),
    }
}

/// How many pages `kinds` are, in words.
pub(super) fn arena_pages(kinds: Kinds) -> String {
    let page = super::kernel::page_size() as u64;
    format!(
        "{} resident pages × {} B in its own address range",
        count(kinds.total() / page),
        count(page)
    )
}

/// They add up to `resident`.
fn arena_children(
    component: Component,
    resident: Kinds,
    part: Part,
    alarms: &mut Vec<String>,
) -> Vec<Row> {
    let Part {
        leaves,
        stats,
        dirty_bytes,
        ranges: _,
    } = part;
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
        children.push(leaf_row(component, leaf, &mut left));
    }
    let in_use = left.take(allocated.saturating_sub(claimed));
    children.push(
        Row::new(
            "in use, not itemised",
            in_use,
            "Handed out by the allocator and not freed, and no part says that it holds it",
        )
        .with_method(Method::Exact)
        .with_formula(not_itemised(allocated, claimed, in_use.total()))
        .without(component.without()),
    );
    children.push(
        Row::new(
            "allocator slack",
            left,
            "Freed and kept for reuse, rounding, and the arena's own tables",
        )
        .with_formula(format!(
            "{} resident − {} handed out; {} of it are freed pages, up to {} tables",
            size(resident.total()),
            size(allocated.min(resident.total())),
            size(dirty_bytes),
            size(stats.metadata as u64)
        ))
        .without("Nothing; what is needed again would come from the kernel, page by page")
        .with_offer(offers::of_slack(component, resident.total())),
    );
    children
}

fn not_itemised(allocated: u64, claimed: u64, in_use: u64) -> String {
    let mut formula = format!(
        "{} handed out − {} itemised",
        size(allocated),
        size(claimed)
    );
    let untouched = allocated.saturating_sub(claimed).saturating_sub(in_use);
    if untouched > 0 {
        formula.push_str(&format!(" − {} never touched", size(untouched)));
    }
    formula
}

/// What of a leaf is resident, taken out of `left`: capacity that was never
/// touched is not.
fn leaf_row(component: Component, leaf: Leaf, left: &mut Kinds) -> Row {
    let Leaf {
        name,
        bytes,
        num_items,
        method,
        mut formula,
    } = leaf;
    let kinds = left.take(bytes);
    if formula.is_empty() {
        formula = format!("{} B as its owner counts them", count(bytes));
    }
    let untouched = bytes - kinds.total();
    if untouched > 0 {
        formula.push_str(&format!(
            "; {} of it were never touched and are not resident",
            size(untouched)
        ));
    }
    let (what, without) = leaf_words(component, &name);
    Row {
        num_items,
        ..Row::new(name, kinds, what)
            .with_method(method)
            .with_formula(formula)
            .without(without)
    }
}

/// What a leaf is and what would be lost without it.
fn leaf_words(component: Component, name: &str) -> (&'static str, &'static str) {
    // Those of connections begin with the connection's name.
    let kind = name.rsplit(" · ").next().unwrap_or(name);
    match (component, kind) {
        (Component::TagCache, "names") => (
            "The names of all tags, their order, and where each ends",
            "Tags could not be found by name, completed or shown without the database",
        ),
        (Component::TagCache, "counts") => (
            "How many posts each tag is on",
            "Completion could not put frequent tags first, and searches not begin with the rarest",
        ),
        (Component::TagCache, "aliases") => (
            "Other names of tags",
            "Other names of a tag would find nothing",
        ),
        (Component::TagCache, "categories") => (
            "The category of each tag",
            "Tags could not be coloured, sorted or counted by category",
        ),
        (Component::TagCache, "extended categories") => (
            "Finer categories of tags, as other programs have them",
            "Tags could not be asked for by their finer category",
        ),
        (Component::TagCache, "postings") => (
            "Which posts have which tag, packed",
            "A search for a tag would read the database, row by row",
        ),
        (Component::TagCache, "post columns") => (
            "What can be asked of a post besides its tags: size, rating, score, dates, counts",
            "Metatags and orders would read the database, row by row",
        ),
        (Component::TagCache, "texts") => (
            "Paths, titles and sources that changed since the snapshot, and where the others are",
            "A search for text would miss what changed",
        ),
        (Component::Sqlite, "page cache") => (
            "Pages of the database file that this connection has read",
            "Each look-up would read its pages from the file",
        ),
        (Component::Sqlite, "schema") => (
            "Tables and indexes of the database, as this connection knows them",
            "The connection could not read the database",
        ),
        (Component::Sqlite, "statements") => (
            "Statements of this connection, compiled",
            "Each would be compiled again when it is used",
        ),
        (Component::Window, "search result") => (
            "Ids of the posts that the search found",
            "Scrolling would have to ask the engine for each screenful",
        ),
        (Component::Pictures, "waiting for upload") => (
            "Thumbnails that were decoded and are not textures yet",
            "A frame would have to wait until each is uploaded",
        ),
        (Component::Similarity, _) => (
            "A part of the similarity index",
            "Pictures that look alike could not be found",
        ),
        _ => ("A part that its owner counts", component.without()),
    }
}
