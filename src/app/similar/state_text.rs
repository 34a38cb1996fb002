//! The state of embeddings and their index, in words.

use crate::app::text;
use crate::message::{EmbedProgress, IndexState, SimilarityState, WorkerState};

/// `1,234 of 15,000 prepared for Find similar · 27 a second · 8 min left · 2 failed`
pub fn progress_text(progress: &EmbedProgress) -> String {
    let EmbedProgress {
        num_done,
        num_total,
        num_failed,
        pictures_per_sec,
        secs_left,
        is_paused,
        current: _,
    } = progress;
    let mut parts = vec![text::similar::done_of(*num_done, *num_total)];
    if *is_paused {
        parts.push(text::similar::PAUSED.to_owned());
    } else {
        if *pictures_per_sec > 0.0 {
            parts.push(text::similar::a_second(*pictures_per_sec));
        }
        if let Some(secs_left) = secs_left {
            parts.push(text::similar::time_left(*secs_left));
        }
    }
    if *num_failed > 0 {
        parts.push(text::similar::failed(*num_failed));
    }
    parts.join(" · ")
}

/// 0 to 1.
pub fn progress_share(progress: &EmbedProgress) -> f32 {
    progress.num_done as f32 / progress.num_total.max(1) as f32
}

/// `15,000 of 15,000 pictures are embedded, 12 can't be`
pub fn embedded_text(state: &SimilarityState) -> String {
    let mut said = match state.num_pictures {
        0 => text::similar::NO_PICTURES_TO_EMBED.to_owned(),
        // Embeddings of posts that were taken out are kept, in case they come back.
        num_pictures if num_pictures <= state.num_embedded => {
            text::similar::all_ready(num_pictures)
        }
        num_pictures => text::similar::ready_of(state.num_embedded, num_pictures),
    };
    if state.num_failed > 0 {
        said += &text::similar::cant_be(state.num_failed);
    }
    said
}

/// Pictures that have no embedding and could have one.
pub fn num_missing(state: &SimilarityState) -> u64 {
    let known = state.num_embedded + state.num_failed;
    state.num_pictures.saturating_sub(known)
}

/// `Loaded · 1.91 MB · 15,000 vectors · recall 0.99 (measured)`
pub fn index_text(state: &SimilarityState) -> String {
    let mut parts = Vec::new();
    let on_disk =
        || (state.index_disk_bytes > 0).then(|| text::similar::on_disk(state.index_disk_bytes));
    match state.index {
        IndexState::Nothing => return text::similar::NO_INDEX_OF_NOTHING.to_owned(),
        IndexState::NotBuilt => parts.push(text::similar::INDEX_NOT_BUILT_YET.to_owned()),
        IndexState::Building => parts.push(text::similar::BUILDING.to_owned()),
        IndexState::NotLoaded => {
            parts.push(text::similar::NOT_LOADED.to_owned());
            parts.extend(on_disk());
        }
        IndexState::Loading => {
            parts.push(text::similar::LOADING.to_owned());
            parts.extend(on_disk());
        }
        IndexState::Loaded { bytes, num_vectors } => {
            parts.push(text::similar::LOADED.to_owned());
            parts.push(text::bytes(bytes));
            parts.push(text::similar::vectors(num_vectors));
        }
    }
    if let Some(recall) = state.index_recall
        && matches!(
            state.index,
            IndexState::NotLoaded | IndexState::Loading | IndexState::Loaded { .. }
        )
    {
        parts.push(text::similar::recall(recall));
    }
    parts.join(" · ")
}

/// `Worker process 4711 · 77.0 MB`
pub fn worker_text(worker: Option<&WorkerState>) -> String {
    match worker {
        Some(WorkerState { pid, rss_bytes }) => text::similar::worker(*pid, *rss_bytes),
        None => text::similar::WORKER_EXPLAINED.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_says_how_fast_and_how_long() {
        let mut progress = EmbedProgress {
            num_done: 1234,
            num_total: 15_000,
            pictures_per_sec: 27.2,
            secs_left: Some(480.0),
            ..EmbedProgress::default()
        };
        assert_eq!(
            progress_text(&progress),
            "1,234 of 15,000 prepared for Find similar · 27 a second · 8 min left"
        );
        progress.is_paused = true;
        progress.num_failed = 2;
        assert_eq!(
            progress_text(&progress),
            "1,234 of 15,000 prepared for Find similar · paused · 2 failed"
        );
        assert!(progress_share(&EmbedProgress::default()) <= 0.0);
    }

    #[test]
    fn the_index_says_what_it_costs_and_what_it_finds() {
        let mut state = SimilarityState {
            index: IndexState::NotLoaded,
            index_disk_bytes: 15 << 20,
            ..SimilarityState::default()
        };
        assert_eq!(index_text(&state), "Not loaded · 15.0 MB on disk");
        state.index = IndexState::Loaded {
            bytes: 1_992_294,
            num_vectors: 15_000,
        };
        state.index_recall = Some(0.991);
        assert_eq!(
            index_text(&state),
            "Loaded · 1.90 MB · 15,000 vectors · recall 0.99 (measured)"
        );
        state.index = IndexState::Building;
        assert_eq!(index_text(&state), "Building…");
    }

    #[test]
    fn what_failed_is_not_missing() {
        let state = SimilarityState {
            num_pictures: 100,
            num_embedded: 90,
            num_failed: 4,
            ..SimilarityState::default()
        };
        assert_eq!(num_missing(&state), 6);
        assert_eq!(
            embedded_text(&state),
            "Ready: 90 of 100 pictures, 4 can't be"
        );
    }

    #[test]
    fn what_was_taken_out_is_not_ready() {
        let state = SimilarityState {
            num_pictures: 4_083,
            num_embedded: 4_213,
            ..SimilarityState::default()
        };
        assert_eq!(embedded_text(&state), "Ready: 4,083 pictures");
    }
}
