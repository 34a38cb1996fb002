//! Answers as they are kept on disk.

use serde::{Deserialize, Serialize};

use crate::message::{SimilarPost, SimilarQuery};
use crate::model::PostId;

/// Answers longer than this are cut.
const MAX_POSTS: usize = 100;

/// Changes with each change of the format below.
const FORMAT: u8 = 1;

#[derive(Serialize, Deserialize)]
struct Row {
    post: u32,
    score: f32,
    semantic: Option<f32>,
    distance: Option<u32>,
    tags: Option<f32>,
}

/// Tells questions about a post apart.
pub fn question(query: &SimilarQuery) -> String {
    let SimilarQuery {
        subject: _,
        mode,
        count,
        within: _,
        tag_measure,
        blend,
        may_remember: _,
    } = query;
    format!(
        "{FORMAT} {} {} {tag_measure:?} {blend:?}",
        mode.name(),
        (*count).min(MAX_POSTS)
    )
}

pub fn encode(posts: &[SimilarPost]) -> Vec<u8> {
    let rows: Vec<Row> = posts
        .iter()
        .take(MAX_POSTS)
        .map(|it| Row {
            post: it.post.0,
            score: it.score,
            semantic: it.semantic,
            distance: it.distance,
            tags: it.tags,
        })
        .collect();
    // Numbers in memory can always be written.
    postcard::to_allocvec(&rows).unwrap_or_default()
}

/// `None` where it is not what [`encode`] wrote.
pub fn decode(bytes: &[u8]) -> Option<Vec<SimilarPost>> {
    let rows: Vec<Row> = postcard::from_bytes(bytes).ok()?;
    let posts = rows.into_iter().map(|it| SimilarPost {
        post: PostId(it.post),
        score: it.score,
        semantic: it.semantic,
        distance: it.distance,
        tags: it.tags,
    });
    Some(posts.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{SimilarMode, SimilarSubject};

    #[test]
    fn an_answer_comes_back_as_it_was() {
        let posts = [SimilarPost {
            post: PostId(7),
            score: 0.5,
            semantic: Some(0.75),
            distance: None,
            tags: Some(0.25),
        }];
        let bytes = encode(&posts);
        assert_eq!(decode(&bytes).unwrap(), posts);
        assert_eq!(decode(&bytes[..bytes.len() - 1]), None);
        assert_eq!(decode(b"what"), None);
    }

    #[test]
    fn other_weights_are_another_question() {
        let subject = SimilarSubject::Post(PostId(1));
        let query = SimilarQuery::new(subject, SimilarMode::Blended, 20);
        let mut other = query.clone();
        other.blend.tags = 0.3;
        assert_ne!(question(&query), question(&other));
        assert_eq!(question(&query), question(&query.clone()));
    }
}
