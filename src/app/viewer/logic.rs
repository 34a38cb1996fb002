//! Carries out what is asked about an open post, and takes in the answers.

use std::path::Path;

use eframe::egui::{self, Vec2, ViewportCommand, vec2};

use crate::app::KobakoApp;
use crate::app::command::Command;
use crate::app::text;
use crate::message::{Notice, Pixels, Request, ShowEvent, ShowRequest};
use crate::model::PostId;

use super::camera::Zoom;
use super::clipboard;
use super::command::{Direction, ViewerCommand};
use super::compare::Compare;
use super::presenting::{Slideshow, next_index};
use super::{Place, Viewer};

/// By what part of the window an arrow pans.
const PAN_SHARE: f32 = 0.2;

impl KobakoApp {
    pub(in crate::app) fn carry_out_viewer(&mut self, ctx: &egui::Context, command: ViewerCommand) {
        match command {
            ViewerCommand::SetZoom(zoom) => self.with_camera(|viewer| match zoom {
                Zoom::Scale(scale) => viewer.zoom_to(scale),
                zoom => viewer.camera.set_zoom(zoom),
            }),
            ViewerCommand::ZoomBy(steps) => self.with_camera(|viewer| viewer.zoom_by_steps(steps)),
            ViewerCommand::ToggleReal => self.with_camera(|viewer| match viewer.camera.zoom() {
                Zoom::Fit => viewer.zoom_to(1.0),
                _ => viewer.camera.set_zoom(Zoom::Fit),
            }),
            ViewerCommand::Move(direction) => self.move_view(ctx, direction),
            ViewerCommand::Rotate(quarters) => {
                self.with_camera(|viewer| viewer.camera.rotate(quarters));
            }
            ViewerCommand::Mirror(axis) => self.with_camera(|viewer| viewer.camera.mirror(axis)),
            ViewerCommand::ResetView => self.with_camera(|viewer| viewer.camera = <_>::default()),
            ViewerCommand::SetBackground(background) => {
                self.presenting.options.background = background;
            }
            ViewerCommand::NextBackground => {
                let background = &mut self.presenting.options.background;
                *background = background.next();
            }
            ViewerCommand::ToggleInfo => {
                let is_seen = self.presenting.is_info_seen;
                self.presenting.is_info_hidden = is_seen;
                self.presenting.is_info_wanted = !is_seen;
            }
            ViewerCommand::ToggleFullscreen => {
                if let Some(show) = &mut self.presenting.slideshow {
                    show.has_filled_screen = false;
                }
                self.set_fullscreen(ctx, !self.presenting.is_fullscreen);
            }
            ViewerCommand::TogglePlaying => self.toggle_playing(),
            ViewerCommand::StepFrame(by) => {
                if let Some(player) = self.viewer.as_mut().and_then(|it| it.player.as_mut()) {
                    player.step(by, &mut self.link);
                }
            }
            ViewerCommand::ChangeSpeed(by) => {
                if let Some(player) = self.viewer.as_mut().and_then(|it| it.player.as_mut()) {
                    player.change_speed(by);
                }
            }
            ViewerCommand::ToggleSlideshow => {
                if !self.end_slideshow(ctx) {
                    let fills = !self.presenting.is_fullscreen;
                    self.presenting.slideshow = Some(Slideshow::new(fills));
                    self.set_fullscreen(ctx, true);
                }
            }
            ViewerCommand::ToggleRandom => {
                let is_random = &mut self.presenting.options.slideshow_is_random;
                *is_random = !*is_random;
            }
            ViewerCommand::ToggleLoop => {
                let loops = &mut self.presenting.options.slideshow_loops;
                *loops = !*loops;
            }
            ViewerCommand::SetInterval(secs) => self.presenting.options.slideshow_secs = secs,
            ViewerCommand::CompareSelected => {
                if let [left, right] = self.posts_at_hand()[..] {
                    self.compare([left, right]);
                }
            }
            ViewerCommand::CompareWithPrevious => {
                let beside = |by| {
                    let place = self.viewer.as_ref()?.place.moved(by)?;
                    self.post_in(place)
                };
                // The first has none before it.
                let posts = match (beside(-1), self.post_that_is_open()) {
                    (Some(before), Some(post)) => Some([before, post]),
                    (None, Some(post)) => beside(1).map(|next| [post, next]),
                    (_, None) => None,
                };
                if let Some(posts) = posts {
                    self.compare(posts);
                }
            }
            ViewerCommand::CompareBy(look) => {
                if let Some(compare) = &mut self.presenting.compare {
                    compare.review.look = look;
                }
            }
            ViewerCommand::CloseCompare => self.close_compare(),
            ViewerCommand::ShowInFolder => {
                self.hand_over(|post| ShowRequest::ShowInFolder { post });
            }
            ViewerCommand::OpenWith => self.hand_over(|post| ShowRequest::OpenWith { post }),
            ViewerCommand::CopyPicture => {
                if let Some(post) = self.post_that_is_open() {
                    let generation = self.link.next_generation();
                    self.presenting.copying = Some(generation);
                    self.link.send(Request::Show(ShowRequest::ForClipboard {
                        generation,
                        post,
                    }));
                }
            }
            ViewerCommand::CopyPath => self.copy_text(ctx, Viewer::path_text),
            ViewerCommand::CopyMd5 => self.copy_text(ctx, Viewer::md5_text),
            ViewerCommand::CopyTags => self.copy_text(ctx, Viewer::tags_text),
            ViewerCommand::AskTrash => self.ask_trash(),
        }
    }

