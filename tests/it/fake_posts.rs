//! What the made-up engine knows of its posts' marks, and how it changes them.

use std::collections::{BTreeSet, HashMap};

use kobako::message::{
    EditOutcome, EditRequest, Event, PostEdit, PostMarks, PostTag, TagEdit, TagWord, TagWordKind,
    TaggingEvent, TaggingRequest,
};
use kobako::model::{Category, PostId, TagDraft, TagId};

#[derive(Default)]
pub struct FakePosts {
    /// Posts that are marked in any way.
    pub marks: HashMap<PostId, PostMarks>,
    /// Tags that were given by hand; each post has `even` or `odd` by itself.
    given: HashMap<PostId, BTreeSet<String>>,
    /// The last change in words, and the marks before it.
    undo: Option<(String, HashMap<PostId, PostMarks>)>,
}

impl FakePosts {
    pub fn marks_of(&self, posts: &[PostId]) -> Vec<(PostId, PostMarks)> {
        let of = |post: &PostId| self.marks.get(post).copied().unwrap_or_default();
        posts.iter().map(|post| (*post, of(post))).collect()
    }

    /// Changes marks, as the engine does.
    pub fn edit(&mut self, request: EditRequest) -> Vec<Event> {
        let before = self.marks.clone();
        let outcome = match request {
            EditRequest::Do(PostEdit::Rate { posts, rating }) => {
                for post in &posts {
                    self.marks.entry(*post).or_default().rating = rating;
                }
                let rating = rating.map_or("none", |it| it.name());
                Ok(format!("{} posts rated {rating}", posts.len()))
            }
            EditRequest::Do(PostEdit::SetFavorite { posts, is_favorite }) => {
                for post in &posts {
                    self.marks.entry(*post).or_default().is_favorite = is_favorite;
                }
                Ok(format!("{} posts favourite: {is_favorite}", posts.len()))
            }
            EditRequest::Do(PostEdit::Remove { posts }) => {
                Ok(format!("{} posts taken out of the library", posts.len()))
            }
            EditRequest::Do(PostEdit::Trash { posts }) => {
                Ok(format!("{} posts in the trash", posts.len()))
            }
            EditRequest::Do(PostEdit::Tag { posts, tags }) => Ok(self.tag(&posts, &tags)),
            EditRequest::ToggleFavorite(posts) => {
                let marks = self.marks_of(&posts);
                let is_favorite = !marks.iter().all(|it| it.1.is_favorite);
                let edit = PostEdit::SetFavorite { posts, is_favorite };
                return self.edit(EditRequest::Do(edit));
            }
            EditRequest::Undo => match self.undo.take() {
                Some((text, marks)) => {
                    self.marks = marks;
                    return vec![outcome(Ok(format!("Taken back: {text}")), None)];
                }
                None => Err("There is nothing to take back".to_owned()),
            },
            EditRequest::Stop => return Vec::new(),
            EditRequest::Redo => Err("There is nothing to do again".to_owned()),
        };
        if let Ok(text) = &outcome {
            self.undo = Some((text.clone(), before));
        }
        let undo = self.undo.as_ref().map(|it| it.0.clone());
        vec![self::outcome(outcome, undo)]
    }
}

impl FakePosts {
    /// Whether it was given tags by hand.
    pub fn is_tagged(&self, post: PostId) -> bool {
        self.given.contains_key(&post)
    }

    fn tags_of(&self, post: PostId) -> BTreeSet<String> {
        let own = if post.0.is_multiple_of(2) {
            "even"
        } else {
            "odd"
        };
        let own = BTreeSet::from([own.to_owned()]);
        self.given.get(&post).cloned().unwrap_or(own)
    }

    fn tag(&mut self, posts: &[PostId], edit: &TagEdit) -> String {
        for post in posts {
            let mut tags = self.tags_of(*post);
            tags.extend(edit.add.iter().map(|it| it.name.clone()));
            tags.retain(|it| !edit.remove.contains(it));
            self.given.insert(*post, tags);
        }
        format!("{} posts tagged", posts.len())
    }

    /// `odd`, `even` and what was given are known, a word with `zz` in it is wrong.
    pub fn answer_tagging(&self, request: TaggingRequest) -> TaggingEvent {
        match request {
            TaggingRequest::Read { generation, text } => {
                let words = text.split(' ').filter(|it| !it.is_empty());
                let words = words.map(|word| {
                    let start = word.as_ptr() as usize - text.as_ptr() as usize;
                    let name = word.trim_start_matches('-');
                    let is_known = ["odd", "even"].contains(&name)
                        || self.given.values().any(|it| it.contains(name));
                    TagWord {
                        range: start..start + word.len(),
                        is_removal: word.starts_with('-'),
                        tag: TagDraft {
                            name: name.to_owned(),
                            ..TagDraft::default()
                        },
                        category: Category::General,
                        kind: if name.contains("zz") {
                            TagWordKind::Wrong(format!("“{name}” is no tag"))
                        } else if is_known {
                            TagWordKind::Known
                        } else {
                            TagWordKind::New
                        },
                    }
                });
                TaggingEvent::Read {
                    generation,
                    words: words.collect(),
                }
            }
            TaggingRequest::Count {
                generation, posts, ..
            } => {
                let mut counts: HashMap<String, u32> = HashMap::new();
                for name in posts.iter().flat_map(|it| self.tags_of(*it)) {
                    *counts.entry(name).or_default() += 1;
                }
                let mut tags: Vec<PostTag> = counts
                    .into_iter()
                    .map(|(name, count)| PostTag {
                        id: TagId(1),
                        name,
                        category: Category::General,
                        count,
                    })
                    .collect();
                tags.sort_by(|a, b| a.name.cmp(&b.name));
                TaggingEvent::Counted {
                    generation,
                    num_posts: posts.len() as u64,
                    tags,
                }
            }
        }
    }
}

fn outcome(outcome: Result<String, String>, undo: Option<String>) -> Event {
    Event::Edited(EditOutcome {
        outcome,
        undo,
        redo: None,
    })
}
