//! What tells two posts apart: facts side by side, and tags that one of them has
//! alone.

use std::cmp::Reverse;

use crate::app::text;
use crate::message::{PostDetails, PostTag};
use crate::model::{Category, FileFormat, PostId};

use super::look::Side;

/// A line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub name: &'static str,
    pub left: String,
    pub right: String,
    /// The side that has more to keep, where that can be said.
    pub better: Option<Side>,
}

/// Tags that one of two posts has alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagsApart {
    pub left: Vec<(String, Category)>,
    pub right: Vec<(String, Category)>,
    pub num_common: usize,
}

impl Fact {
    fn new(name: &'static str, left: String, right: String) -> Self {
        Self {
            name,
            left,
            right,
            better: None,
        }
    }

    fn with_more<T: PartialOrd>(mut self, left: T, right: T) -> Self {
        self.better = match left.partial_cmp(&right) {
            Some(std::cmp::Ordering::Greater) => Some(Side::Left),
            Some(std::cmp::Ordering::Less) => Some(Side::Right),
            _ => None,
        };
        self
    }

    pub fn differs(&self) -> bool {
        self.left != self.right
    }
}

pub fn facts(left: &PostDetails, right: &PostDetails) -> Vec<Fact> {
    let both = |of: &dyn Fn(&PostDetails) -> String| (of(left), of(right));
    let fact = |name, of: &dyn Fn(&PostDetails) -> String| {
        let (left, right) = both(of);
        Fact::new(name, left, right)
    };
    let area = |it: &PostDetails| u64::from(it.width) * u64::from(it.height);
    vec![
        fact(
            text::duplicates::DIMENSIONS,
            &|it| match (it.width, it.height) {
                (0, _) | (_, 0) => text::duplicates::UNKNOWN.to_owned(),
                (width, height) => format!("{width} × {height}"),
            },
        )
        .with_more(area(left), area(right)),
        fact(text::duplicates::FILE_SIZE, &|it| text::bytes(it.file_size))
            .with_more(left.file_size, right.file_size),
        fact(text::duplicates::FORMAT, &format_text)
            .with_more(is_lossless(left), is_lossless(right)),
        fact(text::duplicates::MADE, &|it| {
            it.created_at
                .map_or_else(|| text::duplicates::UNKNOWN.to_owned(), text::date)
        }),
        fact(text::duplicates::IMPORTED, &|it| text::date(it.imported_at)),
        fact(text::duplicates::TAGS, &|it| {
            text::count(it.tags.len() as u64)
        })
        .with_more(left.tags.len(), right.tags.len()),
        fact(text::duplicates::RATING, &|it| {
            it.rating
                .map_or(text::duplicates::NONE, |it| it.name())
                .to_owned()
        }),
        fact(text::duplicates::SOURCES, &|it| {
            listed(it.sources.iter().cloned())
        })
        .with_more(left.sources.len(), right.sources.len()),
        fact(text::duplicates::FILES, &|it| {
            listed(it.files.iter().map(|file| {
                let path = file.path.display().to_string();
                let path = text::path_on_screen(&path).into_owned();
                if file.is_missing {
                    text::duplicates::missing_file(&path)
                } else {
                    path
                }
            }))
        }),
    ]
}

fn listed(items: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = items.collect();
    if all.is_empty() {
        text::duplicates::NONE.to_owned()
    } else {
        all.join("\n")
    }
}

fn format_text(details: &PostDetails) -> String {
    let Some(format) = details.format else {
        return text::duplicates::UNKNOWN.to_owned();
    };
    let format = format.extension().to_uppercase();
    if details.is_animated {
        text::viewer::animated(&format)
    } else {
        format
    }
}

fn is_lossless(details: &PostDetails) -> bool {
    details.format.is_some_and(FileFormat::is_lossless)
}

/// The one that has most to keep: a file that is there, then more pixels, a format
/// that keeps them all, a larger file, more tags; the oldest of equal ones.
pub fn best<'a>(all: impl Iterator<Item = &'a PostDetails>) -> Option<PostId> {
    let worth = |it: &PostDetails| {
        (
            it.files.iter().any(|file| !file.is_missing),
            u64::from(it.width) * u64::from(it.height),
            is_lossless(it),
            it.file_size,
            it.tags.len(),
            Reverse(it.id),
        )
    };
    let mut best: Option<&PostDetails> = None;
    for details in all {
        if best.is_none_or(|it| worth(details) > worth(it)) {
            best = Some(details);
        }
    }
    best.map(|it| it.id)
}

pub fn tags_apart(left: &PostDetails, right: &PostDetails) -> TagsApart {
    let alone = |here: &[PostTag], there: &[PostTag]| -> Vec<(String, Category)> {
        let ids: std::collections::HashSet<_> = there.iter().map(|it| it.id).collect();
        let alone = here.iter().filter(|it| !ids.contains(&it.id));
        alone.map(|it| (it.name.clone(), it.category)).collect()
    };
    let left_alone = alone(&left.tags, &right.tags);
    TagsApart {
        num_common: left.tags.len() - left_alone.len(),
        right: alone(&right.tags, &left.tags),
        left: left_alone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TagId;

    fn details(id: u32, size: [u32; 2], tags: &[u32]) -> PostDetails {
        PostDetails {
            id: PostId(id),
            phash: None,
            color_hash: None,
            md5: None,
            files: Vec::new(),
            format: Some(FileFormat::Jpeg),
            width: size[0],
            height: size[1],
            file_size: u64::from(size[0] * size[1]),
            is_animated: false,
            rating: None,
            score: None,
            is_favorite: false,
            fav_count: None,
            tags: tags
                .iter()
                .map(|it| PostTag {
                    id: TagId(*it),
                    name: format!("tag_{it}"),
                    category: Category::General,
                    count: 1,
                })
                .collect(),
            sources: Vec::new(),
            source_posts: Vec::new(),
            text: None,
            created_at: None,
            modified_at: None,
            imported_at: 0,
        }
    }

    #[test]
    fn the_larger_one_is_better() {
        let small = details(1, [100, 50], &[1, 2, 3]);
        let large = details(2, [200, 100], &[3]);
        let facts = facts(&small, &large);
        let better = |name: &str| facts.iter().find(|it| it.name == name).unwrap().better;
        assert_eq!(better("Dimensions"), Some(Side::Right));
        assert_eq!(better("Tags"), Some(Side::Left));
        assert_eq!(better("Format"), None);
    }

    #[test]
    fn the_best_has_most_pixels_then_most_tags() {
        let small = details(1, [100, 50], &[1, 2, 3]);
        let large = details(2, [200, 100], &[3]);
        let tagged = details(3, [200, 100], &[3, 4]);
        let all = [&small, &large, &tagged];
        assert_eq!(best(all.into_iter()), Some(PostId(3)));
        assert_eq!(best(all.into_iter().take(2)), Some(PostId(2)));
        assert_eq!(best(std::iter::empty()), None);
    }

    #[test]
    fn tags_of_one_alone_are_told_from_common_ones() {
        let apart = tags_apart(
            &details(1, [1, 1], &[1, 2, 3]),
            &details(2, [1, 1], &[3, 4]),
        );
        let names = |tags: &[(String, Category)]| -> Vec<String> {
            tags.iter().map(|it| it.0.clone()).collect()
        };
        assert_eq!(names(&apart.left), ["tag_1", "tag_2"]);
        assert_eq!(names(&apart.right), ["tag_4"]);
        assert_eq!(apart.num_common, 1);
    }
}