    /// Takes in what is told about pictures.
    pub(in crate::app) fn take_shown(&mut self, ctx: &egui::Context, event: ShowEvent) {
        match event {
            ShowEvent::ForClipboard {
                generation,
                picture,
            } => {
                if self
                    .presenting
                    .copying
                    .take_if(|it| *it == generation)
                    .is_some()
                {
                    self.copy_picture(picture);
                }
            }
            ShowEvent::Handed(Err(failure)) => self.notices.push_about(failure),
            ShowEvent::Handed(Ok(())) => {}
            ShowEvent::Tile {
                generation,
                tile,
                pixels,
            } => {
                if let Some(viewer) = &mut self.viewer {
                    let max_bytes = viewer.spare_bytes();
                    viewer
                        .tiles
                        .arrive(ctx, generation, tile, &pixels, max_bytes);
                }
                self.share_textures();
            }
            ShowEvent::TilesEnded {
                generation,
                outcome,
            } => {
                if let Some(viewer) = &mut self.viewer {
                    viewer.tiles.ended(generation, outcome);
                }
            }
            ShowEvent::Frame { generation, frame } => {
                if let Some(viewer) = &mut self.viewer
                    && let Some(player) = &mut viewer.player
                {
                    player.take(generation, frame);
                }
            }
            ShowEvent::Ahead {
                generation,
                post: _,
                picture,
            } => {
                if let Some(viewer) = &mut self.viewer {
                    viewer.take_ahead(ctx, generation, picture);
                }
                self.share_textures();
            }
        }
    }

    /// Closes the nearest of what is open here: a question, a slideshow, the full
    /// screen, the post.
    pub(in crate::app) fn close_nearest(&mut self, ctx: &egui::Context) {
        if self.trash.take().is_some() {
            return;
        }
        if self.tagger.take().is_some() {
            return;
        }
        let presenting = &mut self.presenting;
        if presenting.compare.is_some() {
            self.close_compare();
            return;
        }
        if self.end_slideshow(ctx) {
            return;
        }
        if self.presenting.is_fullscreen {
            self.set_fullscreen(ctx, false);
        } else {
            self.close_viewer();
        }
    }

