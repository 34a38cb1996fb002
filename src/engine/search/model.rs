//! A library that is small enough to look at every post, for tests.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Lookup, search};
use crate::engine::tag_cache::{
    CacheSource, Glob, MemorySource, NameOrder, NamePart, PostSet, TagCache, TextField, TextQuery,
};
use crate::library::{LibraryError, PoolQuery, PostColumns, PostTexts, TagRow};
use crate::message::SearchError;
use crate::model::{Category, FileDraft, FileStamp, Md5, PostDraft, PostId, TagDraft, TagId};

/// A post and what is not in its draft.
#[derive(Clone, Debug, Default)]
pub(super) struct Post {
    pub tags: BTreeSet<String>,
    pub draft: PostDraft,
    pub parent: Option<u32>,
    pub is_missing: bool,
    pub is_favorite: bool,
    /// Files besides that of the draft.
    pub num_copies: u32,
}

/// What a library is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    /// Numbered from 1.
    pub posts: Vec<Post>,
    /// Of tags that are not general; with a finer one, if any.
    pub categories: BTreeMap<String, (Category, Option<String>)>,
    /// Other name, name.
    pub aliases: Vec<(String, String)>,
    /// Numbered from 1; name, posts in order.
    pub pools: Vec<(String, Vec<u32>)>,
}

pub(super) struct Library {
    pub contents: Contents,
    pub cache: TagCache,
}

/// A [`MemorySource`] with finer categories.
struct Source<'a> {
    memory: MemorySource,
    contents: &'a Contents,
}

impl CacheSource for Source<'_> {
    fn for_each_tag(&self, f: &mut dyn FnMut(TagRow<'_>)) -> Result<(), LibraryError> {
        self.memory.for_each_tag(&mut |row| {
            let known = self.contents.categories.get(row.name);
            f(TagRow {
                extended_category: known.and_then(|it| it.1.as_deref()),
                ..row
            });
        })
    }

    fn for_each_post(&self, f: &mut dyn FnMut(&PostColumns)) -> Result<(), LibraryError> {
        self.memory.for_each_post(f)
    }

    fn for_each_post_tag(&self, f: &mut dyn FnMut(PostId, TagId)) -> Result<(), LibraryError> {
        self.memory.for_each_post_tag(f)
    }

    fn for_each_alias(&self, f: &mut dyn FnMut(&str, TagId)) -> Result<(), LibraryError> {
        self.memory.for_each_alias(f)
    }

    fn for_each_texts(&self, f: &mut dyn FnMut(PostId, &PostTexts)) -> Result<(), LibraryError> {
        self.memory.for_each_texts(f)
    }
}

impl Contents {
    pub fn into_library(self) -> Library {
        let mut memory = MemorySource::default();
        for post in &self.posts {
            let mut draft = post.draft.clone();
            draft.tags = post.tags.iter().map(|it| self.tag(it)).collect();
            let id = memory.push(&draft);
            let columns = memory.columns_mut(id).unwrap();
            columns.parent = post.parent.map(PostId);
            columns.is_missing = post.is_missing;
            columns.is_favorite = post.is_favorite;
            columns.num_files += post.num_copies;
        }
        for (alias, name) in &self.aliases {
            memory.push_alias(alias, name);
        }
        let contents = &self;
        let cache = TagCache::build(&Source { memory, contents }).unwrap();
        let contents = self;
        Library { contents, cache }
    }

    fn tag(&self, name: &str) -> TagDraft {
        TagDraft {
            name: name.to_owned(),
            category: self.categories.get(name).map(|it| it.0),
            ..Default::default()
        }
    }

    /// What a name stands for: itself where there is such a tag.
    pub fn resolve<'a>(&'a self, name: &'a str) -> &'a str {
        let is_tag = self.posts.iter().any(|it| it.tags.contains(name))
            || self.aliases.iter().any(|it| it.1 == name);
        let alias = self.aliases.iter().find(|it| it.0 == name);
        match alias {
            Some((_, tag)) if !is_tag => tag,
            _ => name,
        }
    }
}

impl Post {
    /// The texts that a field is looked for in.
    fn texts(&self, field: TextField) -> Vec<String> {
        let path = self.draft.file.as_ref().map(|it| it.path.clone());
        let path = path.unwrap_or_default();
        let shown = |it: Option<&std::ffi::OsStr>| {
            it.map(|it| it.to_string_lossy().into_owned())
                .into_iter()
                .collect()
        };
        match field {
            TextField::FileName => shown(path.file_name()),
            TextField::Path => shown(self.draft.file.is_some().then_some(path.as_os_str())),
            TextField::Folder => shown(path.parent().map(Path::as_os_str)),
            TextField::Text => self.draft.text.clone().into_iter().collect(),
            TextField::Source => self.draft.sources.clone(),
        }
    }

    pub fn has_text(&self, query: &TextQuery) -> bool {
        let pattern = query.pattern.to_lowercase();
        self.texts(query.field).iter().any(|it| {
            let text = it.to_lowercase();
            if pattern.contains('*') {
                Glob::new(pattern.as_str()).matches(text.as_bytes())
            } else {
                text.contains(&pattern)
            }
        })
    }
}

impl Library {
    pub fn post(&self, id: u32) -> &Post {
        &self.contents.posts[id as usize - 1]
    }

