//! The question whether files go to the trash: of which posts, and how long it stands.

use super::KobakoApp;
use super::view::View;
use super::viewer::{Place, Viewer};
use crate::message::{EditRequest, PostEdit, Request};
use crate::model::PostId;

/// Asked once for the grid and for an open post; it goes when something else is
/// open or selected, so that a yes never means a post that is not seen.
#[derive(Debug)]
pub struct TrashQuestion {
    posts: Vec<PostId>,
    /// What its file is called, where there is one post and that is known.
    pub name: Option<String>,
    /// It came just now, and has the focus from the next frame on.
    pub wants_focus: bool,
    about: About,
}

/// What was on screen when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct About {
    view: View,
    open: Option<PostId>,
    is_covered: bool,
    is_comparing: bool,
    /// Of the selection, another one with each change.
    version: u64,
}

impl TrashQuestion {
    pub fn num_posts(&self) -> u64 {
        self.posts.len() as u64
    }

    /// The post, where there is only one.
    pub fn only(&self) -> Option<PostId> {
        match *self.posts {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl KobakoApp {
    pub(super) fn ask_trash(&mut self) {
        let posts = self.posts_at_hand();
        let only = match *posts {
            [only] => Some(only),
            _ => None,
        };
        let open = self.viewer.as_ref();
        let name = open.and_then(Viewer::file_name).or_else(|| {
            let label = self.textures.label(only?)?;
            Some(label.to_owned())
        });
        let about = self.trash_is_about();
        self.trash = (!posts.is_empty()).then_some(TrashQuestion {
            posts,
            name,
            wants_focus: true,
            about,
        });
    }

    /// The answer is yes. An open post gives its place to its neighbour.
    pub(super) fn send_to_trash(&mut self) {
        // A slow frame may have had the key of another post before this one.
        self.follow_trash();
        let Some(question) = self.trash.take() else {
            return;
        };
        let posts = question.posts;
        let edit = PostEdit::Trash { posts };
        self.link.send(Request::Edit(EditRequest::Do(edit)));
        let Some(place) = self.viewer.as_ref().map(|it| it.place) else {
            return;
        };
        let near = [place.moved(1), place.moved(-1)];
        let neighbour: Option<Place> = near
            .into_iter()
            .flatten()
            .find(|it| self.post_in(*it).is_some());
        match neighbour {
            Some(place) => self.open(place),
            None => self.close_viewer(),
        }
    }

    /// Takes the question back once something else is on screen. A selection that only
    /// followed its posts into a newer result is the same.
    pub(super) fn follow_trash(&mut self) {
        let about = self.trash_is_about();
        let Some(asked) = self.trash.as_ref().map(|it| it.about) else {
            return;
        };
        if asked == about {
            return;
        }
        let version = about.version;
        let is_same = asked
            == About {
                version: asked.version,
                ..about
            }
            && self.trash.as_ref().map(|it| &it.posts) == Some(&self.posts_at_hand());
        match &mut self.trash {
            Some(question) if is_same => question.about.version = version,
            trash => *trash = None,
        }
    }

    fn trash_is_about(&self) -> About {
        About {
            view: self.view,
            open: self.viewer.as_ref().map(|it| it.post),
            is_covered: self.is_covered,
            is_comparing: self.presenting.compare.is_some(),
            version: self.front_grid().map_or(0, |it| it.0.selection_version()),
        }
    }
}
