//! What accounting costs: entering a component, allocating in one, a sample, a
//! whole report. What it costs other work is in `accounting.rs`.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kobako::memory::{self, Component, Recorder};

fn components(criterion: &mut Criterion) {
    memory::adopt_thread(Component::Engine);
    let mut group = criterion.benchmark_group("memory");
    group.bench_function("enter and leave, Rust", |bencher| {
        bencher.iter(|| drop(black_box(memory::scope(Component::TagCache))));
    });
    group.bench_function("enter and leave, C and C++ too", |bencher| {
        bencher.iter(|| drop(black_box(memory::native_scope(Component::Similarity))));
    });
    group.bench_function("allocate and free 64 bytes, at home", |bencher| {
        bencher.iter(|| drop(black_box(vec![0u8; 64])));
    });
    group.bench_function("allocate and free 64 bytes, in a scope", |bencher| {
        let _scope = memory::scope(Component::TagCache);
        bencher.iter(|| drop(black_box(vec![0u8; 64])));
    });
    group.bench_function("sample", |bencher| {
        let mut recorder = Recorder::new();
        bencher.iter(|| black_box(recorder.sample()));
    });
    group.bench_function("walk, recorded", |bencher| {
        let mut recorder = Recorder::new();
        bencher.iter(|| black_box(recorder.walk()));
    });
    group.bench_function("report", |bencher| {
        bencher.iter(|| black_box(memory::report()));
    });
    group.finish();
}

criterion_group!(benches, components);
criterion_main!(benches);
