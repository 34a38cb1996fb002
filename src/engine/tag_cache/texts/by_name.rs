//! Posts in order of the names of their files.
//!
//! Names are not held: they are read for each such search, as for one by text. Until
//! they are in order, those of the posts in question are in memory.

use std::io;

use super::block::Records;
use super::natural::push_natural;
use super::record::{Fields, PATH};
use super::store::TextStore;
use crate::engine::tag_cache::PostSet;
use crate::model::PostId;

/// Sorted between two looks at whether the search was cancelled: some milliseconds.
const SORTED_AT_ONCE: usize = 1 << 13;

/// Of the names in one piece of memory.
const REST_BYTES: usize = 1 << 20;

/// What of a path posts are ordered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamePart {
    /// The last part.
    FileName,
    /// Folder by folder.
    Path,
}

/// By which part of the path, and whether from the first name on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameOrder {
    pub part: NamePart,
    pub ascending: bool,
}

/// A post, and where what its name is ordered by lies.
struct Named {
    /// The first bytes of it, which nearly always tell.
    first: u64,
    post: u32,
    /// Of the rest: which part of [`Names::rests`], and where in it.
    part: u32,
    start: u32,
    len: u32,
}

/// What posts are ordered by, as [`push_natural`] makes it.
#[derive(Default)]
struct Names {
    /// In parts, which never move: a list that grows is there twice while it does.
    rests: Vec<Vec<u8>>,
    named: Vec<Named>,
    key: Vec<u8>,
}

impl Names {
    fn push(&mut self, post: u32, fields: &[u8], part: NamePart) {
        let path = Fields { rest: fields }.find(|it| it.0 == PATH);
        let Some((_, path)) = path else {
            return;
        };
        let start = match part {
            NamePart::Path => 0,
            NamePart::FileName => {
                memchr::memrchr(std::path::MAIN_SEPARATOR as u8, path).map_or(0, |it| it + 1)
            }
        };
        self.key.clear();
        push_natural(&mut self.key, path.get(start..).unwrap_or_default());
        let mut first = [0; size_of::<u64>()];
        let (head, rest) = self.key.split_at(self.key.len().min(first.len()));
        first[..head.len()].copy_from_slice(head);
        let is_full = |it: &Vec<u8>| it.len() + rest.len() > it.capacity();
        if self.rests.last().is_none_or(is_full) {
            let capacity = REST_BYTES.max(rest.len());
            self.rests.push(Vec::with_capacity(capacity));
        }
        let place = self.rests.len() - 1;
        if let Some(rests) = self.rests.last_mut() {
            self.named.push(Named {
                first: u64::from_be_bytes(first),
                post,
                part: place as u32,
                start: rests.len() as u32,
                len: rest.len() as u32,
            });
            rests.extend_from_slice(rest);
        }
    }
}

impl TextStore {
    /// The posts of `set` from the first name to the last, as [`push_natural`] has it, or
    /// from the last to the first; then those that have no file, the newest first.
    /// `None` where `is_cancelled` said so.
    pub fn by_name(
        &self,
        set: &PostSet,
        order: NameOrder,
        is_cancelled: &dyn Fn() -> bool,
    ) -> io::Result<Option<Vec<PostId>>> {
        let mut names = Names {
            named: Vec::with_capacity(set.len()),
            ..Names::default()
        };
        let mut buffer = Vec::new();
        for entry in self.blocks() {
            if is_cancelled() {
                return Ok(None);
            }
            let (block, first) = self.block(entry, &mut buffer)?;
            for record in Records::new(block, first) {
                if set.contains(record.post) && !self.is_changed(record.post) {
                    names.push(record.post, record.fields, order.part);
                }
            }
        }
        for (post, fields) in self.changed().filter(|it| set.contains(it.0)) {
            names.push(post, fields, order.part);
        }
        let Some(mut posts) = sorted(names, is_cancelled) else {
            return Ok(None);
        };
        if !order.ascending {
            posts.reverse();
        }
        if posts.len() < set.len() {
            let mut named = posts.clone();
            named.sort_unstable();
            set.for_each_reverse(|id| {
                if named.binary_search(&PostId(id)).is_err() {
                    posts.push(PostId(id));
                }
            });
        }
        Ok(Some(posts))
    }
}

