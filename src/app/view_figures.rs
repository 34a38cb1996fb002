//! What the window holds of what is on screen, for the memory panel.

use super::KobakoApp;
use super::memory_panel::{PictureFigures, ViewFigures};
use super::viewer::Picture;

impl KobakoApp {
    /// Goes through the thumbnails: only where somebody looks at the figures.
    pub(super) fn view_figures(&self) -> ViewFigures {
        let textures = self.textures.figures();
        ViewFigures {
            query: self.search.current_query().to_owned(),
            num_results: self.results.num_held(),
            results_bytes: self.results.held_bytes(),
            num_shown: textures.num_shown,
            shown_bytes: textures.shown_bytes,
            num_kept: textures.num_kept,
            kept_bytes: textures.kept_bytes,
            kept_limit_bytes: textures.limit_bytes,
            num_waiting: textures.num_waiting,
            waiting_bytes: textures.waiting_bytes,
            picture: self.picture_figures(),
        }
    }

    fn picture_figures(&self) -> Option<PictureFigures> {
        let viewer = self.viewer.as_ref()?;
        let Picture::Shown(shown) = &viewer.picture else {
            return None;
        };
        let [width, height] = shown.texture.size();
        let details = viewer.details.as_ref().and_then(|it| it.as_ref().ok());
        Some(PictureFigures {
            texture_size: [width as u64, height as u64],
            full_size: [shown.full_size.x as u64, shown.full_size.y as u64],
            file_bytes: details.map(|it| it.file_size).filter(|it| *it > 0),
        })
    }
}
