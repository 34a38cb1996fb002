//! All groups of duplicates by perceptual hash, for several sizes and distances.
//!
//! `cargo bench --bench duplicates`; prints milliseconds, one run each. A part of
//! the hashes are copies with a few bits changed, as scaled and re-saved pictures
//! have; the rest is random.

// A bench prints its figures.
#![allow(clippy::print_stdout)]

use std::collections::HashSet;
use std::time::Instant;

use kobako::engine::similarity::{HashTable, PictureHashes};
use kobako::model::PostId;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// One in ten is a copy of the one before, up to 3 bits off.
fn hashes(num: u32) -> HashTable {
    let mut random = Random(1);
    let mut last = 0;
    HashTable::new((1..=num).map(|id| {
        last = if random.next().is_multiple_of(10) {
            let flips = (0..3).map(|_| 1 << (random.next() % 64));
            flips.fold(last, |hash: u64, bit: u64| hash ^ bit)
        } else {
            random.next()
        };
        (PostId(id), hashes_of(last))
    }))
}

/// Pictures of few shapes, whose hashes differ in the same few bits.
fn crowded(num: u32) -> HashTable {
    let mut random = Random(2);
    HashTable::new((1..=num).map(|id| {
        let base = random.next() % 8 * 0x0123_4567_89ab_cdef;
        let flips = (0..4).map(|_| 1 << (random.next() % 64));
        let hash = flips.fold(base, |hash: u64, bit: u64| hash ^ bit);
        (PostId(id), hashes_of(hash))
    }))
}

fn hashes_of(phash: u64) -> PictureHashes {
    PictureHashes {
        phash,
        color_hash: 0,
    }
}

fn measure(name: &str, table: &HashTable, distance: u32) {
    let started = Instant::now();
    let groups = table.groups(distance, &|_| true, &HashSet::new(), &|| false, &mut |_| {});
    let elapsed_ms = started.elapsed().as_secs_f64() * 1e3;
    let num_groups = groups.map_or(0, |it| it.len());
    println!("{name:<24} distance {distance:>2}  {elapsed_ms:>10.1} ms  {num_groups:>6} groups");
}

fn main() {
    for (num, distances) in [
        (15_000, &[0, 2, 4, 6, 8, 10, 12, 16][..]),
        (200_000, &[4, 8, 12]),
        (1_000_000, &[4, 8]),
    ] {
        let table = hashes(num);
        for &distance in distances {
            measure(&format!("{num} random"), &table, distance);
        }
    }
    let equal = HashTable::new((1..=10_000).map(|id| (PostId(id), hashes_of(7))));
    measure("10000 equal", &equal, 4);
    measure("15000 crowded", &crowded(15_000), 8);
    measure("200000 crowded", &crowded(200_000), 4);
}
