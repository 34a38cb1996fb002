//! The cache from the tables, and from one snapshot the next.

use std::fs::File;
use std::io;

use super::gather::Gather;
use super::snapshot::{self, SnapshotId};
use super::texts::{BlockWriter, TextStore, pack};
use super::{CacheSource, TagCache, category_of};
use crate::library::LibraryError;
use crate::memory::{self, Component};

/// Why a cache could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The snapshot could not be written.
    #[error(transparent)]
    Snapshot(#[from] io::Error),
}

impl TagCache {
    /// Builds it from anything that gives the tables, reading each once, and
    /// holds all of it, texts included.
    pub fn build(source: &dyn CacheSource) -> Result<Self, BuildError> {
        let _scope = memory::scope(Component::TagCache);
        let mut cache = Self::build_arrays(source)?;
        cache.texts = held_texts(source)?;
        Ok(cache)
    }

    /// The same, of the tables as of a commit.
    pub fn build_of(source: &dyn CacheSource, commit: u64) -> Result<Self, BuildError> {
        let mut cache = Self::build(source)?;
        cache.commit = commit;
        Ok(cache)
    }

    /// Builds it from the tables, and writes it to an empty file.
    pub fn write_built(
        source: &dyn CacheSource,
        id: SnapshotId,
        file: &File,
    ) -> Result<(), BuildError> {
        let _scope = memory::scope(Component::TagCache);
        let cache = Self::build_arrays(source)?;
        with_texts(source, |each_text| {
            snapshot::write(&cache, each_text, id, file)
        })
    }

    /// Writes it to an empty file, with all that came since it was built or loaded.
    pub fn write_merged(&mut self, id: SnapshotId, file: &File) -> io::Result<()> {
        let _scope = memory::scope(Component::TagCache);
        self.compact();
        snapshot::write(self, &mut |out| self.texts.copy_to(out), id, file)
    }

    /// All but the texts.
    fn build_arrays(source: &dyn CacheSource) -> Result<Self, LibraryError> {
        let mut cache = Self::default();
        source.for_each_tag(&mut |tag| {
            cache.names.push(tag.id, tag.name);
            cache.set_category(tag.id, tag.category);
            cache.set_extended_category(tag.id, tag.extended_category);
        })?;
        cache.names.finish();
        source.for_each_alias(&mut |alias, tag| cache.aliases.push(alias, tag))?;
        cache.aliases.finish();
        source.for_each_post(&mut |post| cache.posts.put(post))?;
        cache.posts.shrink();
        let mut gather = Gather::new(cache.categories.len());
        source.for_each_post_tag(&mut |post, tag| {
            if gather.push(post, tag) {
                let category = category_of(&cache.categories, tag);
                cache.posts.count_tag(post.0, category, true);
            }
        })?;
        (cache.postings, cache.counts) = gather.finish(cache.posts.universe());
        cache.categories.shrink_to_fit();
        cache.counts.shrink_to_fit();
        Ok(cache)
    }
}

fn held_texts(source: &dyn CacheSource) -> Result<TextStore, BuildError> {
    with_texts(source, |each_text| TextStore::held(each_text))
}

/// Lets `write` ask for the texts of the source; whatever fails first is told.
fn with_texts<T>(
    source: &dyn CacheSource,
    write: impl FnOnce(&mut dyn FnMut(&mut BlockWriter<'_>) -> io::Result<()>) -> io::Result<T>,
) -> Result<T, BuildError> {
    let mut failed = None;
    let written = write(&mut |out| {
        let mut pushed = Ok(());
        let read = source.for_each_texts(&mut |post, texts| {
            if pushed.is_ok() {
                pushed = out.push(post.0, &pack(texts));
            }
        });
        if let Err(err) = read {
            failed = Some(err);
            return Err(io::Error::other("the texts could not be read"));
        }
        pushed
    });
    match failed {
        Some(err) => Err(err.into()),
        None => Ok(written?),
    }
}
