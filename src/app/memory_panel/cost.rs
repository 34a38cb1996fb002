//! What the things that are looked at cost, by figures that the window knows
//! itself.

use crate::app::text;

/// What the window holds now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ViewFigures {
    pub query: String,
    /// Posts whose ids are held, and the bytes of that list.
    pub num_results: u64,
    pub results_bytes: u64,
    pub num_shown: u64,
    pub shown_bytes: u64,
    /// All thumbnails that are textures; those on screen are among them.
    pub num_kept: u64,
    pub kept_bytes: u64,
    pub kept_limit_bytes: u64,
    pub num_waiting: u64,
    pub waiting_bytes: u64,
    pub picture: Option<PictureFigures>,
}

/// The open picture, pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PictureFigures {
    pub texture_size: [u64; 2],
    pub full_size: [u64; 2],
    /// Of the file, where that is known.
    pub file_bytes: Option<u64>,
}

/// A thing and its cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    pub name: &'static str,
    pub bytes: u64,
    pub how: String,
}

/// Bytes of a pixel on screen.
const PIXEL_BYTES: u64 = 4;

/// The ids of a result, in words.
pub fn search_text(num_results: u64, bytes: u64) -> String {
    text::memory_panel::search_holds(bytes, num_results)
}

/// All costs; no byte is in two of them.
pub fn costs(figures: &ViewFigures) -> Vec<Cost> {
    let ViewFigures {
        query,
        num_results,
        results_bytes,
        num_shown,
        shown_bytes,
        num_kept,
        kept_bytes,
        kept_limit_bytes,
        num_waiting,
        waiting_bytes,
        picture,
    } = figures;
    let query = match query.as_str() {
        "" => "everything".to_owned(),
        query => format!("“{}”", text::middle(query, 40)),
    };
    let mut costs = vec![
        Cost {
            name: text::memory_panel::THIS_SEARCH,
            bytes: *results_bytes,
            how: text::memory_panel::ids(&query, *num_results),
        },
        Cost {
            name: text::memory_panel::THUMBNAILS_ON_SCREEN,
            bytes: *shown_bytes,
            how: match shown_bytes.checked_div(*num_shown) {
                Some(mean) if mean > 0 => text::memory_panel::textures(*num_shown, mean),
                _ => text::memory_panel::NO_THUMBNAILS.to_owned(),
            },
        },
        Cost {
            name: text::memory_panel::THUMBNAILS_KEPT,
            bytes: kept_bytes.saturating_sub(*shown_bytes),
            how: text::memory_panel::scrolled_away(
                num_kept.saturating_sub(*num_shown),
                *kept_limit_bytes,
            ),
        },
    ];
    if *num_waiting > 0 {
        costs.push(Cost {
            name: text::memory_panel::THUMBNAILS_ARRIVING,
            bytes: *waiting_bytes,
            how: text::memory_panel::wait_for_upload(*num_waiting),
        });
    }
    if let Some(picture) = picture {
        costs.push(picture_cost(picture));
    }
    costs
}

fn picture_cost(picture: &PictureFigures) -> Cost {
    let PictureFigures {
        texture_size: [width, height],
        full_size: [full_width, full_height],
        file_bytes,
    } = picture;
    let mut how = text::memory_panel::pixels(*width, *height);
    let whole = full_width * full_height * PIXEL_BYTES;
    if (full_width, full_height) != (width, height) {
        how.push_str(&text::memory_panel::whole(*full_width, *full_height, whole));
    }
    if let Some(bytes) = file_bytes {
        how.push_str(&text::memory_panel::in_its_file(*bytes));
    }
    Cost {
        name: text::memory_panel::OPEN_PICTURE,
        bytes: width * height * PIXEL_BYTES,
        how,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_is_in_two_costs() {
        let figures = ViewFigures {
            num_results: 1000,
            results_bytes: 4000,
            num_shown: 10,
            shown_bytes: 1 << 20,
            num_kept: 30,
            kept_bytes: 3 << 20,
            kept_limit_bytes: 32 << 20,
            picture: Some(PictureFigures {
                texture_size: [100, 50],
                full_size: [200, 100],
                file_bytes: Some(12_345),
            }),
            ..ViewFigures::default()
        };
        let costs = costs(&figures);
        let sum: u64 = costs.iter().map(|it| it.bytes).sum();
        assert_eq!(sum, 4000 + (3 << 20) + 20_000);
        let picture = costs.last().unwrap();
        assert_eq!(
            picture.how,
            "100 × 50 pixels × 4 bytes; whole, 200 × 100, it would be 78.1 KB; \
             12.1 KB in its file"
        );
    }
}
