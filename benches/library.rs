//! What the library costs in time: writing a batch, reading what a start reads.

#![allow(
    clippy::expect_used,
    reason = "a bench that can't be set up should stop and say so"
)]

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use kobako::library::{Library, OpenOptions, Writer};
use kobako::model::{
    FileDraft, FileFormat, FileStamp, Md5, PictureFacts, PostDraft, PostId, TagDraft,
};

const BATCH: u64 = 256;
const TAGS_PER_POST: u64 = 48;
const NUM_POSTS: u64 = 15_104;
const NUM_TAGS: u64 = 21_000;

/// Tags grow rarer by their number, as real ones do.
fn draft(id: u64) -> PostDraft {
    let mut state = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let tags = (0..TAGS_PER_POST).map(|_| {
        let tag = (NUM_TAGS as f64).powf(random()) as u64;
        TagDraft {
            name: format!("some_tag_{tag}"),
            ..Default::default()
        }
    });
    PostDraft {
        tags: tags.collect(),
        file: Some(FileDraft {
            path: PathBuf::from(format!("/pictures/folder {}/picture {id}.png", id % 100)),
            stamp: FileStamp {
                size: id,
                modified_ns: 1,
            },
            sidecar_stamp: 1,
        }),
        md5: Some(Md5(u128::from(id)
            .wrapping_mul(0xdead_beef_1234_5677_89ab_cdef)
            .to_le_bytes())),
        picture: Some(PictureFacts {
            format: FileFormat::Png,
            width: 1000,
            height: 1000,
            is_animated: false,
            has_alpha: false,
            phash: id,
            color_hash: id,
            thumbnail: vec![0; 12_000],
        }),
        ..PostDraft::default()
    }
}

fn write(writer: &mut Writer, first: u64) {
    let drafts: Vec<_> = (first..first + BATCH).map(draft).collect();
    black_box(writer.write_batch(&drafts).expect("a batch is written"));
}

fn library(dir: &Path) -> Library {
    Library::open(dir, &OpenOptions::default()).expect("a library is made")
}

fn benches(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("a folder is made");
    let library = library(dir.path());
    let mut writer = library.writer().expect("it can be written");
    for first in (0..NUM_POSTS).step_by(BATCH as usize) {
        write(&mut writer, first);
    }
    let mut next = NUM_POSTS;
    let mut group = c.benchmark_group("library");
    group.sample_size(20);
    group.bench_function("write 256 new posts of 48 tags", |b| {
        b.iter(|| {
            write(&mut writer, next);
            next += BATCH;
        });
    });
    group.bench_function("write 256 known posts of 48 tags", |b| {
        b.iter(|| write(&mut writer, 0));
    });
    let reader = library.reader("bench").expect("it can be read");
    group.bench_function("read all tags of all posts", |b| {
        b.iter(|| {
            let mut count = 0_u64;
            reader
                .for_each_post_tag(&mut |_, _| count += 1)
                .expect("they are read");
            black_box(count)
        });
    });
    group.bench_function("read all posts", |b| {
        b.iter(|| reader.for_each_post(&mut |post| _ = black_box(post.id)));
    });
    group.bench_function("read all texts", |b| {
        b.iter(|| reader.for_each_texts(&mut |post, _| _ = black_box(post)));
    });
    group.bench_function("known files", |b| {
        b.iter(|| reader.for_each_known_file(Path::new("/pictures"), &mut |it| _ = black_box(it)));
    });
    let thumbs = library.thumbs().expect("they can be read");
    let mut post = 0;
    group.bench_function("read a thumbnail", |b| {
        b.iter(|| {
            post = post % 10_000 + 1;
            black_box(thumbs.get(PostId(post)))
        });
    });
    group.bench_function("read one post", |b| {
        b.iter(|| {
            post = post % 10_000 + 1;
            black_box(reader.post(PostId(post)))
        });
    });
    group.finish();
}

criterion_group!(library_benches, benches);
criterion_main!(library_benches);
