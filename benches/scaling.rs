//! What tag caches take as collections grow, component by component, in three
//! forms, and how fast the same questions are answered by plain means.
//!
//! 1. *by name*: maps keyed by text, each post with the names of its tags, as
//!    the Python system that Kobako re-builds began;
//! 2. *by id*: maps keyed by number, each post with a list of numbers, as that
//!    system became;
//! 3. *Kobako*: the tag cache.
//!
//! The first two are written in Rust, as sparingly as their shape allows, so
//! that shapes are compared and not languages. All are measured, not computed:
//! the kernel counts the resident pages of the arena that they are built in.
//!
//! `cargo bench --bench scaling` does 15,000 and 50,000 posts; `-- all` all five
//! sizes (some minutes, 4 GB of memory), `-- 200k` one of them.

// A bench prints its tables, and ends where its data can't be made.
#![allow(clippy::panic, clippy::print_stdout, clippy::unwrap_used)]

mod common;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use kobako::engine::search::{FIRST_PAGE, search};
use kobako::engine::tag_cache::{MemorySource, TagCache};
use kobako::import::synth::{SynthOptions, generate};
use kobako::memory::{self, Accounted as _, Component};
use kobako::model::{PostDraft, TagId};
use roaring::RoaringBitmap;

struct Size {
    name: &'static str,
    posts: u32,
    tags: u32,
    tags_per_post: u32,
}

const SIZES: [Size; 5] = [
    size("15k", 15_000, 21_000, 48),
    size("50k", 50_000, 50_000, 48),
    size("100k", 100_000, 80_000, 48),
    size("200k", 200_000, 120_000, 48),
    size("1m", 1_000_000, 300_000, 40),
];

const fn size(name: &'static str, posts: u32, tags: u32, tags_per_post: u32) -> Size {
    Size {
        name,
        posts,
        tags,
        tags_per_post,
    }
}

fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    let is_chosen = |size: &Size| {
        let named = chosen.iter().any(|it| it == size.name || it == "all");
        let is_any_named = chosen
            .iter()
            .any(|it| it == "all" || SIZES.iter().any(|size| size.name == it));
        named || (!is_any_named && size.posts <= 50_000)
    };
    for size in SIZES.iter().filter(|it| is_chosen(it)) {
        scale(size);
    }
}

fn drafts(size: &Size) -> impl Iterator<Item = PostDraft> + use<> {
    generate(&SynthOptions {
        posts: size.posts,
        tags: size.tags,
        tags_per_post: size.tags_per_post,
        seed: 1,
    })
}

fn scale(size: &Size) {
    let Size {
        posts,
        tags,
        tags_per_post,
        ..
    } = size;
    println!("\n## {posts} posts, {tags} tags, {tags_per_post} a post\n");
    let by_name = by_name(size);
    let by_id = by_id(size);
    let (cache, ours, whole) = ours(size);
    println!("| MB | by name | by id | Kobako |\n|---|---|---|---|");
    let none = Vec::new();
    for (component, of_ours) in [
        ("counts", &["counts"][..]),
        ("categories", &["categories", "extended categories"]),
        ("name to id", &["names", "aliases"]),
        ("id to name", &[]),
        ("tags of each post, or posts of each tag", &["postings"]),
        ("similarity weights", &[]),
        ("post id to md5", &[]),
        ("what else is asked of posts", &["post columns"]),
    ] {
        let sum: u64 = ours
            .iter()
            .filter(|it| of_ours.contains(&it.0.as_str()))
            .map(|it| it.1)
            .sum();
        let cells = [
            cell(find(by_name.as_ref().unwrap_or(&none), component)),
            cell(find(by_id.as_ref().unwrap_or(&none), component)),
            if of_ours.is_empty() {
                "0".to_owned()
            } else {
                cell(Some(sum))
            },
        ];
        println!("| {component} | {} |", cells.join(" | "));
    }
    let total = |parts: &[(String, u64)]| parts.iter().map(|it| it.1).sum::<u64>();
    let texts = ours.iter().filter(|it| it.0 == "texts").map(|it| it.1);
    println!(
        "| **all** | **{}** | **{}** | **{}** |",
        cell(by_name.as_deref().map(total)),
        cell(by_id.as_deref().map(total)),
        cell(Some(whole.saturating_sub(texts.sum()))),
    );
    let postings = find(&ours, "postings").unwrap_or(0);
    println!(
        "\n{:.3} bytes a tag reference in Kobako's postings, {} references",
        postings as f64 / cache.num_references().max(1) as f64,
        cache.num_references(),
    );
    floors(size, &cache);
}

