//! Turns a walk, what owners published and the allocator's figures into rows
//! that add up.

use std::time::Instant;

use super::arena_rows::{self, Part};
use super::walk::{self, Walk};
use super::{
    Cache, Component, Kinds, Method, Report, Row, TextureUse, doctor, extents, figures, jemalloc,
    kernel, ledger, mapped_rows, offers, scope, totals,
};

/// Counts everything now. Takes milliseconds: not for the window's thread.
///
/// Where the kernel can't be asked (no `/proc`), the rows are what owners
/// published, marked as estimates. Findings are those that need no history.
pub fn report() -> Report {
    measure().report
}

/// A report and what of its making a history needs.
#[derive(Debug)]
pub(super) struct Measured {
    pub report: Report,
    pub anonymous_bytes: u64,
    /// Resident by component.
    pub arenas_bytes: [u64; Component::COUNT],
    /// Of RSS.
    pub textures_bytes: u64,
}

/// See [`report`].
pub(super) fn measure() -> Measured {
    let _scope = scope(Component::Accounting);
    let start = Instant::now();
    jemalloc::refresh_stats();
    let facts = Facts::gather();
    let mut measured = match walk::walk() {
        Ok(walk) => reconcile(&walk, facts),
        Err(err) => without_kernel(&err, &facts),
    };
    let report = &mut measured.report;
    let (status_rss_bytes, peak_rss_bytes) = totals::status();
    report.status_rss_bytes = status_rss_bytes;
    report.peak_rss_bytes = peak_rss_bytes;
    report.budget = ledger::budget_report(report.rss_without_driver_bytes());
    report.worker = super::worker::worker_use();
    report.release_bytes = offers::release_bytes(&report.rows);
    report.findings = doctor::advice(report);
    report.elapsed_us = start.elapsed().as_micros() as u64;
    measured
}

/// What is known besides what the kernel says.
#[derive(Debug)]
struct Facts {
    /// By [`Component::index`].
    parts: Vec<Part>,
    textures: TextureUse,
    /// Whether textures are memory of this process.
    are_in_process: bool,
    is_accounting: bool,
    is_configured: bool,
}

impl Facts {
    fn gather() -> Self {
        let (textures, are_in_process) = ledger::textures();
        let parts = Component::ALL.into_iter().map(|component| Part {
            leaves: ledger::leaves(component),
            stats: jemalloc::stats(component),
            dirty_bytes: jemalloc::dirty_bytes(component),
            ranges: extents::ranges(component).collect(),
        });
        Self {
            parts: parts.collect(),
            textures,
            are_in_process,
            is_accounting: jemalloc::is_accounting(),
            is_configured: jemalloc::is_configured(),
        }
    }
}

fn reconcile(walk: &Walk, facts: Facts) -> Measured {
    let Facts {
        parts,
        textures,
        are_in_process,
        is_accounting,
        is_configured,
    } = facts;
    let mut alarms = Vec::new();
    let mut texture_kinds = Kinds::default();
    let mut rows: Vec<Row> = Vec::with_capacity(Component::COUNT + 9);
    for (component, part) in Component::ALL.into_iter().zip(parts) {
        let mut kinds = walk.arenas[component.index()];
        if component == Component::Driver {
            // A software renderer keeps textures in ordinary memory: the driver's heap.
            if are_in_process {
                texture_kinds = kinds.take(textures.total_bytes());
            }
            rows.push(mapped_rows::driver(walk, kinds, texture_kinds, part));
        } else {
            rows.push(arena_rows::component(
                component,
                kinds,
                part,
                &walk.owners,
                &mut alarms,
            ));
        }
    }
    let textures_bytes = texture_kinds.total();
    rows.push(textures_row(textures, texture_kinds));
    rows.extend(mapped_rows::all(walk));
    rows.retain(|row| row.bytes > 0);
    rows.sort_by_key(|row| std::cmp::Reverse(row.bytes));

    let explained: u64 = rows.iter().map(|row| row.bytes).sum();
    let unexplained_bytes = walk.rss as i64 - explained as i64;
    let left = walk.unexplained.total().cast_signed();
    if unexplained_bytes < 0 {
        alarms.push(format!(
            "the rows claim {} bytes more than the kernel counts: something is counted twice",
            -unexplained_bytes
        ));
    } else if unexplained_bytes != left {
        alarms.push(format!(
            "rows and remainder differ by {} bytes: a mapping is counted twice or not at all",
            unexplained_bytes - left
        ));
    }
    if !is_accounting {
        alarms.push(
            "accounting is switched off by KOBAKO_ACCOUNTING: no component has memory of its own"
                .to_owned(),
        );
    }
    if !is_configured {
        alarms.push("the allocator runs with other options than Kobako's".to_owned());
    }
    Measured {
        anonymous_bytes: walk.anonymous,
        arenas_bytes: walk.arenas.map(Kinds::total),
        textures_bytes,
        report: Report {
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
        },
    }
}