    pub fn ids(&self, query: &str) -> Vec<u32> {
        let result = search(query, 1, &self.cache, self, &|| false);
        let result = result.unwrap_or_else(|err| panic!("{query}: {err}"));
        result.into_posts().iter().map(|it| it.0).collect()
    }

    pub fn error(&self, query: &str) -> SearchError {
        match search(query, 1, &self.cache, self, &|| false) {
            Err(super::SearchFailure::Query(err)) => err,
            other => panic!("{query}: {other:?}"),
        }
    }
}

/// A character, or a number: its length and digits without zeros before it.
type NameToken = (u8, usize, String);

impl Library {
    /// What names are ordered by, token by token.
    fn name_key(&self, post: PostId, part: NamePart) -> Option<Vec<NameToken>> {
        let file = self.post(post.0).draft.file.as_ref()?;
        let path = file.path.to_string_lossy().to_lowercase();
        Some(name_tokens(match part {
            NamePart::FileName => path.rsplit('/').next().unwrap_or_default(),
            NamePart::Path => &path,
        }))
    }
}

fn name_tokens(name: &str) -> Vec<NameToken> {
    let mut tokens = Vec::new();
    let mut rest = name.as_bytes();
    while let [first, after @ ..] = rest {
        let num_digits = rest.iter().take_while(|it| it.is_ascii_digit()).count();
        if num_digits == 0 {
            let rank = if *first == b'/' { 0 } else { *first };
            tokens.push((rank, 0, String::new()));
            rest = after;
            continue;
        }
        let (digits, after) = rest.split_at(num_digits);
        let digits = String::from_utf8_lossy(digits);
        let digits = digits.trim_start_matches('0');
        // As all digits, among other characters.
        tokens.push((b'0', digits.len(), digits.to_owned()));
        rest = after;
    }
    tokens
}

impl Lookup for Library {
    fn posts_with_text(
        &self,
        query: &TextQuery,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        if is_cancelled() {
            return Ok(None);
        }
        let posts = (1..).zip(&self.contents.posts);
        let found = posts.filter(|it| it.1.has_text(query));
        Ok(Some(found.map(|it| PostId(it.0)).collect()))
    }

    fn posts_by_name(
        &self,
        set: &PostSet,
        order: NameOrder,
        _is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        let mut posts = Vec::new();
        set.for_each(|id| posts.push(PostId(id)));
        posts.sort_by_key(|post| (self.name_key(*post, order.part), *post));
        let num_nameless = posts.partition_point(|it| self.name_key(*it, order.part).is_none());
        let mut nameless: Vec<PostId> = posts.drain(..num_nameless).collect();
        if !order.ascending {
            posts.reverse();
        }
        nameless.reverse();
        posts.extend(nameless);
        Ok(Some(posts))
    }

    fn posts_below(
        &self,
        folder: &Path,
        _is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Option<Vec<PostId>>, LibraryError> {
        let posts = (1..).zip(&self.contents.posts);
        let found = posts.filter(|it| {
            let file = it.1.draft.file.as_ref();
            file.is_some_and(|file| file.path.starts_with(folder))
        });
        Ok(Some(found.map(|it| PostId(it.0)).collect()))
    }

    fn post_by_md5(&self, md5: Md5) -> Result<Option<PostId>, LibraryError> {
        let mut posts = (1..).zip(&self.contents.posts);
        let found = posts.find(|it| it.1.draft.md5 == Some(md5));
        Ok(found.map(|it| PostId(it.0)))
    }

    fn posts_in_pool(&self, query: &PoolQuery) -> Result<Vec<PostId>, LibraryError> {
        let matches = |id: u32, name: &str| match query {
            PoolQuery::Any => true,
            PoolQuery::Id(wanted) => id == *wanted,
            PoolQuery::Name(wanted) => name == wanted,
            PoolQuery::Parts(parts) => Glob::new(parts.join("*")).matches(name.as_bytes()),
        };
        let pools = (1..).zip(&self.contents.pools);
        let pools = pools.filter(|(id, pool)| matches(*id, &pool.0));
        let posts = pools.flat_map(|it| it.1.1.iter().copied().map(PostId));
        Ok(posts.collect())
    }
}

pub(super) fn post(tags: &[&str]) -> Post {
    Post {
        tags: tags.iter().map(|it| (*it).to_owned()).collect(),
        ..Default::default()
    }
}

/// A file, of which nothing but its path means anything.
pub(super) fn file(path: &str) -> Option<FileDraft> {
    Some(FileDraft {
        path: PathBuf::from(path),
        stamp: FileStamp {
            size: path.len() as u64,
            modified_ns: 0,
        },
        sidecar_stamp: 0,
    })
}

pub(super) fn library(posts: &[(&[&str], PostDraft)]) -> Library {
    let posts = posts.iter().map(|(tags, draft)| Post {
        draft: draft.clone(),
        ..post(tags)
    });
    let posts = posts.collect();
    Contents {
        posts,
        ..Default::default()
    }
    .into_library()
}

pub(super) fn tagged(posts: &[&[&str]]) -> Library {
    let posts: Vec<_> = posts.iter().map(|it| (*it, PostDraft::default())).collect();
    library(&posts)
}