fn find(parts: &[(String, u64)], name: &str) -> Option<u64> {
    parts.iter().find(|it| it.0 == name).map(|it| it.1)
}

fn cell(bytes: Option<u64>) -> String {
    bytes.map_or("–".to_owned(), |it| format!("{:.2}", it as f64 / 1e6))
}

/// Builds something in an arena of its own; also how much the kernel counts there.
fn measured<T>(build: impl FnOnce() -> T) -> (T, u64) {
    let resident = || {
        memory::flush_thread_cache();
        memory::purge_all();
        let report = memory::report();
        report.row("import").map_or(0, |it| it.bytes)
    };
    let before = resident();
    let built = {
        let _scope = memory::scope(Component::Import);
        build()
    };
    (built, resident().saturating_sub(before))
}

/// What both forms have for each post beside its tags.
fn path(draft: &PostDraft) -> String {
    let file = draft.file.as_ref();
    file.map_or(String::new(), |it| it.path.to_string_lossy().into_owned())
}

fn md5_text(draft: &PostDraft) -> String {
    draft.md5.map_or(String::new(), |it| it.to_string())
}

/// Keyed by text. This and the next are left out for a million posts, for which
/// they take gigabytes.
fn by_name(size: &Size) -> Option<Vec<(String, u64)>> {
    if size.posts > 200_000 {
        return None;
    }
    let mut counts: HashMap<String, (u32, &'static str)> = HashMap::new();
    for draft in drafts(size) {
        for tag in draft.tags {
            let category = tag.category.unwrap_or_default().name();
            counts.entry(tag.name).or_insert((0, category)).0 += 1;
        }
    }
    let exact = |pairs: &mut dyn Iterator<Item = (String, String)>| {
        let mut map: HashMap<String, String> = HashMap::with_capacity(counts.len());
        map.extend(pairs);
        map
    };
    let (tag_counts, in_counts) = measured(|| {
        let mut map: HashMap<String, u32> = HashMap::with_capacity(counts.len());
        map.extend(counts.iter().map(|it| (it.0.clone(), it.1.0)));
        map
    });
    let (categories, in_categories) =
        measured(|| exact(&mut counts.iter().map(|it| (it.0.clone(), it.1.1.to_owned()))));
    let (ids, in_ids) = measured(|| {
        let mut map: HashMap<String, u32> = HashMap::with_capacity(counts.len());
        map.extend(counts.keys().cloned().zip(1..));
        map
    });
    let (names, in_names) = measured(|| {
        let mut map: HashMap<u32, String> = HashMap::with_capacity(counts.len());
        map.extend((1..).zip(counts.keys().cloned()));
        map
    });
    let (weights, in_weights) = measured(|| {
        let mut map: HashMap<String, f64> = HashMap::with_capacity(counts.len());
        map.extend(counts.iter().map(|it| (it.0.clone(), weight(it.1.0))));
        map
    });
    // One text of all names a post, as a row of the database gives it.
    let (posts, in_posts) = measured(|| {
        let rows = drafts(size).map(|it| {
            let names: Vec<&str> = it.tags.iter().map(|tag| tag.name.as_str()).collect();
            (path(&it), names.join(" "))
        });
        rows.collect::<Vec<(String, String)>>()
    });
    let (sums, in_sums) = measured(|| md5_map(size));
    black_box((tag_counts, categories, ids, names, weights, posts, sums));
    Some(vec![
        ("counts".to_owned(), in_counts),
        ("categories".to_owned(), in_categories),
        ("name to id".to_owned(), in_ids),
        ("id to name".to_owned(), in_names),
        ("similarity weights".to_owned(), in_weights),
        (
            "tags of each post, or posts of each tag".to_owned(),
            in_posts,
        ),
        ("post id to md5".to_owned(), in_sums),
    ])
}

/// Keyed by number.
fn by_id(size: &Size) -> Option<Vec<(String, u64)>> {
    if size.posts > 200_000 {
        return None;
    }
    let mut known: HashMap<String, (u32, u32, u8)> = HashMap::new();
    for draft in drafts(size) {
        for tag in draft.tags {
            let category = tag.category.unwrap_or_default().number();
            let id = known.len() as u32 + 1;
            known.entry(tag.name).or_insert((id, 0, category)).1 += 1;
        }
    }
    let (counts, in_counts) = measured(|| {
        let mut map: HashMap<u32, u32> = HashMap::with_capacity(known.len());
        map.extend(known.values().map(|it| (it.0, it.1)));
        map
    });
    let (categories, in_categories) = measured(|| {
        let mut map: HashMap<u32, u8> = HashMap::with_capacity(known.len());
        map.extend(known.values().map(|it| (it.0, it.2)));
        map
    });
    let (ids, in_ids) = measured(|| {
        let mut map: HashMap<String, u32> = HashMap::with_capacity(known.len());
        map.extend(known.iter().map(|it| (it.0.clone(), it.1.0)));
        map
    });
    let (names, in_names) = measured(|| {
        let mut map: HashMap<u32, String> = HashMap::with_capacity(known.len());
        map.extend(known.iter().map(|it| (it.1.0, it.0.clone())));
        map
    });
    let (weights, in_weights) = measured(|| {
        let mut map: HashMap<u32, f64> = HashMap::with_capacity(known.len());
        map.extend(known.values().map(|it| (it.0, weight(it.1))));
        map
    });
    let (posts, in_posts) = measured(|| {
        let rows = drafts(size).map(|it| {
            let ids = it.tags.iter().filter_map(|tag| known.get(&tag.name));
            (path(&it), ids.map(|it| it.0).collect())
        });
        rows.collect::<Vec<(String, Box<[u32]>)>>()
    });
    let (sums, in_sums) = measured(|| md5_map(size));
    black_box((counts, categories, ids, names, weights, posts, sums));
    Some(vec![
        ("counts".to_owned(), in_counts),
        ("categories".to_owned(), in_categories),
        ("name to id".to_owned(), in_ids),
        ("id to name".to_owned(), in_names),
        ("similarity weights".to_owned(), in_weights),
        (
            "tags of each post, or posts of each tag".to_owned(),
            in_posts,
        ),
        ("post id to md5".to_owned(), in_sums),
    ])
}

/// From the source's post id to the md5, a text in that system.
fn md5_map(size: &Size) -> HashMap<u32, String> {
    let mut map = HashMap::with_capacity(size.posts as usize);
    map.extend((1..).zip(drafts(size).map(|it| md5_text(&it))));
    map
}

fn weight(count: u32) -> f64 {
    1.0 / f64::from(count + 1).ln()
}

/// The cache, its parts as they say themselves, and what the kernel counts.
fn ours(size: &Size) -> (TagCache, Vec<(String, u64)>, u64) {
    let mut source = MemorySource::default();
    for draft in drafts(size) {
        source.push(&draft);
    }
    let cache = match TagCache::build(&source) {
        Ok(cache) => cache,
        Err(err) => panic!("the cache can't be built: {err}"),
    };
    drop(source);
    memory::flush_thread_cache();
    memory::purge_all();
    let report = memory::report();
    let whole = report.row("tag cache").map_or(0, |it| it.bytes);
    let leaves = cache.leaves().into_iter();
    let parts = leaves.map(|it| (it.name.clone(), it.bytes)).collect();
    (cache, parts, whole)
}

/// Asks roaring bitmaps for a page of ids, newest first, and how many there are.
type Asked<'a> = &'a dyn Fn() -> u64;

/// The same questions to roaring bitmaps and to SQL, which reads every row.
fn floors(size: &Size, cache: &TagCache) {
    let tag = |name: &str| cache.tag_id(name).unwrap_or(TagId(1));
    let [girl, solo, long_hair] = ["1girl", "solo", "long_hair"].map(tag);
    let hair: Vec<TagId> = cache.matching_tags(&kobako::engine::tag_cache::Glob::new("*_hair"));
    let (bitmaps, in_bitmaps) = measured(|| {
        let mut bitmaps: HashMap<u32, RoaringBitmap> = HashMap::new();
        for id in 1..=cache.num_tags() as u32 {
            let mut bitmap = RoaringBitmap::new();
            cache.posts_of(TagId(id)).for_each(|post| {
                bitmap.insert(post);
            });
            bitmap.optimize();
            bitmaps.insert(id, bitmap);
        }
        bitmaps
    });
    let sql = Sql::new(cache);
    println!(
        "\nRoaring bitmaps in a map: {} MB; SQLite tables and index on disk: {} MB.\n",
        cell(Some(in_bitmaps)),
        cell(Some(sql.bytes()))
    );
    println!("| median, µs | Kobako | roaring | SQL |\n|---|---|---|---|");
    let bitmap = |tag: TagId| &bitmaps[&tag.0];
    let page = |bitmap: &RoaringBitmap| {
        black_box(bitmap.iter().rev().take(FIRST_PAGE).collect::<Vec<u32>>());
        bitmap.len()
    };
    let rows: [(&str, Asked<'_>, String); 5] = [
        ("1girl", &|| page(bitmap(girl)), all_of(&[girl])),
        (
            "1girl solo long_hair",
            &|| page(&(bitmap(girl) & bitmap(solo) & bitmap(long_hair))),
            all_of(&[girl, solo, long_hair]),
        ),
        (
            "1girl -solo",
            &|| page(&(bitmap(girl) - bitmap(solo))),
            format!("{} EXCEPT {}", all_of(&[girl]), all_of(&[solo])),
        ),
        (
            "~1girl ~long_hair",
            &|| page(&(bitmap(girl) | bitmap(long_hair))),
            any_of(&[girl, long_hair]),
        ),
        (
            "*_hair",
            &|| {
                let mut union = RoaringBitmap::new();
                hair.iter().for_each(|it| union |= bitmap(*it));
                page(&union)
            },
            any_of(&hair),
        ),
    ];
    for (query, roaring, statement) in rows {
        let ours = || {
            let result = search(query, 1, cache, &common::NoLibrary, &|| false);
            result.map_or(0, |it| it.total)
        };
        let expected = ours();
        assert_eq!(roaring(), expected, "{query} by roaring");
        assert_eq!(sql.count(&statement), expected, "{query} by SQL");
        let num_runs = if size.posts > 200_000 { 5 } else { 15 };
        println!(
            "| `{query}` | {:.0} | {:.0} | {:.0} |",
            median_us(num_runs * 5, &|| ours()),
            median_us(num_runs * 5, roaring),
            median_us(num_runs, &|| sql.count(&statement)),
        );
    }
}

fn median_us(num_runs: usize, run: &dyn Fn() -> u64) -> f64 {
    let mut times: Vec<Duration> = (0..num_runs)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e6
}

fn all_of(tags: &[TagId]) -> String {
    let parts: Vec<String> = tags
        .iter()
        .map(|it| format!("SELECT post FROM of_tag WHERE tag = {}", it.0))
        .collect();
    parts.join(" INTERSECT ")
}

fn any_of(tags: &[TagId]) -> String {
    let list: Vec<String> = tags.iter().map(|it| it.0.to_string()).collect();
    format!(
        "SELECT DISTINCT post FROM of_tag WHERE tag IN ({})",
        list.join(",")
    )
}

/// A table with the index that such queries want, in a temporary file.
struct Sql {
    conn: rusqlite::Connection,
    _dir: tempfile::TempDir,
    path: std::path::PathBuf,
}

impl Sql {
    fn new(cache: &TagCache) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("floor.db");
        let conn = rusqlite::Connection::open(&path).unwrap();
        conn.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;
             CREATE TABLE of_tag (tag INTEGER, post INTEGER, PRIMARY KEY (tag, post)) WITHOUT ROWID;
             BEGIN;",
        )
        .unwrap();
        {
            let mut insert = conn.prepare("INSERT INTO of_tag VALUES (?1, ?2)").unwrap();
            for id in 1..=cache.num_tags() as u32 {
                cache.posts_of(TagId(id)).for_each(|post| {
                    insert.execute((id, post)).unwrap();
                });
            }
        }
        conn.execute_batch("COMMIT;").unwrap();
        Self {
            conn,
            _dir: dir,
            path,
        }
    }

    fn bytes(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |it| it.len())
    }

    /// Reads every row, as a page of results has to.
    fn count(&self, statement: &str) -> u64 {
        let mut statement = self.conn.prepare_cached(statement).unwrap();
        let mut rows = statement.query([]).unwrap();
        let mut num_rows = 0;
        while let Some(row) = rows.next().unwrap() {
            black_box(row.get::<_, u32>(0).unwrap());
            num_rows += 1;
        }
        num_rows
    }
}
