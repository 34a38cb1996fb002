//! Which tags the posts of a result, or some posts, have, and how many of them.
//!
//! Exact: each tag's posting is met with the posts. Tags are taken from the most
//! frequent on, so that a category is done once its next tag has fewer posts than
//! the last one that is shown; and between requests, some milliseconds at a time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use crate::engine::search;
use crate::engine::tag_cache::{PostSet, TagCache};
use crate::message::{Event, Generation, PostTag, TaggingEvent, TaggingRequest, TagsOf};
use crate::model::{Category, PostId, TagId};

use super::Core;

/// Of more posts a bitmap is quicker to meet than a list.
const MAX_LISTED: usize = 2_000;

/// Tags between two looks at the clock.
const STEP: usize = 16;

/// The most frequent tags of one category; the rarest of them first.
type Best = BinaryHeap<Reverse<(u32, Reverse<TagId>)>>;

/// Tags being counted.
#[derive(Debug)]
pub(super) struct TagCounter {
    generation: Generation,
    posts: PostSet,
    num_posts: u64,
    /// Those that any post has, the most frequent first.
    tags: Vec<TagId>,
    next: usize,
    limit: usize,
    /// In the order of [`Category::ALL`].
    best: Vec<Best>,
}

impl TagCounter {
    fn new(generation: Generation, posts: PostSet, limit: usize, cache: &TagCache) -> Self {
        let mut tags: Vec<TagId> = (0..cache.tag_id_end())
            .map(TagId)
            .filter(|&tag| cache.count(tag) > 0)
            .collect();
        tags.sort_unstable_by_key(|&tag| (Reverse(cache.count(tag)), tag));
        Self {
            generation,
            num_posts: posts.len() as u64,
            posts,
            tags,
            next: 0,
            limit,
            best: vec![Best::new(); Category::ALL.len()],
        }
    }

    /// Goes on until `deadline`; `true` once all are counted.
    fn advance(&mut self, cache: &TagCache, deadline: Instant) -> bool {
        let num_all = cache.num_posts();
        while let Some(&tag) = self.tags.get(self.next) {
            self.next += 1;
            let of_all = cache.count(tag);
            let category = cache.category(tag).unwrap_or_default();
            let place = Category::ALL.iter().position(|&it| it == category);
            if let Some(best) = place.and_then(|place| self.best.get_mut(place)) {
                let least = match best.peek() {
                    Some(Reverse((least, _))) if best.len() >= self.limit => *least,
                    _ => 0,
                };
                if of_all > least {
                    let count = if self.num_posts == num_all {
                        of_all
                    } else {
                        num_common(cache, tag, &self.posts)
                    };
                    if count > least {
                        best.push(Reverse((count, Reverse(tag))));
                        if best.len() > self.limit {
                            best.pop();
                        }
                    }
                }
            }
            if self.next.is_multiple_of(STEP) && Instant::now() >= deadline {
                return false;
            }
        }
        true
    }

    fn into_tags(self, cache: &TagCache) -> Vec<PostTag> {
        let mut tags = Vec::new();
        for (best, category) in self.best.into_iter().zip(Category::ALL) {
            let mut best = best.into_sorted_vec();
            // One each says nothing: how frequent they are in the library does.
            if self.num_posts == 1 {
                for Reverse((count, Reverse(id))) in &mut best {
                    *count = cache.count(*id);
                }
                best.sort_unstable();
            }
            for Reverse((count, Reverse(id))) in best {
                if let Some(name) = cache.name(id) {
                    tags.push(PostTag {
                        id,
                        name: name.to_owned(),
                        category,
                        count,
                    });
                }
            }
        }
        tags
    }
}

fn set_of(posts: Vec<PostId>) -> PostSet {
    if posts.len() > MAX_LISTED {
        let mut set = PostSet::default();
        posts.into_iter().for_each(|it| set.insert(it.0));
        return set;
    }
    let mut ids: Vec<u32> = posts.into_iter().map(|it| it.0).collect();
    ids.sort_unstable();
    ids.dedup();
    PostSet::Sparse(ids)
}

fn num_common(cache: &TagCache, tag: TagId, posts: &PostSet) -> u32 {
    let mut num = 0;
    match posts {
        PostSet::Sparse(ids) => {
            num = cache.intersect(tag, PostSet::Sparse(ids.clone())).len() as u32;
        }
        PostSet::Dense(_) => cache.for_each_post_of(tag, &mut |post| {
            num += u32::from(posts.contains(post));
        }),
    }
    num
}

impl Core<'_> {
    /// Starts to count; what was being counted before is dropped.
    pub(super) fn count_tags(&mut self, generation: Generation, of: TagsOf, limit: usize) {
        self.tag_counter = None;
        let posts = match of {
            TagsOf::Posts(posts) => set_of(posts),
            TagsOf::Query(query) => {
                let inbox = self.inbox;
                let cache = self.cache.get();
                let lookup = search::LibraryLookup::new(cache, &self.reader);
                // Whoever asks searches the same, and is told there what is wrong.
                let filter = self.filter.query(&self.settings);
                let is_cancelled = || inbox.has_newer_search();
                match search::matching(&query, filter, cache, &lookup, &is_cancelled) {
                    Ok(posts) => posts,
                    Err(_) => return,
                }
            }
        };
        self.tag_counter = Some(TagCounter::new(generation, posts, limit, self.cache.get()));
    }

    /// Something about tags that are being edited.
    pub(super) fn answer_tagging(&mut self, request: TaggingRequest) {
        match request {
            TaggingRequest::Read { generation, text } => {
                let words = search::read_tags(&text, self.cache.get());
                self.tell_tagging(TaggingEvent::Read { generation, words });
            }
            TaggingRequest::Count {
                generation,
                posts,
                limit,
            } => {
                let counter = TagCounter::new(generation, set_of(posts), limit, self.cache.get());
                self.tagging_counter = Some(counter);
            }
        }
    }

    fn tell_tagging(&mut self, event: TaggingEvent) {
        let kind = std::mem::discriminant(&event);
        self.outlet.tell_newest(
            Event::Tagging(event),
            |it| matches!(it, Event::Tagging(older) if std::mem::discriminant(older) == kind),
        );
    }

    /// To be called each turn.
    pub(super) fn count_tags_on(&mut self, deadline: Instant) {
        let cache = self.cache.get();
        if let Some(counter) = &mut self.tag_counter
            && counter.advance(cache, deadline)
            && let Some(counter) = self.tag_counter.take()
        {
            let event = Event::TagCounts {
                generation: counter.generation,
                num_posts: counter.num_posts,
                tags: counter.into_tags(cache),
            };
            self.outlet
                .tell_newest(event, |it| matches!(it, Event::TagCounts { .. }));
        }
        if let Some(counter) = &mut self.tagging_counter
            && counter.advance(cache, deadline)
            && let Some(counter) = self.tagging_counter.take()
        {
            let (generation, num_posts) = (counter.generation, counter.num_posts);
            let mut tags = counter.into_tags(self.cache.get());
            tags.sort_by_key(|it| Reverse(it.count));
            self.tell_tagging(TaggingEvent::Counted {
                generation,
                num_posts,
                tags,
            });
        }
    }
}
