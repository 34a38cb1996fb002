//! Where the cache reads the three tables from.

use std::collections::HashMap;

use crate::library::{LibraryError, PostColumns, Reader, TagRow};
use crate::model::{Category, PostDraft, PostId, TagId};

/// The library, or a model of one in tests and benches.
pub trait CacheSource {
    /// In order of id.
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError>;

    /// In order of id.
    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError>;

    /// In order of post.
    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError>;
}

impl CacheSource for Reader {
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        Reader::for_each_tag(self, f)
    }

    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        Reader::for_each_post(self, f)
    }

    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        Reader::for_each_post_tag(self, f)
    }
}

/// A library in memory, made of drafts: what tests and benches search without
/// a database. Tags and posts are numbered from 1 in order of appearance.
#[derive(Clone, Debug, Default)]
pub struct MemorySource {
    tags: Vec<(String, Category)>,
    ids: HashMap<String, TagId>,
    posts: Vec<(PostColumns, Vec<TagId>)>,
}

impl MemorySource {
    pub fn push(&mut self, draft: &PostDraft) -> PostId {
        let mut tags: Vec<TagId> = draft
            .tags
            .iter()
            .map(|tag| self.tag(&tag.name, tag.category.unwrap_or_default()))
            .collect();
        tags.sort_unstable();
        tags.dedup();
        let id = PostId(self.posts.len() as u32 + 1);
        let picture = draft.picture.as_ref();
        let columns = PostColumns {
            id,
            md5: draft.md5,
            format: picture.map(|it| it.format),
            width: picture.map_or(0, |it| it.width),
            height: picture.map_or(0, |it| it.height),
            file_size: draft.file.as_ref().map_or(0, |it| it.stamp.size),
            is_animated: picture.is_some_and(|it| it.is_animated),
            is_missing: false,
            rating: draft.rating,
            score: draft.score.unwrap_or(0),
            fav_count: draft.fav_count.unwrap_or(0),
            created_at: draft.created_at,
            imported_at: 0,
            phash: None,
            num_tags: tags.len() as u32,
        };
        self.posts.push((columns, tags));
        id
    }

    fn tag(&mut self, name: &str, category: Category) -> TagId {
        if let Some(&id) = self.ids.get(name) {
            return id;
        }
        self.tags.push((name.to_owned(), category));
        let id = TagId(self.tags.len() as u32);
        self.ids.insert(name.to_owned(), id);
        id
    }
}

impl CacheSource for MemorySource {
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        for (id, (name, category)) in (1..).map(TagId).zip(&self.tags) {
            f(TagRow {
                id,
                name,
                category: *category,
            });
        }
        Ok(())
    }

    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        self.posts.iter().for_each(|it| f(&it.0));
        Ok(())
    }

    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        for (columns, tags) in &self.posts {
            tags.iter().for_each(|tag| f(columns.id, *tag));
        }
        Ok(())
    }
}
