//! Pictures that are looked at closely.

use std::thread::JoinHandle;

use crossbeam_channel::Sender;

use crate::engine::jobs::{
    Handover, News, PictureSlot, PictureTask, PlaySlot, PlayTask, Purpose, RowsOf, TileSlot,
    TileTask, hand_over,
};
use crate::memory::{self, Budget};
use crate::message::{Event, Generation, HandoverFailure, Pixels, ShowEvent, ShowRequest, TileId};
use crate::model::PostId;

use super::Core;

/// Of a picture for the clipboard, pixels: as large as others take.
const CLIPBOARD_EDGE: u32 = 8192;

/// The part of the permits that has to be free for reading ahead.
const AHEAD_SHARE: u64 = 2;

/// What reads pictures that are looked at.
#[derive(Debug)]
pub(super) struct ShowDesk {
    picture: PictureSlot,
    ahead: PictureSlot,
    clipboard: PictureSlot,
    pub tiles: TileSlot,
    pub play: PlaySlot,
}

impl ShowDesk {
    pub fn new(budget: &Budget, news: &Sender<News>) -> Self {
        let slot = |purpose| PictureSlot::new(purpose, budget.pictures().clone(), news.clone());
        Self {
            picture: slot(Purpose::Screen),
            ahead: slot(Purpose::Ahead),
            clipboard: slot(Purpose::Clipboard),
            tiles: TileSlot::new(budget.pictures().clone(), news.clone()),
            play: PlaySlot::new(budget.pictures().clone(), news.clone()),
        }
    }

    pub fn stop(self) -> impl Iterator<Item = JoinHandle<()>> {
        let Self {
            picture,
            ahead,
            clipboard,
            tiles,
            play,
        } = self;
        [picture.stop(), ahead.stop(), clipboard.stop(), tiles.stop()]
            .into_iter()
            .flatten()
            .chain(play.stop())
    }

    fn slot(&mut self, purpose: Purpose) -> &mut PictureSlot {
        match purpose {
            Purpose::Screen => &mut self.picture,
            Purpose::Ahead => &mut self.ahead,
            Purpose::Clipboard => &mut self.clipboard,
        }
    }
}

