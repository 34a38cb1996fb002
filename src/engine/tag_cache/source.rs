//! Where the cache reads the tables from.

use std::collections::HashMap;

use crate::library::{LibraryError, PostColumns, PostTexts, Reader, TagRow};
use crate::model::{Category, PostDraft, PostId, TagId};

/// The library, or a model of one in tests and benches.
pub trait CacheSource {
    /// In order of id.
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError>;

    /// In order of id.
    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError>;

    /// In order of post.
    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError>;

    /// Other names of tags, in order.
    fn for_each_alias(&self, f: &mut dyn FnMut(&str, TagId)) -> Result<(), LibraryError>;

    /// In order of post; those without texts may be left out.
    fn for_each_texts(&self, f: &mut dyn FnMut(PostId, &PostTexts)) -> Result<(), LibraryError>;
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

    fn for_each_alias(&self, f: &mut dyn FnMut(&str, TagId)) -> Result<(), LibraryError> {
        Reader::for_each_alias(self, f)
    }

    fn for_each_texts(&self, f: &mut dyn FnMut(PostId, &PostTexts)) -> Result<(), LibraryError> {
        Reader::for_each_texts(self, f)
    }
}

/// A library in memory, made of drafts: what tests and benches search without
/// a database. Tags and posts are numbered from 1 in order of appearance.
#[derive(Clone, Debug, Default)]
pub struct MemorySource {
    tags: Vec<(String, Category)>,
    ids: HashMap<String, TagId>,
    posts: Vec<(PostColumns, Vec<TagId>)>,
    aliases: Vec<(String, TagId)>,
    texts: Vec<PostTexts>,
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
            has_alpha: picture.is_some_and(|it| it.has_alpha),
            is_missing: false,
            is_favorite: false,
            has_source: !draft.sources.is_empty() || !draft.source_posts.is_empty(),
            has_text: draft.text.is_some(),
            num_files: u32::from(draft.file.is_some()),
            parent: None,
            rating: draft.rating,
            score: draft.score,
            fav_count: draft.fav_count,
            created_at: draft.created_at,
            imported_at: 0,
            phash: None,
            num_tags: tags.len() as u32,
        };
        self.posts.push((columns, tags));
        let file = draft.file.as_ref();
        let path = file.map(|it| it.path.as_os_str().as_encoded_bytes().to_vec());
        self.texts.push(PostTexts {
            paths: path.into_iter().collect(),
            text: draft.text.clone(),
            sources: draft.sources.clone(),
        });
        id
    }

    /// Makes `alias` another name of a tag, which is made where it is new.
    pub fn push_alias(&mut self, alias: &str, name: &str) {
        let tag = self.tag(name, Category::default());
        self.aliases.push((alias.to_owned(), tag));
    }

    /// What is not in a draft: parents, favourites, missing files.
    pub fn columns_mut(&mut self, post: PostId) -> Option<&mut PostColumns> {
        self.posts
            .get_mut(post.index().checked_sub(1)?)
            .map(|it| &mut it.0)
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
                extended_category: None,
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

    fn for_each_alias(&self, f: &mut dyn FnMut(&str, TagId)) -> Result<(), LibraryError> {
        self.aliases.iter().for_each(|(alias, tag)| f(alias, *tag));
        Ok(())
    }

    fn for_each_texts(&self, f: &mut dyn FnMut(PostId, &PostTexts)) -> Result<(), LibraryError> {
        for (post, texts) in self.posts.iter().zip(&self.texts) {
            f(post.0.id, texts);
        }
        Ok(())
    }
}