    /// What is done for the open post without being asked.
    pub(in crate::app) fn follow_viewer(&mut self, ctx: &egui::Context) {
        if let Some(compare) = &mut self.presenting.compare {
            compare.review.ask(&mut self.link);
            compare.review.follow_difference(ctx);
            return;
        }
        self.read_ahead();
        self.follow_slideshow(ctx);
        if let Some(viewer) = &mut self.viewer {
            viewer.follow_animation(ctx, &mut self.link);
        }
        if let Some(viewer) = &mut self.viewer
            && let Some(duration) = viewer.take_seen()
        {
            self.trace.picture(duration);
        }
    }

    /// Reads the neighbours of the open post.
    fn read_ahead(&mut self) {
        let Some(place) = self.viewer.as_ref().map(|it| it.place) else {
            return;
        };
        let neighbours = [1, -1].into_iter();
        let posts: Vec<PostId> = neighbours
            .filter_map(|by| self.post_in(place.moved(by)?))
            .collect();
        if let Some(viewer) = &mut self.viewer {
            viewer.read_ahead(&posts, &mut self.link);
        }
    }

    /// The post that comes after the open one in a slideshow, once it is due.
    fn follow_slideshow(&mut self, ctx: &egui::Context) {
        let Some(viewer) = &self.viewer else {
            self.end_slideshow(ctx);
            return;
        };
        let place = viewer.place;
        let is_there = viewer.is_settled();
        let options = self.presenting.options;
        let Some(show) = &mut self.presenting.slideshow else {
            return;
        };
        if !show.follow(ctx, is_there, options.slideshow_secs) {
            return;
        }
        let next = place
            .index()
            .and_then(|index| next_index(index, self.num_in(place), &options));
        match (next, place) {
            (Some(next), Place::Results(_)) => self.open(Place::Results(next)),
            (Some(next), Place::Similar(_)) => self.open(Place::Similar(next)),
            _ => {
                self.end_slideshow(ctx);
            }
        }
    }

    /// `false` where there was none.
    fn end_slideshow(&mut self, ctx: &egui::Context) -> bool {
        let Some(show) = self.presenting.slideshow.take() else {
            return false;
        };
        if show.has_filled_screen {
            self.set_fullscreen(ctx, false);
        }
        true
    }

    /// Shows two posts beside each other.
    fn compare(&mut self, posts: [PostId; 2]) {
        let is_from_grid = self.viewer.is_none();
        if is_from_grid {
            self.open_at(Place::Alone, posts[0]);
        }
        if let Some(viewer) = &mut self.viewer {
            viewer.let_go(&mut self.link);
            viewer.give_way();
        }
        let max_bytes = self.max_picture_bytes();
        self.presenting.compare = Some(Compare::new(posts, is_from_grid, max_bytes));
        self.share_textures();
    }

    fn close_compare(&mut self) {
        let Some(mut compare) = self.presenting.compare.take() else {
            return;
        };
        compare.review.hide();
        if compare.is_from_grid {
            self.close_viewer();
        }
        self.share_textures();
    }

    /// The window fills the screen; an open post then has it for itself.
    fn set_fullscreen(&mut self, ctx: &egui::Context, is_fullscreen: bool) {
        self.presenting.is_fullscreen = is_fullscreen;
        ctx.send_viewport_cmd(ViewportCommand::Fullscreen(is_fullscreen));
    }

    fn post_that_is_open(&self) -> Option<PostId> {
        self.viewer.as_ref().map(|it| it.post)
    }

    fn with_camera(&mut self, change: impl FnOnce(&mut Viewer)) {
        if let Some(viewer) = &mut self.viewer {
            change(viewer);
            // The next key of this frame goes on from there.
            viewer.laid = viewer
                .laid
                .map(|laid| viewer.camera.lay(laid.size, laid.window));
        }
    }

