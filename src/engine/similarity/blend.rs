//! One score of several measures.

use crate::message::{Blend, SimilarMode, SimilarPost};

use super::Candidate;

/// Bits of a perceptual hash.
const HASH_BITS: f32 = 64.0;

/// How alike a candidate is in the measure of a mode; `None` where it can't be
/// compared by it, or by nothing that counts.
///
/// Blended: Σ weight × score / Σ weight over the three measures, after
/// ChibiBooru: what is below its threshold, or can't be compared, counts as 0.
pub fn score(
    mode: SimilarMode,
    blend: &Blend,
    candidate: &Candidate,
    tags: Option<f32>,
) -> Option<SimilarPost> {
    let visual = candidate.distance.map(visual_score);
    let score = match mode {
        SimilarMode::Semantic => candidate.semantic?,
        SimilarMode::Visual => visual?,
        SimilarMode::Tags => tags.filter(|it| *it > 0.0)?,
        SimilarMode::Blended => blended(blend, candidate, visual, tags)?,
    };
    Some(SimilarPost {
        post: candidate.post,
        score,
        semantic: candidate.semantic,
        distance: candidate.distance,
        tags,
    })
}

/// 1 − distance / 64.
pub fn visual_score(distance: u32) -> f32 {
    1.0 - distance as f32 / HASH_BITS
}

fn blended(
    blend: &Blend,
    candidate: &Candidate,
    visual: Option<f32>,
    tags: Option<f32>,
) -> Option<f32> {
    let Blend {
        semantic: semantic_weight,
        visual: visual_weight,
        tags: tags_weight,
        least_cosine,
        most_distance,
        least_tags,
    } = *blend;
    let weights = [semantic_weight, visual_weight, tags_weight].map(|it| it.max(0.0));
    let total: f32 = weights.iter().sum();
    if total <= 0.0 {
        return None;
    }
    let counted = [
        candidate.semantic.filter(|it| *it >= least_cosine),
        visual.filter(|_| candidate.distance.is_some_and(|it| it <= most_distance)),
        tags.filter(|it| *it >= least_tags),
    ];
    let sum: f32 = weights
        .iter()
        .zip(counted)
        .map(|(weight, score)| weight * score.unwrap_or(0.0))
        .sum();
    (sum > 0.0).then_some(sum / total)
}

/// Puts the most alike first; by hash, by colour, then by id where as alike.
pub fn sort(posts: &mut [(SimilarPost, Option<u32>)]) {
    posts.sort_by(|(a, a_steps), (b, b_steps)| {
        let by_score = b.score.total_cmp(&a.score);
        let steps = |it: &Option<u32>| it.unwrap_or(u32::MAX);
        by_score
            .then(steps(a_steps).cmp(&steps(b_steps)))
            .then(a.post.cmp(&b.post))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PostId;

    fn candidate(semantic: Option<f32>, distance: Option<u32>) -> Candidate {
        Candidate {
            post: PostId(1),
            semantic,
            distance,
            color_steps: None,
        }
    }

    fn blended_of(semantic: f32, distance: u32, tags: f32) -> Option<f32> {
        let candidate = candidate(Some(semantic), Some(distance));
        score(
            SimilarMode::Blended,
            &Blend::default(),
            &candidate,
            Some(tags),
        )
        .map(|it| it.score)
    }

    #[test]
    fn what_is_below_its_threshold_counts_as_nothing() {
        let near = |a: Option<f32>, b: f32| a.is_some_and(|a| (a - b).abs() < 1e-6);
        assert!(near(
            blended_of(0.8, 8, 0.5),
            0.6 * 0.8 + 0.2 * 0.875 + 0.2 * 0.5
        ));
        assert!(near(blended_of(0.29, 8, 0.5), 0.2 * 0.875 + 0.2 * 0.5));
        assert!(near(blended_of(0.8, 16, 0.5), 0.6 * 0.8 + 0.2 * 0.5));
        assert!(near(
            blended_of(0.8, 15, 0.09),
            0.6 * 0.8 + 0.2 * (1.0 - 15.0 / 64.0)
        ));
        assert_eq!(blended_of(0.0, 64, 0.0), None);
    }

    #[test]
    fn weights_are_shares() {
        let blend = Blend {
            semantic: 3.0,
            visual: 0.0,
            tags: 1.0,
            ..Blend::default()
        };
        let of = |blend: &Blend| {
            let candidate = candidate(Some(0.8), Some(0));
            score(SimilarMode::Blended, blend, &candidate, Some(0.4)).map(|it| it.score)
        };
        assert!(of(&blend).is_some_and(|it| (it - 0.7).abs() < 1e-6));
        let nothing = Blend {
            semantic: 0.0,
            visual: -1.0,
            tags: 0.0,
            ..Blend::default()
        };
        assert_eq!(of(&nothing), None);
    }

    #[test]
    fn a_mode_alone_needs_its_measure() {
        let blend = Blend::default();
        let none = candidate(None, None);
        for mode in SimilarMode::ALL {
            assert_eq!(score(mode, &blend, &none, None), None);
        }
        let far = candidate(Some(-0.2), Some(32));
        let of = |mode| score(mode, &blend, &far, Some(0.01)).map(|it| it.score);
        assert_eq!(of(SimilarMode::Semantic), Some(-0.2));
        assert_eq!(of(SimilarMode::Visual), Some(0.5));
        assert_eq!(of(SimilarMode::Tags), Some(0.01));
    }
}
