//! The thumbnails that a part of the window other than the grid shows.

use crate::message::Request;
use crate::model::PostId;

use super::link::Link;
use super::textures::TextureCache;

#[derive(Debug, Default)]
pub struct WantedThumbnails {
    posts: Vec<PostId>,
    is_stale: bool,
}

impl WantedThumbnails {
    pub fn contains(&self, post: PostId) -> bool {
        self.posts.contains(&post)
    }

    /// They have to be asked for again: another part has asked for its own meanwhile.
    pub fn ask_again(&mut self) {
        self.is_stale = true;
    }

    /// Asks for those of `posts` that are missing, most wanted first, if `posts`
    /// changed.
    pub fn ask(&mut self, posts: Vec<PostId>, textures: &TextureCache, link: &mut Link) {
        if posts == self.posts && !self.is_stale {
            return;
        }
        self.is_stale = false;
        self.posts = posts;
        let missing = self.posts.iter().copied();
        let missing = missing.filter(|post| !textures.has(*post)).collect();
        link.send(Request::Thumbnails { wanted: missing });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    #[test]
    fn asks_only_when_what_is_shown_changes() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let textures = TextureCache::new(1 << 20);
        let mut wanted = WantedThumbnails::default();
        wanted.ask(vec![PostId(1), PostId(2)], &textures, &mut link);
        wanted.ask(vec![PostId(1), PostId(2)], &textures, &mut link);
        assert_eq!(engine.requests.len(), 1);
        assert!(wanted.contains(PostId(2)) && !wanted.contains(PostId(3)));
        wanted.ask_again();
        wanted.ask(vec![PostId(1), PostId(2)], &textures, &mut link);
        assert_eq!(engine.requests.len(), 2);
    }
}
