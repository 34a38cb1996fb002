//! Files beside a picture that say what is in it; one file here per format.
//!
//! For `name.jpg` these are looked for: `name.jpg.json`, `name.json`,
//! `name.jpg.txt`, `name.txt` and `name.jpg.tags.txt`. All that exist are read;
//! their tags are united, and of other facts the first in that order is kept.
//!
//! Text is UTF-8, with or without a byte order mark, or UTF-16 with one. Bytes
//! that are not UTF-8 become `U+FFFD` in text files, since one bad tag should
//! not cost the others; in JSON they are an error.

pub(super) mod dates;
pub(super) mod json;
#[cfg(test)]
mod json_tests;
mod lines;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::import::normalise::{self, TagProblem};
use crate::model::{Category, FileStamp, PostDraft, SourcePost, TagDraft};
use crate::picture::file_stamp;

/// The largest sidecar that is read, bytes. Real ones have a few thousand.
pub const MAX_SIDECAR_BYTES: u64 = 1 << 20;

/// What reading a sidecar may take, in times its size: JSON that is nothing but
/// tiny objects takes the most.
const BYTES_PER_BYTE: u64 = 80;

/// Sources kept of one picture; further ones are left out. Real ones have a few.
const MAX_SOURCES: usize = 100;

/// Why a sidecar could not be used; its picture is imported all the same.
#[derive(Debug, thiserror::Error)]
pub enum SidecarError {
    #[error("can't be read: {0}; check its permissions")]
    Io(#[from] std::io::Error),
    #[error("has {size} bytes, more than the {MAX_SIDECAR_BYTES} that are read of a sidecar")]
    TooLarge { size: u64 },
    #[error("changed while it was being read; import it again")]
    Changed,
    #[error("is not valid JSON: {message} (line {line}, column {column})")]
    Json {
        message: String,
        line: usize,
        column: usize,
    },
    #[error("describes {num_posts} posts and none has the md5 that is the picture's name")]
    Ambiguous { num_posts: usize },
    #[error(
        "{count} tags longer than {} characters were left out; shorten them",
        normalise::MAX_TAG_CHARS
    )]
    LongTags { count: usize },
}

/// A sidecar that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    pub path: PathBuf,
    pub stamp: FileStamp,
}

/// Whether a file of this name is looked at beside a picture, and is no picture.
pub fn is_sidecar_name(path: &Path) -> bool {
    const EXTENSIONS: [&str; 3] = ["json", "txt", "xmp"];
    path.extension()
        .and_then(|it| it.to_str())
        .is_some_and(|it| {
            EXTENSIONS
                .iter()
                .any(|known| it.eq_ignore_ascii_case(known))
        })
}

/// A file that says something of others by its name: never a picture.
fn speaks(path: &Path) -> bool {
    const EXTENSIONS: [&str; 7] = ["jsonl", "ndjson", "csv", "xz", "db", "sqlite", "sqlite3"];
    let extension = path.extension().and_then(|it| it.to_str());
    is_sidecar_name(path)
        || extension.is_some_and(|it| {
            EXTENSIONS
                .iter()
                .any(|known| it.eq_ignore_ascii_case(known))
        })
}

/// The sidecars of a picture, in the order in which they are read.
pub fn find(picture: &Path) -> Vec<Sidecar> {
    let Some(name) = picture.file_name() else {
        return Vec::new();
    };
    let with_suffix = |suffix: &str| {
        let mut name: OsString = name.to_owned();
        name.push(suffix);
        picture.with_file_name(name)
    };
    let candidates = [
        with_suffix(".json"),
        picture.with_extension("json"),
        with_suffix(".txt"),
        picture.with_extension("txt"),
        with_suffix(".tags.txt"),
    ];
    let mut found: Vec<Sidecar> = Vec::new();
    for path in candidates {
        // A name without an extension has the same candidate twice.
        if found.iter().any(|it| it.path == path) {
            continue;
        }
        if let Ok(metadata) = std::fs::metadata(&path)
            && metadata.is_file()
        {
            found.push(Sidecar {
                path,
                stamp: file_stamp(&metadata),
            });
        }
    }
    found
}

/// The pictures that a sidecar may be about: those it is named after that exist.
pub fn pictures_of(sidecar: &Path) -> Vec<PathBuf> {
    let mut stem = sidecar.with_extension("");
    let is_tags = stem.extension().is_some_and(|it| it == "tags");
    if is_tags && !stem.is_file() {
        stem.set_extension("");
    }
    if stem.is_file() {
        return vec![stem];
    }
    let Some(folder) = sidecar.parent() else {
        return Vec::new();
    };
    std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|it| it.path())
        .filter(|it| it.file_stem() == stem.file_name() && !speaks(it) && it.is_file())
        .collect()
}

