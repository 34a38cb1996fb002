//! What the thumbnails take, told apart by whether they are on screen.

use super::{Content, TextureCache};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TextureFigures {
    /// Painted by the last frame, as textures.
    pub num_shown: u64,
    pub shown_bytes: u64,
    /// All textures.
    pub num_kept: u64,
    pub kept_bytes: u64,
    pub limit_bytes: u64,
    pub num_waiting: u64,
    pub waiting_bytes: u64,
}

impl TextureCache {
    pub fn figures(&self) -> TextureFigures {
        let mut figures = TextureFigures {
            limit_bytes: self.limit_bytes,
            num_waiting: self.arrived.len() as u64,
            waiting_bytes: self.arrived_bytes,
            ..TextureFigures::default()
        };
        for entry in self.entries.values() {
            let Content::Ready { bytes, .. } = &entry.content else {
                continue;
            };
            figures.num_kept += 1;
            figures.kept_bytes += bytes;
            // The panel beside the grid is painted before the grid is.
            if entry.last_seen + 1 >= self.frame {
                figures.num_shown += 1;
                figures.shown_bytes += bytes;
            }
        }
        figures
    }
}
