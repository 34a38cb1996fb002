//! Searches and completions on libraries made as `kobako synth` makes them, and
//! the bytes that the tag cache takes for them.
//!
//! `KOBAKO_BENCH_POSTS` and `KOBAKO_BENCH_TAGS` choose another size than
//! 15,000 and 21,000. Only the cache is built; no database is needed.

// A bench prints its sizes, and ends where its data can't be made.
#![allow(clippy::panic, clippy::print_stdout)]

mod common;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use kobako::engine::search::{complete, search};
use kobako::engine::tag_cache::{CacheSource, MemorySource, TagCache};
use kobako::import::synth::{SynthOptions, generate};
use kobako::library::{Changes, PostChange, PostColumns};
use kobako::memory::Accounted as _;
use kobako::model::{PostId, TagId};

fn size(name: &str, default: u32) -> u32 {
    let chosen = std::env::var(name).ok();
    chosen.and_then(|it| it.parse().ok()).unwrap_or(default)
}

fn build() -> TagCache {
    let options = SynthOptions {
        posts: size("KOBAKO_BENCH_POSTS", 15_000),
        tags: size("KOBAKO_BENCH_TAGS", 21_000),
        tags_per_post: 48,
        seed: 1,
    };
    let mut source = MemorySource::default();
    for draft in generate(&options) {
        source.push(&draft);
    }
    let source: &dyn CacheSource = &source;
    match TagCache::build(source) {
        Ok(cache) => cache,
        Err(err) => panic!("the cache can't be built: {err}"),
    }
}

fn print_bytes(cache: &TagCache) {
    let mut total = 0;
    println!("{} posts, {} tags", cache.num_posts(), cache.num_tags());
    for leaf in cache.leaves() {
        total += leaf.bytes;
        println!("  {:>12} bytes  {}", leaf.bytes, leaf.name);
    }
    let references = cache.num_references();
    println!("  {total:>12} bytes  in all; {references} tag references");
    let postings = cache
        .leaves()
        .iter()
        .find(|it| it.name == "postings")
        .map(|it| it.bytes);
    let per_reference = postings.unwrap_or(0) as f64 / references.max(1) as f64;
    println!("  {per_reference:.3} bytes a tag reference in the postings");
}

fn searches(criterion: &mut Criterion) {
    let cache = build();
    print_bytes(&cache);
    // A tag on a handful of posts, whatever the size.
    let rare = cache
        .matching_tags(&kobako::engine::tag_cache::Glob::new("*"))
        .into_iter()
        .filter(|it| cache.count(*it) >= 3)
        .min_by_key(|it| cache.count(*it))
        .and_then(|it| cache.name(it))
        .unwrap_or("1girl")
        .to_owned();
    let queries = [
        ("frequent", "1girl"),
        ("rare", rare.as_str()),
        ("and of three frequent", "1girl solo long_hair"),
        ("and of three medium", "sky outdoors tree"),
        ("not", "1girl -solo"),
        ("or", "~blue_eyes ~red_eyes"),
        ("wildcard", "*_hair"),
        ("wildcard inside", "*r*_b*"),
        ("all posts", ""),
        ("order by score", "1girl order:score"),
        ("order by size, first 100", "order:filesize limit:100"),
        ("range", "width:>1500 1girl"),
        ("rating", "rating:g,s"),
        ("misspelled", "lnog_hiar"),
    ];
    for (name, query) in queries {
        criterion.bench_function(&format!("search/{name}"), |bencher| {
            bencher.iter(|| {
                let result = search(black_box(query), 1, &cache, &common::NoLibrary, &|| false);
                black_box(result.map(|it| it.total).unwrap_or(0))
            });
        });
    }
    let words = ["l", "ha", "hair", "blue_e", "order:", "lnog_hair", "*hair"];
    for word in words {
        criterion.bench_function(&format!("complete/{word}"), |bencher| {
            bencher.iter(|| complete(black_box(word), word.len(), 12, &cache));
        });
    }
}

/// What a committed import batch costs the cache, merging of the overlay included.
fn changes(criterion: &mut Criterion) {
    let mut cache = build();
    let mut last = cache.num_posts() as u32;
    let num_tags = cache.num_tags() as u32;
    let mut slowest = Duration::ZERO;
    criterion.bench_function("apply/100 new posts of 48 tags", |bencher| {
        bencher.iter(|| {
            let posts = (0..100_u32).map(|index| {
                last += 1;
                let tag = |at: u32| TagId((index * 7919 + at * at * at) % num_tags + 1);
                let mut added_tags: Vec<TagId> = (0..48).map(tag).collect();
                added_tags.sort_unstable();
                added_tags.dedup();
                new_post(PostId(last), added_tags)
            });
            let changes = Changes {
                posts: posts.collect(),
                ..Default::default()
            };
            let start = Instant::now();
            cache.apply(&changes);
            slowest = slowest.max(start.elapsed());
        });
    });
    println!("  slowest of all (it merges the overlay): {slowest:?}");
}

fn new_post(id: PostId, added_tags: Vec<TagId>) -> PostChange {
    PostChange {
        is_new: true,
        columns: PostColumns {
            id,
            md5: None,
            format: None,
            width: 0,
            height: 0,
            file_size: 0,
            is_animated: false,
            has_alpha: false,
            is_missing: false,
            is_favorite: false,
            has_source: false,
            has_text: false,
            num_files: 0,
            parent: None,
            rating: None,
            score: None,
            fav_count: None,
            created_at: None,
            imported_at: 0,
            phash: None,
            num_tags: added_tags.len() as u32,
        },
        added_tags,
        removed_tags: Vec::new(),
        texts: None,
    }
}

criterion_group!(benches, searches, changes);
criterion_main!(benches);