/// One number for a picture's sidecars that changes when any of them changes,
/// comes or goes; 0 for none.
pub fn stamp_of(sidecars: &[Sidecar]) -> i64 {
    // FNV-1a.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for Sidecar { path, stamp } in sidecars {
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        let size = stamp.size.to_le_bytes();
        let modified = stamp.modified_ns.to_le_bytes();
        for byte in name.iter().chain(&size).chain(&modified) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
    if sidecars.is_empty() {
        0
    } else {
        // 0 means none.
        (hash as i64).max(i64::MIN + 1) | 1
    }
}

/// What sidecars say, gathered into a draft without its file.
#[derive(Debug, Default)]
pub struct Facts {
    pub draft: PostDraft,
    /// Where a tag is in the draft, by name.
    tag_indices: HashMap<String, usize>,
    pub(super) num_long_tags: usize,
}

impl Facts {
    /// Adds a tag as written; one that has no name is dropped, a long one counted.
    pub(super) fn add_tag(&mut self, text: &str, category: Option<Category>) {
        match normalise::tag(text, category) {
            Ok(tag) => self.merge_tag(tag),
            Err(TagProblem::Empty) => {}
            Err(TagProblem::TooLong) => self.num_long_tags += 1,
        }
    }

    /// A category that says something wins over one that doesn't.
    pub(super) fn merge_tag(&mut self, tag: TagDraft) {
        let tags = &mut self.draft.tags;
        let known = self
            .tag_indices
            .get(&tag.name)
            .and_then(|index| tags.get_mut(*index));
        match known {
            Some(known) => {
                if matches!(known.category, None | Some(Category::General))
                    && tag.category.is_some()
                {
                    known.category = tag.category;
                }
                if known.spelling.is_none() {
                    known.spelling = tag.spelling;
                }
            }
            None => {
                self.tag_indices.insert(tag.name.clone(), tags.len());
                tags.push(tag);
            }
        }
    }

    pub(super) fn add_source(&mut self, source: &str) {
        let source = source.trim();
        let known = &mut self.draft.sources;
        if known.len() < MAX_SOURCES && !source.is_empty() && !known.iter().any(|it| it == source) {
            known.push(source.to_owned());
        }
    }

    pub(super) fn add_source_post(&mut self, site: &str, id: u64) {
        let post = SourcePost {
            site: site.to_owned(),
            id,
        };
        if !self.draft.source_posts.contains(&post) {
            self.draft.source_posts.push(post);
        }
    }

    pub(super) fn add_text(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match &mut self.draft.text {
            Some(known) if known.contains(text) => {}
            Some(known) => {
                known.push('\n');
                known.push_str(text);
            }
            None => self.draft.text = Some(text.to_owned()),
        }
    }

    /// Adds what another sidecar of the same picture says.
    fn merge(&mut self, other: Self) {
        let Self {
            draft:
                PostDraft {
                    file: _,
                    md5: _,
                    picture: _,
                    tags,
                    rating,
                    score,
                    fav_count,
                    sources,
                    source_posts,
                    created_at,
                    is_favorite,
                    parent,
                    pools,
                    removed_tags,
                    imported_at,
                    text,
                    is_partial,
                },
            tag_indices: _,
            num_long_tags,
        } = other;
        for tag in tags {
            self.merge_tag(tag);
        }
        for source in sources {
            self.add_source(&source);
        }
        for post in source_posts {
            self.add_source_post(&post.site, post.id);
        }
        if let Some(text) = text {
            self.add_text(&text);
        }
        let draft = &mut self.draft;
        draft.rating = draft.rating.or(rating);
        draft.score = draft.score.or(score);
        draft.fav_count = draft.fav_count.or(fav_count);
        draft.created_at = draft.created_at.or(created_at);
        draft.is_favorite = draft.is_favorite.or(is_favorite);
        draft.parent = draft.parent.take().or(parent);
        draft.pools.extend(pools);
        draft.removed_tags.extend(removed_tags);
        draft.imported_at = draft.imported_at.or(imported_at);
        draft.is_partial |= is_partial;
        self.num_long_tags += num_long_tags;
    }
}

/// Bytes that [`read_all`] may take; mostly far more than it does.
pub fn needed_bytes(sidecars: &[Sidecar]) -> u64 {
    let sizes = sidecars.iter().map(|it| it.stamp.size);
    let read = sizes.filter(|size| *size <= MAX_SIDECAR_BYTES);
    read.sum::<u64>() * BYTES_PER_BYTE
}

