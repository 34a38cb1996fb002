//! Memory as the engine that makes things up has it: rows with kinds, formulas
//! and offers, a history, a budget.

use kobako::memory::{
    Action, Audit, Band, BudgetReport, Cache, Cap, Component, Finding, History, Kinds, Mark,
    Method, Offer, Report, Row, Sample,
};
use kobako::message::MemoryNews;

/// Samples before now, one a second.
const NUM_SAMPLES: u32 = 600;

fn dirty(kilobytes: u64) -> Kinds {
    Kinds {
        private_dirty: kilobytes << 10,
        ..Kinds::default()
    }
}

fn row(name: &str, kinds: Kinds, children: Vec<Row>) -> Row {
    Row {
        name: name.to_owned(),
        bytes: kinds.total(),
        kinds,
        method: if children.is_empty() {
            Method::Exact
        } else {
            Method::Kernel
        },
        what: format!("What {name} holds").into(),
        children,
        ..Row::default()
    }
}

fn of_cache(mut row: Row, cache: Cache, kilobytes: u64) -> Row {
    row.cache = Some(cache);
    row.offers = vec![Offer {
        action: Action::GiveBack(cache),
        frees_bytes: kilobytes << 10,
        costs: cache.costs(),
    }];
    row
}

/// Rows that add up to RSS, with 1,000 KB unexplained.
pub fn memory_report() -> Report {
    let sqlite = row(
        "sqlite",
        dirty(10_500),
        vec![
            row("page cache", dirty(9_000), vec![]),
            row("schema", dirty(1_500), vec![]),
        ],
    );
    let sqlite = of_cache(sqlite, Cache::Sqlite, 9_000);
    let textures = of_cache(
        row("textures", dirty(12_000), vec![]),
        Cache::Thumbnails,
        8_000,
    );
    let library = Kinds {
        private_dirty: 1_000 << 10,
        private_clean: 10_000 << 10,
        shared: 40_000 << 10,
    };
    let driver_heap = row("driver heap", dirty(10_000), vec![]);
    let driver_library = row("driver libraries", library, vec![]);
    let mut driver = row(
        "graphics driver",
        library + dirty(10_000),
        vec![driver_library, driver_heap],
    );
    driver.is_driver = true;
    for child in &mut driver.children {
        child.is_driver = true;
    }
    let code = Kinds {
        private_dirty: 321 << 10,
        private_clean: 4_000 << 10,
        shared: 10_000 << 10,
    };
    let mut code = row("program code", code, vec![]);
    code.is_reclaimable = true;
    let mut names = row("names", dirty(3_000), vec![]);
    names.num_items = 137_183;
    names.formula = "137,183 names, 18.4 B each on average, and 137,184 offsets × 4 B".to_owned();
    names.without = "Tags could not be shown or typed";
    let mut overlay = row("overlay", dirty(7_777), vec![]);
    overlay.method = Method::Estimate;
    overlay.bound_bytes = 300 << 10;
    let postings = row("postings", dirty(7_777), vec![overlay]);
    let cache = row("tag cache", dirty(10_777), vec![names, postings]);
    let cache = of_cache(cache, Cache::TagCache, 2_000);
    let rows = vec![driver, code, textures, cache, sqlite];
    let unexplained = dirty(1_000);
    let kinds: Kinds = rows.iter().map(|row| row.kinds).sum::<Kinds>() + unexplained;
    let used = kinds.total() - rows[0].bytes;
    Report {
        rss_bytes: kinds.total(),
        status_rss_bytes: kinds.total(),
        peak_rss_bytes: kinds.total() + (20 << 20),
        rows,
        unexplained_bytes: 1_000 << 10,
        kinds,
        anonymous_bytes: 40 << 20,
        elapsed_us: 900,
        findings: vec![Finding {
            row: "page cache".to_owned(),
            text: "SQLite's page cache holds 8.8 MB; 4 MB would serve this library".to_owned(),
            is_alarm: false,
        }],
        release_bytes: 19_000 << 10,
        budget: BudgetReport {
            limit_bytes: Some(128 << 20),
            used_bytes: used,
            permits_used_bytes: 3 << 20,
            permits_limit_bytes: 96 << 20,
            order: Cache::ALL.to_vec(),
            caps: vec![
                Cap {
                    cache: Cache::Sqlite,
                    bytes: 10 << 20,
                    is_live: false,
                },
                Cap {
                    cache: Cache::Thumbnails,
                    bytes: 32 << 20,
                    is_live: true,
                },
            ],
            ..BudgetReport::default()
        },
        ..Report::default()
    }
}

/// Ten minutes in which an index was loaded and unloaded.
pub fn memory_history() -> History {
    let sample = |second: u32| {
        let mut bands_kb = [0; Band::COUNT];
        for (component, kilobytes) in [
            (Component::Driver, 10_000),
            (Component::Window, 4_000),
            (Component::TagCache, 10_777),
            (Component::Sqlite, 1_500 + (second * 25).min(9_000)),
            (Component::Engine, 700),
            (Component::Accounting, 400),
            (Component::General, 300),
        ] {
            bands_kb[Band::Arena(component).index()] = kilobytes;
        }
        if (180..420).contains(&second) {
            bands_kb[Band::Arena(Component::Similarity).index()] = 15_000;
        }
        bands_kb[Band::Textures.index()] = 4_000 + second * 8_000 / NUM_SAMPLES;
        bands_kb[Band::Files.index()] = 51_000;
        bands_kb[Band::Other.index()] = 1_000;
        Sample {
            at_ms: second * 1000,
            rss_kb: bands_kb.iter().sum(),
            bands_kb,
        }
    };
    let mark = |second: u32, text: &str, bytes: Option<i64>| Mark {
        at_ms: second * 1000,
        text: text.to_owned(),
        bytes,
    };
    History {
        recent: (0..NUM_SAMPLES).map(sample).collect(),
        session: (0..NUM_SAMPLES).step_by(10).map(sample).collect(),
        marks: [
            mark(20, "import of /home/me/Pictures began", None),
            mark(
                180,
                "similarity index loaded by Find similar",
                Some(15_000 << 10),
            ),
            mark(
                420,
                "similarity index unloaded after 5 idle minutes",
                Some(-(15_000 << 10)),
            ),
        ]
        .into(),
        audit: Audit {
            num_walks: 312,
            num_bad: 0,
            worst_share: 0.011,
            worst_at_ms: 190_000,
            shares: (0..90)
                .map(|it| (it * 6_000, 0.004 + (it % 7) as f32 * 0.001))
                .collect(),
        },
    }
}

pub fn memory_news() -> MemoryNews {
    MemoryNews {
        report: memory_report(),
        history: memory_history(),
    }
}