fn textures_row(textures: TextureUse, mut kinds: Kinds) -> Row {
    let TextureUse {
        thumbnails_bytes,
        num_thumbnails,
        picture_bytes,
        interface_bytes,
    } = textures;
    let mut row = |name: &str, bytes: u64, formula: String, what, without| {
        let kinds = kinds.take(bytes);
        let untouched = bytes - kinds.total();
        let formula = if untouched == 0 {
            formula
        } else {
            format!(
                "{formula}, of which {} are not resident",
                figures::size(untouched)
            )
        };
        Row::new(name, kinds, what)
            .with_method(Method::Exact)
            .with_formula(formula)
            .without(without)
    };
    let thumbnails = Row {
        num_items: num_thumbnails,
        ..row(
            "thumbnails",
            thumbnails_bytes,
            format!(
                "Σ width × height × 4 B over {} textures = {}",
                figures::count(num_thumbnails),
                figures::size(thumbnails_bytes)
            ),
            "Thumbnails that are, or lately were, on screen",
            "Scrolling back would read and decode each thumbnail again",
        )
    }
    .of_cache(Cache::Thumbnails);
    let picture = row(
        "open picture",
        picture_bytes,
        format!(
            "Σ width × height × 4 B over its tiles = {}",
            figures::size(picture_bytes)
        ),
        "The picture in the viewer, as large as it is on screen",
        "No picture could be looked at",
    )
    .of_cache(Cache::Picture);
    let interface = row(
        "fonts and icons",
        interface_bytes,
        format!(
            "Σ width × height × 4 B over atlases = {}",
            figures::size(interface_bytes)
        ),
        "Glyphs as they were drawn once",
        "There would be no text",
    );
    Row::sum(
        "textures",
        "Pictures and fonts as the renderer holds them; by their sizes",
        vec![thumbnails, picture, interface],
    )
    .with_method(Method::Exact)
    .with_formula(
        "The sizes of all textures; the software renderer keeps them in the driver's heap"
            .to_owned(),
    )
    .without("Nothing could be drawn")
}