impl Core<'_> {
    pub(super) fn show(&mut self, request: ShowRequest) {
        match request {
            ShowRequest::ReadAhead {
                generation,
                post,
                max_width,
                max_height,
            } => {
                let permits = self.budget.pictures();
                let is_roomy = permits.used() <= permits.limit() / AHEAD_SHARE;
                if self.show.picture.is_idle() && is_roomy {
                    self.read_picture(Purpose::Ahead, generation, post, (max_width, max_height));
                } else {
                    self.tell_picture(Purpose::Ahead, generation, post, Err(String::new()));
                }
            }
            ShowRequest::Tiles {
                generation,
                post,
                divisor,
                tiles,
            } => self.show_tiles(generation, post, divisor, tiles),
            ShowRequest::Play {
                generation,
                post,
                first,
                max_width,
                max_height,
                ahead,
            } => {
                let outcome = self.path_of(post).and_then(|path| {
                    self.watch.hurry();
                    let task = PlayTask {
                        generation,
                        path,
                        first,
                        max_size: (max_width, max_height),
                        ahead,
                    };
                    let outcome = self.show.play.play(task);
                    outcome.map_err(|err| format!("No thread for it can be started: {err}"))
                });
                if let Err(reason) = outcome {
                    self.outlet.tell(Event::Show(ShowEvent::Frame {
                        generation,
                        frame: Err(reason),
                    }));
                }
            }
            ShowRequest::MoreFrames { generation, num } => self.show.play.more(generation, num),
            ShowRequest::StopPlaying => self.show.play.cancel(),
            ShowRequest::ForClipboard { generation, post } => {
                let size = (CLIPBOARD_EDGE, CLIPBOARD_EDGE);
                self.read_picture(Purpose::Clipboard, generation, post, size);
            }
            ShowRequest::ShowInFolder { post } => self.hand_over(post, Handover::ShowInFolder),
            ShowRequest::ShowPath { path } => self.hand_over_path(Handover::ShowInFolder(path)),
            ShowRequest::OpenWith { post } => {
                let words = self.settings.open_with.split_whitespace();
                let words = words.map(str::to_owned).collect();
                self.hand_over(post, |path| Handover::Open(path, words));
            }
        }
    }

    fn show_tiles(
        &mut self,
        generation: Generation,
        post: PostId,
        divisor: u32,
        tiles: Vec<TileId>,
    ) {
        // Those that wait to be fetched are of no use any more.
        self.show.ahead.cancel();
        let outcome = self.path_of(post).and_then(|path| {
            self.watch.hurry();
            let task = TileTask {
                generation,
                path,
                divisor,
                tiles,
            };
            let outcome = self.show.tiles.show(task);
            outcome.map_err(|err| format!("No thread for it can be started: {err}"))
        });
        if let Err(reason) = outcome {
            self.outlet.tell(Event::Show(ShowEvent::TilesEnded {
                generation,
                outcome: Err(reason),
            }));
        }
    }

    /// The last of tiles that were read.
    pub(super) fn tiles_ended(
        &mut self,
        generation: Generation,
        outcome: Result<(), String>,
        rows: RowsOf,
    ) {
        if self.show.tiles.ended(generation, rows) {
            self.outlet.tell(Event::Show(ShowEvent::TilesEnded {
                generation,
                outcome,
            }));
        }
        if let Err(err) = self.show.tiles.start_wanted() {
            self.fail(format!("No thread for the picture can be started: {err}"));
        }
    }

    /// The picture of a post for the screen. What is read ahead gives way.
    pub(super) fn show_picture(
        &mut self,
        generation: Generation,
        post: PostId,
        max_width: u32,
        max_height: u32,
    ) {
        self.show.ahead.cancel();
        self.read_picture(Purpose::Screen, generation, post, (max_width, max_height));
    }

    fn read_picture(
        &mut self,
        purpose: Purpose,
        generation: Generation,
        post: PostId,
        (max_width, max_height): (u32, u32),
    ) {
        let refused = match self.path_of(post) {
            Ok(path) => {
                self.watch.hurry();
                let task = PictureTask {
                    generation,
                    post,
                    path,
                    max_width,
                    max_height,
                };
                match self.show.slot(purpose).show(task) {
                    Ok(()) => return,
                    Err(err) => format!("No thread for the picture can be started: {err}"),
                }
            }
            Err(reason) => {
                self.show.slot(purpose).cancel();
                reason
            }
        };
        self.tell_picture(purpose, generation, post, Err(refused));
    }

    fn path_of(&self, post: PostId) -> Result<std::path::PathBuf, String> {
        match self.reader.post_path(post) {
            Ok(Some(path)) => Ok(path),
            Ok(None) => Err(format!("Post {post} has no file")),
            Err(err) => Err(err.to_string()),
        }
    }

    /// The last of a picture that was read.
    pub(super) fn picture_read(
        &mut self,
        purpose: Purpose,
        generation: Generation,
        post: PostId,
        picture: Result<Pixels, String>,
    ) {
        let slot = self.show.slot(purpose);
        let is_newest = slot.ended(generation);
        let next = slot.start_wanted();
        if let Ok(pixels) = &picture
            && purpose == Purpose::Screen
        {
            if let Some(degraded) = &pixels.degraded {
                memory::note_degraded(format!("a picture is {degraded}"));
            }
            let bytes = pixels.rgba.len() as i64;
            memory::mark(format!("picture of post {post} opened"), Some(bytes));
        }
        if is_newest {
            self.tell_picture(purpose, generation, post, picture);
        }
        if let Err(err) = next {
            self.fail(format!("No thread for the picture can be started: {err}"));
        }
    }

    fn tell_picture(
        &mut self,
        purpose: Purpose,
        generation: Generation,
        post: PostId,
        picture: Result<Pixels, String>,
    ) {
        match purpose {
            Purpose::Screen => self.outlet.tell_newest(
                Event::Picture {
                    generation,
                    post,
                    picture,
                },
                |it| matches!(it, Event::Picture { .. }),
            ),
            Purpose::Ahead => {
                let picture = picture.ok();
                self.outlet.tell_newest(
                    Event::Show(ShowEvent::Ahead {
                        generation,
                        post,
                        picture,
                    }),
                    |it| matches!(it, Event::Show(ShowEvent::Ahead { .. })),
                );
            }
            Purpose::Clipboard => self.outlet.tell(Event::Show(ShowEvent::ForClipboard {
                generation,
                picture,
            })),
        }
    }

    fn hand_over(&mut self, post: PostId, handover: impl FnOnce(std::path::PathBuf) -> Handover) {
        match self.path_of(post) {
            Ok(path) => self.hand_over_path(handover(path)),
            Err(reason) => self.not_handed(reason),
        }
    }

    fn hand_over_path(&mut self, handover: Handover) {
        if let Err(err) = hand_over(handover, self.news_sender.clone()) {
            self.not_handed(format!("No thread for it can be started: {err}"));
        }
    }

    fn not_handed(&mut self, reason: String) {
        let failure = HandoverFailure {
            reason,
            way_out: None,
            path: None,
        };
        self.outlet
            .tell(Event::Show(ShowEvent::Handed(Err(failure))));
    }
}