/// Equal names in order of id.
fn sorted(names: Names, is_cancelled: &dyn Fn() -> bool) -> Option<Vec<PostId>> {
    let Names {
        rests, mut named, ..
    } = names;
    let rest_of = |it: &Named| {
        let start = it.start as usize;
        let rests = rests.get(it.part as usize)?;
        rests.get(start..start + it.len as usize)
    };
    let order = |a: &Named, b: &Named| {
        a.first
            .cmp(&b.first)
            .then_with(|| rest_of(a).cmp(&rest_of(b)))
            .then(a.post.cmp(&b.post))
    };
    // Halves of halves, so that it can be cancelled between.
    let mut parts = vec![(0, named.len())];
    while let Some((start, end)) = parts.pop() {
        if is_cancelled() {
            return None;
        }
        let Some(of_part) = named.get_mut(start..end) else {
            continue;
        };
        let half = of_part.len() / 2;
        if of_part.len() <= SORTED_AT_ONCE {
            of_part.sort_unstable_by(order);
        } else {
            of_part.select_nth_unstable_by(half, order);
            parts.push((start, start + half));
            parts.push((start + half, end));
        }
    }
    Some(named.into_iter().map(|it| PostId(it.post)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::PostTexts;

    fn named(paths: &[&str]) -> PostTexts {
        PostTexts {
            paths: paths.iter().map(|it| it.as_bytes().to_vec()).collect(),
            text: None,
            sources: Vec::new(),
        }
    }

    fn ids(store: &TextStore, set: &PostSet, part: NamePart) -> Vec<u32> {
        let posts = store.by_name(set, up(part), &|| false).unwrap().unwrap();
        posts.into_iter().map(|it| it.0).collect()
    }

    fn up(part: NamePart) -> NameOrder {
        NameOrder {
            part,
            ascending: true,
        }
    }

    fn set_of(ids: impl IntoIterator<Item = u32>) -> PostSet {
        PostSet::Sparse(ids.into_iter().collect())
    }

    fn store() -> TextStore {
        let posts = [
            (1, named(&["/b/page 10.png"])),
            (2, named(&["/a/Page 2.png", "/a/0.png"])),
            (4, named(&[])),
            (5, named(&["/b/page 1.png"])),
            (7, named(&["/c/page 2.png"])),
        ];
        TextStore::held(&mut |out| {
            for (post, texts) in &posts {
                out.push(*post, &super::super::record::pack(texts))?;
            }
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn names_are_in_order_and_posts_without_one_last() {
        let mut store = store();
        let set = set_of([1, 2, 4, 5, 7, 8]);
        assert_eq!(ids(&store, &set, NamePart::FileName), [5, 2, 7, 1, 8, 4]);
        assert_eq!(ids(&store, &set, NamePart::Path), [2, 5, 1, 7, 8, 4]);
        let down = NameOrder {
            ascending: false,
            ..up(NamePart::FileName)
        };
        let posts = store.by_name(&set, down, &|| false).unwrap().unwrap();
        assert_eq!(posts, [1, 7, 2, 5, 8, 4].map(PostId));
        let some = set_of([1, 7]);
        assert_eq!(ids(&store, &some, NamePart::FileName), [7, 1]);

        store.put(1, &named(&["/b/page 0.png"]));
        store.put(8, &named(&["/b/a"]));
        store.remove(5);
        assert_eq!(ids(&store, &set, NamePart::FileName), [8, 1, 2, 7, 5, 4]);
    }

    #[test]
    fn many_are_as_in_order_as_few() {
        let num = 3 * SORTED_AT_ONCE as u32;
        let store = TextStore::held(&mut |out| {
            for post in 0..num {
                let name = format!("/x/{}.png", u64::from(post) * 7919 % u64::from(num));
                out.push(post, &super::super::record::pack(&named(&[&name])))?;
            }
            Ok(())
        })
        .unwrap();
        let found = ids(&store, &set_of(0..num), NamePart::FileName);
        let numbers = found
            .iter()
            .map(|it| u64::from(*it) * 7919 % u64::from(num));
        assert!(numbers.eq(0..u64::from(num)));
        let set = set_of(0..num);
        let mut num_asked = 0;
        let cancelled = std::cell::Cell::new(0);
        let is_cancelled = || {
            cancelled.set(cancelled.get() + 1);
            cancelled.get() > 30
        };
        while store
            .by_name(&set, up(NamePart::Path), &is_cancelled)
            .unwrap()
            .is_some()
        {
            num_asked += 1;
        }
        assert!(num_asked < 3, "it is asked while it sorts");
    }
}