/// Rows from what owners and the allocator say, for systems without `/proc`.
fn without_kernel(err: &std::io::Error, facts: &Facts) -> Measured {
    let mut arenas_bytes = [0; Component::COUNT];
    let mut rows = Vec::with_capacity(Component::COUNT);
    for (component, part) in Component::ALL.into_iter().zip(&facts.parts) {
        let bytes = (part.stats.allocated + part.stats.metadata) as u64;
        arenas_bytes[component.index()] = bytes;
        let kinds = Kinds {
            private_dirty: bytes,
            ..Kinds::default()
        };
        // Freed pages that were kept are missing, and pages that were never
        // touched are not resident.
        let bound = part.dirty_bytes + (part.stats.metadata + kernel::page_size()) as u64;
        let row = Row::new(component.name(), kinds, component.what())
            .with_method(Method::Estimate)
            .with_bound(bound)
            .without(component.without())
            .with_formula(format!(
                "{} handed out by the allocator + {} of its tables",
                figures::size(part.stats.allocated as u64),
                figures::size(part.stats.metadata as u64)
            ));
        rows.push(row);
    }
    rows.retain(|row| row.bytes > 0);
    let rss_bytes = super::system::process_rss().unwrap_or(0);
    let explained: u64 = rows.iter().map(|row| row.bytes).sum();
    Measured {
        anonymous_bytes: explained,
        arenas_bytes,
        textures_bytes: 0,
        report: Report {
            rss_bytes,
            unexplained_bytes: rss_bytes as i64 - explained as i64,
            rows,
            alarms: vec![format!(
                "the kernel's list of mappings can't be read ({err}): rows are estimates"
            )],
            ..Report::default()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::Leaf;
    use super::super::owner::Owner;
    use super::super::walk::{Share, StackShare};
    use super::*;

    const MB: u64 = 1 << 20;

    fn dirty(bytes: u64) -> Kinds {
        Kinds {
            private_dirty: bytes,
            ..Kinds::default()
        }
    }

    fn mapped(bytes: u64) -> Share {
        Share {
            kinds: Kinds {
                private_clean: bytes / 2,
                shared: bytes - bytes / 2,
                ..Kinds::default()
            },
            num_mappings: 3,
        }
    }

    /// 30 MB: 10 of tags, 4 of the driver, 8 of libraries, 6 of our code, 1 of
    /// a stack and 1 of nobody.
    fn walk() -> Walk {
        let mut walk = Walk {
            rss: 30 * MB,
            anonymous: 16 * MB,
            owners: vec![
                (Owner::Library("libm.so.6".into()), mapped(3 * MB)),
                (Owner::DriverLibrary("libLLVM.so".into()), mapped(5 * MB)),
                (Owner::Program("code"), mapped(6 * MB)),
            ],
            stacks: vec![StackShare {
                name: "engine".to_owned(),
                is_driver: false,
                share: Share {
                    kinds: dirty(MB),
                    num_mappings: 1,
                },
            }],
            unexplained: dirty(MB),
            ..Walk::default()
        };
        walk.arenas[Component::TagCache.index()] = dirty(10 * MB);
        walk.arenas[Component::Driver.index()] = dirty(4 * MB);
        walk
    }

    fn facts() -> Facts {
        let mut parts = Vec::new();
        for _ in Component::ALL {
            parts.push(Part::default());
        }
        let tags = &mut parts[Component::TagCache.index()];
        tags.stats.allocated = 9 << 20;
        tags.leaves = vec![
            Leaf::exact("names", 4 << 20, 1000).with_formula("text"),
            Leaf::exact("postings", 3 << 20, 9000),
        ];
        Facts {
            parts,
            textures: TextureUse {
                thumbnails_bytes: 2 * MB,
                num_thumbnails: 8,
                ..TextureUse::default()
            },
            are_in_process: true,
            is_accounting: true,
            is_configured: true,
        }
    }

    fn check_sums(row: &Row) {
        assert_eq!(row.kinds.total(), row.bytes, "kinds of {}", row.name);
        assert!(!row.what.is_empty(), "what is {}?", row.name);
        assert!(!row.without.is_empty(), "what without {}?", row.name);
        assert!(!row.formula.is_empty(), "how much is {}?", row.name);
        if !row.children.is_empty() {
            let kinds: Kinds = row.children.iter().map(|it| it.kinds).sum();
            assert_eq!(kinds, row.kinds, "children of {}", row.name);
        }
        row.children.iter().for_each(check_sums);
    }

    #[test]
    fn rows_add_up_by_bytes_and_by_kind_and_explain_themselves() {
        let report = reconcile(&walk(), facts()).report;
        assert_eq!(report.alarms, Vec::<String>::new());
        assert_eq!(report.unexplained_bytes, MB as i64);
        let rows: u64 = report.rows.iter().map(|it| it.bytes).sum();
        assert_eq!(rows + MB, report.rss_bytes);
        report.rows.iter().for_each(check_sums);

        let bytes = |name: &str| report.row(name).unwrap().bytes;
        assert_eq!(bytes("names"), 4 * MB);
        assert_eq!(bytes("in use, not itemised"), 2 * MB);
        assert_eq!(bytes("allocator slack"), MB);
        assert_eq!(bytes("thumbnails"), 2 * MB);
        assert_eq!(bytes("driver heap"), 2 * MB);
        assert_eq!(report.rss_without_driver_bytes(), 23 * MB);
    }

    #[test]
    fn capacity_that_was_never_touched_is_not_resident() {
        let mut walk = walk();
        walk.arenas[Component::TagCache.index()] = dirty(5 * MB);
        walk.rss -= 5 * MB;
        let report = reconcile(&walk, facts()).report;
        assert_eq!(report.alarms, Vec::<String>::new());
        report.rows.iter().for_each(check_sums);
        let postings = report.row("postings").unwrap();
        assert_eq!(postings.bytes, MB);
        assert!(postings.formula.contains("2.00 MB"), "{}", postings.formula);
    }

    #[test]
    fn more_than_the_kernel_counts_is_an_alarm() {
        let mut walk = walk();
        walk.rss -= 2 * MB;
        let report = reconcile(&walk, facts()).report;
        assert!(report.unexplained_bytes < 0);
        assert!(
            report.alarms.iter().any(|it| it.contains("counted twice")),
            "{:?}",
            report.alarms
        );
    }

    #[test]
    fn a_mapping_that_went_to_nobody_is_an_alarm() {
        let mut walk = walk();
        walk.rss += 2 * MB;
        let report = reconcile(&walk, facts()).report;
        assert_eq!(report.unexplained_bytes, 3 * MB as i64);
        assert_eq!(report.alarms.len(), 1, "{:?}", report.alarms);
    }

    #[test]
    fn parts_that_claim_more_than_was_handed_out_are_an_alarm() {
        let mut facts = facts();
        facts.parts[Component::TagCache.index()]
            .leaves
            .push(Leaf::exact("twice", 4 << 20, 0));
        let report = reconcile(&walk(), facts).report;
        assert!(
            report.alarms.iter().any(|it| it.starts_with("tag cache")),
            "{:?}",
            report.alarms
        );
        // They are never shown as more than there is.
        report.rows.iter().for_each(check_sums);
    }

    #[test]
    fn an_allocator_that_is_not_ours_is_an_alarm() {
        for (is_accounting, is_configured) in [(false, true), (true, false)] {
            let facts = Facts {
                is_accounting,
                is_configured,
                ..facts()
            };
            assert_eq!(reconcile(&walk(), facts).report.alarms.len(), 1);
        }
    }

    #[test]
    fn without_a_kernel_rows_are_estimates_with_a_bound() {
        let err = std::io::Error::from(std::io::ErrorKind::NotFound);
        let mut facts = facts();
        facts.parts[Component::TagCache.index()].dirty_bytes = MB;
        let report = without_kernel(&err, &facts).report;
        let tags = report.row("tag cache").unwrap();
        assert_eq!((tags.bytes, tags.method), (9 * MB, Method::Estimate));
        assert!(tags.bound_bytes >= MB);
        assert_eq!(report.alarms.len(), 1);
    }
}