    fn move_view(&mut self, ctx: &egui::Context, direction: Direction) {
        let Some(viewer) = &mut self.viewer else {
            return;
        };
        let by = match direction {
            Direction::Left => vec2(1.0, 0.0),
            Direction::Right => vec2(-1.0, 0.0),
            Direction::Up => vec2(0.0, 1.0),
            Direction::Down => vec2(0.0, -1.0),
        };
        if viewer.has_more(by) {
            viewer.pan_by_share(by * PAN_SHARE);
            return;
        }
        // A key that was held to get to the edge stops there.
        if viewer.is_larger(by) && self.presenting.is_key_held {
            return;
        }
        match direction {
            Direction::Left => self.carry_out(ctx, vec![Command::PreviousPost]),
            Direction::Right => self.carry_out(ctx, vec![Command::NextPost]),
            Direction::Up | Direction::Down => {}
        }
    }

    fn toggle_playing(&mut self) {
        if let Some(compare) = &mut self.presenting.compare {
            let is_flipped = &mut compare.review.is_flipped;
            *is_flipped = !*is_flipped;
        } else if let Some(player) = self.viewer.as_mut().and_then(|it| it.player.as_mut()) {
            player.toggle();
        } else if let Some(show) = &mut self.presenting.slideshow {
            show.toggle();
        }
    }

    fn hand_over(&mut self, request: impl FnOnce(PostId) -> ShowRequest) {
        if let Some(post) = self.post_that_is_open() {
            self.link.send(Request::Show(request(post)));
        }
    }

    fn copy_text(&mut self, ctx: &egui::Context, text: impl FnOnce(&Viewer) -> Option<String>) {
        if let Some(text) = self.viewer.as_ref().and_then(text) {
            ctx.copy_text(text);
        }
    }

    fn copy_picture(&mut self, picture: Result<Pixels, String>) {
        let outcome = picture.and_then(|pixels| {
            clipboard::offer(pixels)
                .map_err(|err| text::viewer::thread_cant_start(&err.to_string()))
        });
        if let Err(reason) = outcome {
            self.notices.push(Notice {
                is_error: true,
                message: text::viewer::cant_be_copied(&reason),
                way_out: None,
            });
        }
    }
}

impl Viewer {
    /// By steps, in the middle of the window.
    fn zoom_by_steps(&mut self, steps: i8) {
        if let Some(laid) = self.laid {
            let factor = super::camera::ZOOM_STEP.powi(steps.into());
            self.camera.zoom_by(factor, None, &laid);
        }
    }

    fn zoom_to(&mut self, scale: f32) {
        match self.laid {
            Some(laid) => self.camera.zoom_to(scale, None, &laid),
            None => self.camera.set_zoom(Zoom::Scale(scale)),
        }
    }

    /// Whether there is more of the picture in the direction against `by`.
    fn has_more(&self, by: Vec2) -> bool {
        self.laid.is_some_and(|laid| laid.has_more(by))
    }

    /// Whether the picture is larger than the window in the direction of `by`.
    fn is_larger(&self, by: Vec2) -> bool {
        self.laid.is_some_and(|laid| {
            let [wide, high] = laid.overflows();
            (wide && by.x.abs() > 0.0) || (high && by.y.abs() > 0.0)
        })
    }

    fn pan_by_share(&mut self, share: Vec2) {
        if let Some(laid) = self.laid {
            self.camera.pan(share * laid.window.size(), &laid);
        }
    }

    /// What its file is called, once that is known.
    pub(in crate::app) fn file_name(&self) -> Option<String> {
        let name = self.known()?.files.first()?.path.file_name()?;
        Some(name.to_string_lossy().into_owned())
    }

    /// The file that is missing, where the post has no other.
    pub fn missing_file(&self) -> Option<&Path> {
        let files = &self.known()?.files;
        let all_missing = files.iter().all(|it| it.is_missing);
        let first = files.first().filter(|_| all_missing)?;
        Some(first.path.as_path())
    }

    fn path_text(&self) -> Option<String> {
        let file = self.known()?.files.first()?;
        Some(file.path.display().to_string())
    }

    fn md5_text(&self) -> Option<String> {
        Some(self.known()?.md5?.to_string())
    }

    /// As they are typed into the search bar.
    fn tags_text(&self) -> Option<String> {
        let names: Vec<&str> = self.known()?.tags.iter().map(|it| &*it.name).collect();
        Some(names.join(" "))
    }
}