/// Bytes that the texts of a draft take.
pub fn held_bytes(draft: &PostDraft) -> u64 {
    let PostDraft {
        tags,
        sources,
        source_posts: _,
        text,
        ..
    } = draft;
    let tag_texts = tags.iter().map(|it| {
        let TagDraft {
            name,
            category: _,
            spelling,
            origin: _,
            extended_category,
        } = it;
        let others = [spelling, extended_category].into_iter().flatten();
        name.capacity() + others.map(String::capacity).sum::<usize>()
    });
    let source_texts = sources.iter().map(String::capacity);
    let texts = tag_texts.chain(source_texts).sum::<usize>();
    let text = text.as_ref().map_or(0, String::capacity);
    (tags.capacity() * size_of::<TagDraft>() + texts + text) as u64
}

/// Reads all sidecars of `picture`. Those that can't be used are told to
/// `failed`, and make the draft partial.
pub fn read_all(
    picture: &Path,
    sidecars: &[Sidecar],
    mut failed: impl FnMut(&Sidecar, SidecarError),
) -> PostDraft {
    let mut all = Facts::default();
    for sidecar in sidecars {
        match read(picture, sidecar) {
            Ok(facts) => {
                if facts.num_long_tags > 0 {
                    let count = facts.num_long_tags;
                    failed(sidecar, SidecarError::LongTags { count });
                }
                all.merge(facts);
            }
            Err(err) => {
                all.draft.is_partial = true;
                failed(sidecar, err);
            }
        }
    }
    all.draft
}

/// No more than the size that [`needed_bytes`] went by.
fn read(picture: &Path, sidecar: &Sidecar) -> Result<Facts, SidecarError> {
    let Sidecar { path, stamp } = sidecar;
    let size = stamp.size;
    if size > MAX_SIDECAR_BYTES {
        return Err(SidecarError::TooLarge { size });
    }
    let mut bytes = Vec::new();
    let read = File::open(path)?.take(size + 1).read_to_end(&mut bytes)?;
    if read as u64 != size {
        return Err(SidecarError::Changed);
    }
    let is_json = path
        .extension()
        .is_some_and(|it| it.eq_ignore_ascii_case("json"));
    if is_json {
        let stem = picture.file_stem().unwrap_or_default().to_string_lossy();
        json::parse(&to_utf8(bytes), &stem)
    } else {
        let text = to_utf8(bytes);
        Ok(lines::parse(&String::from_utf8_lossy(&text)))
    }
}

/// Strips a byte order mark; turns UTF-16 that has one into UTF-8.
fn to_utf8(bytes: Vec<u8>) -> Vec<u8> {
    let wide = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.chunks_exact(2).map(|it| unit([it[0], it[1]]));
        char::decode_utf16(units)
            .map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect::<String>()
            .into_bytes()
    };
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => rest.to_vec(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => bytes,
    }
}

/// What a namespace of a tag means: `character:`, `Mangaka:`, `rating:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Namespace {
    Tag(Category),
    Rating,
}

/// The namespaces that Hydrus, zerochan, Derpibooru and others write; any other
/// is part of the tag, since tags have colons of their own.
fn namespace(name: &str) -> Option<Namespace> {
    Some(match name.trim().to_ascii_lowercase().as_str() {
        "rating" => Namespace::Rating,
        other => Namespace::Tag(category_named(other)?),
    })
}

/// The category that a word means in any of the sites' languages.
fn category_named(word: &str) -> Option<Category> {
    Some(match word {
        "general" | "tag" | "tags" | "theme" => Category::General,
        "artist" | "creator" | "mangaka" | "author" | "circle" => Category::Artist,
        "copyright" | "copyrights" | "series" | "game" | "parody" | "franchise" => {
            Category::Copyright
        }
        "character" | "characters" | "person" => Category::Character,
        "species" => Category::Species,
        "meta" | "metadata" | "medium" | "source" => Category::Meta,
        "lore" | "contributor" | "invalid" | "other" => Category::Other,
        _ => return None,
    })
}

/// Adds one tag that may have a namespace.
fn add_namespaced(facts: &mut Facts, text: &str) {
    let Some((prefix, rest)) = text.split_once(':') else {
        return facts.add_tag(text, None);
    };
    match namespace(prefix) {
        Some(Namespace::Rating) => match json::rating_named(rest) {
            Some(rating) => facts.draft.rating = Some(rating),
            None => facts.add_tag(text, None),
        },
        Some(Namespace::Tag(category)) if !rest.trim().is_empty() => {
            facts.add_tag(rest.trim(), Some(category));
        }
        _ => facts.add_tag(text, None),
    }
}
