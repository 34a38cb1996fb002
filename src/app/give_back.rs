//! What the window gives back when the engine asks: thumbnails out of sight,
//! and the open picture for a smaller one.

use eframe::egui;

use crate::memory::{self, Accounted as _, Cache};
use crate::message::{Generation, Request};

use super::KobakoApp;
use super::textures;
use super::viewer::Viewer;

/// A picture on screen may take this part of what all textures may.
const PICTURE_SHARE: u64 = 2;

impl KobakoApp {
    /// Gives up at least `bytes` of `cache`, if it can. The renderer lets go of
    /// them with the frame that follows; [`Self::tell_given`] comes after.
    pub(super) fn give_back(
        &mut self,
        ctx: &egui::Context,
        generation: Generation,
        cache: Cache,
        bytes: u64,
    ) {
        match cache {
            Cache::Thumbnails => {
                // What was given up before it came on screen is asked for again.
                if self.textures.has_waiting() {
                    self.ask_thumbnails_again();
                }
                self.textures.evict(bytes);
            }
            Cache::Picture => {
                if let Some(viewer) = &mut self.viewer {
                    viewer.show_smaller();
                }
                self.duplicates.show_smaller();
                if let Some(compare) = &mut self.presenting.compare {
                    compare.review.show_smaller();
                }
            }
            Cache::Similarity | Cache::Sqlite | Cache::TagCache => {}
        }
        self.given = Some(generation);
        ctx.request_repaint();
    }

    /// Answers the engine once the frame after [`Self::give_back`] was painted.
    pub(super) fn tell_given(&mut self) {
        if let Some(generation) = self.given.take() {
            memory::flush_thread_cache();
            self.link.send(Request::GaveBack { generation });
        }
    }

    /// All textures together may take so many bytes from now on.
    pub(super) fn limit_textures(&mut self, bytes: u64) {
        self.texture_limit_bytes = bytes;
        if let Some(viewer) = &mut self.viewer {
            viewer.limit_bytes(bytes / PICTURE_SHARE);
        }
        self.duplicates.limit_bytes(bytes / PICTURE_SHARE);
        if let Some(compare) = &mut self.presenting.compare {
            compare.review.limit_bytes(bytes / PICTURE_SHARE);
        }
        self.share_textures();
    }

    /// What the open picture may take.
    pub(super) fn max_picture_bytes(&self) -> u64 {
        self.texture_limit_bytes / PICTURE_SHARE
    }

    /// Thumbnails get what the open picture leaves.
    pub(super) fn share_textures(&mut self) {
        let picture_bytes = self.picture_bytes();
        let limit = self.texture_limit_bytes.saturating_sub(picture_bytes);
        if self.textures.set_limit(limit) {
            self.ask_thumbnails_again();
        }
    }

    /// Whoever shows thumbnails asks for those that are missing.
    pub(super) fn ask_thumbnails_again(&mut self) {
        self.grid.ask_again();
        self.similar.page.grid.ask_again();
        self.similar.strip.wanted.ask_again();
        self.duplicates.ask_thumbnails_again();
    }

    /// Tells the accounting what the window has, at the end of a frame.
    pub(super) fn publish_textures(&self, ctx: &egui::Context) {
        let picture_bytes = self.picture_bytes() + self.preview_bytes();
        textures::publish_textures(ctx, &self.textures, picture_bytes);
    }

    fn picture_bytes(&self) -> u64 {
        let open = self.viewer.as_ref().map_or(0, Viewer::texture_bytes);
        open + self.duplicates.texture_bytes() + self.presenting.texture_bytes()
    }
}
