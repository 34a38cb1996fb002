//! Finding what is alike: the strip below an open post, the page for any
//! picture, and the state of embeddings and their index.
//!
//! Strip and page each have a [`finder::Finder`]; the engine answers the last question
//! of all only, so whoever was overtaken asks again when it is on screen again.
//! While neither is, nothing is asked.

mod actions;
mod clipboard;
mod finder;
mod found;
mod keys;
mod logic;
mod menu_ui;
mod options_ui;
mod page;
mod page_ui;
mod state_text;
mod state_ui;
mod strip;
mod strip_ui;
mod subject;

pub use actions::ACTIONS;
pub use keys::{paste_events, strip_keys};
pub use menu_ui::similar_menu_ui;
pub use page_ui::similar_page_ui;
pub use state_ui::embedding_ui;
pub use strip::Strip;
pub use strip_ui::strip_ui;
pub use subject::is_picture_name;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui;

use crate::message::{
    Blend, EmbedCommand, Generation, IndexCommand, Request, SimilarMode, SimilarityState,
    TagMeasure,
};
use crate::model::PostId;

use super::link::Link;
use super::view::View;
use super::viewer::Place;
use page::SimilarPage;

/// After an import that brought something the engine may begin to embed; whether
/// it does is looked at for this long, seconds.
const PROBE_SECS: f64 = 8.0;

/// What can be done about what is alike.
#[derive(Clone, Debug, PartialEq)]
pub enum SimilarCommand {
    /// Show or hide the strip below an open post.
    ToggleStrip,
    /// Open the page, or close it.
    TogglePage,
    /// Open the page with the post that is open or selected.
    FindThis,
    /// Open the page with a picture file.
    FindFile(PathBuf),
    SetMode(SimilarMode),
    SetMeasure(TagMeasure),
    SetBlend(Blend),
    /// Only posts of the current search, or all.
    SetWithin(bool),
    ToggleWithin,
    /// Ask the desktop for a picture file.
    ChooseFile,
    /// Look for a picture in the clipboard.
    Paste,
    PasteText(String),
    PasteImage(Arc<egui::ColorImage>),
    /// Show what is asked in the place of what was found, or what was found again.
    Unfold(bool),
    /// Ask the same again.
    Retry,
    /// Open the post at this index of what the page found.
    OpenFound(usize),
    OpenSelected,
    /// Open the post at this index of the strip.
    OpenInStrip(usize),
    /// Open a post that need not be in any list.
    OpenPost(PostId),
    /// Open the post again from which the strip led here.
    GoBack,
    /// Leave the page, for the open post from which it was asked for if it was.
    Leave,
    Embed(EmbedCommand),
    Index(IndexCommand),
    /// Ask whether similarity is to be switched off; or no more.
    AskOff(bool),
}

/// An open post, and what was behind it.
#[derive(Clone, Debug)]
pub struct CameFrom {
    pub view: View,
    pub post: PostId,
    pub trail: Vec<(Place, PostId)>,
}

/// Everything about what is alike.
#[derive(Default)]
pub struct Similar {
    pub strip: Strip,
    pub page: SimilarPage,
    /// As the engine told it last.
    pub state: Option<SimilarityState>,
    /// The open post that the page was asked for from.
    pub came_from: Option<CameFrom>,
    /// The page asks whether similarity is to be switched off.
    pub asks_off: bool,
    is_watching: bool,
    /// Until this time of a frame the state is looked at.
    probe_until: Option<f64>,
    /// The last question of strip and page.
    last_asked: Generation,
}

impl Similar {
    /// Looks for a while whether the engine embeds.
    pub fn probe(&mut self, ctx: &egui::Context) {
        let now = ctx.input(|input| input.time);
        self.probe_until = Some(now + PROBE_SECS);
    }

    /// Is told of the state only while it is on screen, or embedding goes on.
    pub fn watch(&mut self, ctx: &egui::Context, is_on_screen: bool, link: &mut Link) {
        if let Some(until) = self.probe_until {
            let now = ctx.input(|input| input.time);
            if now < until {
                ctx.request_repaint_after(Duration::from_secs_f64(until - now));
            } else {
                self.probe_until = None;
            }
        }
        let watch = is_on_screen || self.probe_until.is_some() || self.is_embedding();
        if watch != self.is_watching {
            self.is_watching = watch;
            link.send(Request::WatchSimilarity { watch });
        }
    }

    pub fn is_embedding(&self) -> bool {
        let state = self.state.as_ref();
        state.is_some_and(|it| it.embedding.is_some())
    }

    /// Takes the state in; `true` where similarity was switched on or off.
    pub fn take_state(&mut self, state: SimilarityState) -> bool {
        let was_enabled = self.state.as_ref().map(|it| it.is_enabled);
        let is_switched = was_enabled.is_some_and(|it| it != state.is_enabled);
        if !state.is_enabled {
            self.asks_off = false;
        }
        self.state = Some(state);
        is_switched
    }

    /// The engine stopped: nothing will be answered.
    pub fn abandon(&mut self) {
        self.strip.finder.abandon();
        self.page.finder.abandon();
        self.state = None;
        self.probe_until = None;
    }
}
