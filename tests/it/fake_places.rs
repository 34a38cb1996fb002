//! What the made-up engine tells of places: one imported folder, one that is gone, one
//! that is left out.

use std::path::{Path, PathBuf};

use kobako::message::{
    Event, FolderPlace, FolderTree, Generation, KnownLibrary, PlaceChange, PlaceEvent,
    PlaceRequest, PostTag, QuerySpan, RootPlace, SpanKind, SuggestedFolder, TagsOf,
};
use kobako::model::{Category, SavedSearch, TagId};

use crate::fake_engine::FakeEngine;

fn folder(path: &str, num_posts: u64, has_folders: bool) -> FolderPlace {
    FolderPlace {
        path: PathBuf::from(path),
        num_posts,
        has_folders,
    }
}

fn root(path: &str, num_posts: u64, is_missing: bool) -> RootPlace {
    RootPlace {
        folder: folder(path, num_posts, !is_missing),
        is_imported: true,
        is_missing,
    }
}

impl FakeEngine {
    pub fn answer_places(&mut self, request: PlaceRequest) {
        let event = match request {
            PlaceRequest::ListFolders { open } => {
                let inside = |path: &PathBuf| {
                    let list = match path.to_str() {
                        Some("/pictures") => vec![
                            folder("/pictures/cats", 40, true),
                            folder(
                                "/pictures/a folder with a very long name that goes on and on and on",
                                2,
                                false,
                            ),
                        ],
                        Some("/pictures/cats") => vec![folder("/pictures/cats/old ones", 7, false)],
                        _ => Vec::new(),
                    };
                    (path.clone(), list)
                };
                let mut inside: Vec<_> = open.iter().map(inside).collect();
                inside.sort_by(|a, b| a.0.cmp(&b.0));
                PlaceEvent::Folders(FolderTree {
                    roots: vec![root("/disk", 1234, true), root("/pictures", 42, false)],
                    inside,
                    excluded: vec![PathBuf::from("/pictures/private")],
                })
            }
            PlaceRequest::Change(change) => PlaceEvent::Changed(match change {
                PlaceChange::Move { to, .. } if to == Path::new("/wrong") => {
                    Err("None of the 1,234 files of /disk is in /wrong".to_owned())
                }
                _ => Ok("The folders are as you said".to_owned()),
            }),
            PlaceRequest::MoveSavedSearch { name, index } => {
                let at = self.saved.iter().position(|it| it.name == name);
                let moved: SavedSearch = self.saved.remove(at.expect("it is there"));
                self.saved.insert(index, moved);
                let (saved, recent) = (self.saved.clone(), self.recent.clone());
                self.tell(Event::Searches { saved, recent });
                return;
            }
            PlaceRequest::Describe { generation, text } => {
                let mut spans = Vec::new();
                let mut at = 0;
                for word in text.split(' ') {
                    let kind = if word.contains(':') {
                        SpanKind::Metatag
                    } else if word.contains("zz") {
                        SpanKind::Unknown
                    } else {
                        SpanKind::Tag(Category::Artist)
                    };
                    let range = at..at + word.len();
                    at = range.end + 1;
                    spans.push(QuerySpan { range, kind });
                }
                PlaceEvent::Described { generation, spans }
            }
            PlaceRequest::Suggest => PlaceEvent::Suggested(vec![
                SuggestedFolder {
                    path: PathBuf::from("/home/me/Pictures"),
                    num_pictures: 1234,
                    is_part: false,
                },
                SuggestedFolder {
                    path: PathBuf::from("/home/me/Downloads"),
                    num_pictures: 20_000,
                    is_part: true,
                },
            ]),
            PlaceRequest::ListLibraries | PlaceRequest::ForgetLibrary(_) => {
                let library = |path: &str, is_missing| KnownLibrary {
                    path: PathBuf::from(path),
                    is_missing,
                };
                PlaceEvent::Libraries(vec![
                    library("/home/me/.local/share/kobako", false),
                    library("/home/me/other", false),
                    library("/gone", true),
                ])
            }
            PlaceRequest::SetFilter(query) => PlaceEvent::Filter(kobako::message::FilterState {
                query,
                problem: None,
            }),
            PlaceRequest::CancelChange
            | PlaceRequest::UseFilter(_)
            | PlaceRequest::KeepSession(_) => return,
        };
        self.tell(Event::Places(event));
    }

    pub fn count_tags(&mut self, generation: Generation, of: &TagsOf, limit: usize) {
        let tag = |id: u32, name: &str, category: Category, count: u32| PostTag {
            id: TagId(id),
            name: name.to_owned(),
            category,
            count,
        };
        let mut tags = vec![
            tag(1, "eve_(artist)", Category::Artist, 3),
            tag(4, "even", Category::General, self.num_posts / 2),
        ];
        let num_posts = match of {
            TagsOf::Posts(posts) => {
                tags.push(tag(9, "only_here", Category::Meta, 1));
                posts.len() as u64
            }
            TagsOf::Query(_) => {
                let general = (0..limit as u32).map(|it| {
                    let name = format!("general_{it}");
                    tag(100 + it, &name, Category::General, 50 - it.min(49))
                });
                tags.extend(general);
                u64::from(self.num_posts)
            }
        };
        tags.truncate(usize::try_from(self.num_tags).unwrap_or(usize::MAX));
        self.tell(Event::TagCounts {
            generation,
            num_posts,
            tags,
        });
    }
}
