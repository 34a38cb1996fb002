//! Everything about one post, from its rows and the tag cache.

use crate::engine::tag_cache::TagCache;
use crate::library::{PostRecord, Reader};
use crate::message::{PostDetails, PostFile, PostTag};
use crate::model::{Category, PostId};

/// Reads a post; `Err` says why it can't be shown.
pub(super) fn post_details(
    reader: &Reader,
    cache: &TagCache,
    post: PostId,
) -> Result<PostDetails, String> {
    let record = reader
        .post(post)
        .map_err(|err| format!("Post {post} can't be read: {err}"))?
        .ok_or_else(|| format!("Post {post} is not in this library any more"))?;
    let PostRecord {
        columns,
        color_hash,
        files,
        modified_at,
        tags,
        sources,
        source_posts,
        text,
    } = record;
    let mut tags: Vec<_> = tags
        .into_iter()
        .map(|(id, name, category)| PostTag {
            id,
            name,
            category,
            count: cache.count(id),
        })
        .collect();
    tags.sort_by(|a, b| (rank(a.category), &a.name).cmp(&(rank(b.category), &b.name)));
    Ok(PostDetails {
        id: post,
        md5: columns.md5,
        phash: columns.phash,
        color_hash,
        files: files
            .into_iter()
            .map(|(path, is_missing)| PostFile { path, is_missing })
            .collect(),
        format: columns.format,
        width: columns.width,
        height: columns.height,
        file_size: columns.file_size,
        is_animated: columns.is_animated,
        rating: columns.rating,
        is_favorite: columns.is_favorite,
        score: columns.score,
        fav_count: columns.fav_count,
        tags,
        sources,
        source_posts,
        text,
        created_at: columns.created_at,
        modified_at,
        imported_at: columns.imported_at,
    })
}

/// Place of a category in the order in which tags are shown.
fn rank(category: Category) -> usize {
    Category::ALL
        .iter()
        .position(|&it| it == category)
        .unwrap_or(Category::ALL.len())
}
