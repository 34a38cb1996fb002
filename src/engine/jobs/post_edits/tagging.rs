//! Giving posts tags and taking tags away, in steps, and the way back.

use std::borrow::Cow;

use super::super::decide::DecideError;
use super::counted;
use super::ways::{Done, Job, Way};
use crate::library::FormerTag;
use crate::message::TagEdit;
use crate::model::PostId;

/// A post whose tags change takes as long as so many marks.
const MARKS_A_POST: usize = 4;

/// Tags that are named in what was done.
const MAX_NAMED: usize = 5;

/// Of longer names only the start is said, characters.
const MAX_NAME: usize = 32;

/// An edit of tags in words: `3 posts tagged cat, dog; bird taken away`.
pub(super) fn said(posts: &[PostId], tags: &TagEdit) -> String {
    let add = listed(tags.add.iter().map(|it| it.name.as_str()));
    let remove = listed(tags.remove.iter().map(String::as_str));
    match (add, remove) {
        (Some(add), None) => format!("{} tagged {add}", counted(posts)),
        (Some(add), Some(remove)) => {
            format!("{} tagged {add}; {remove} taken away", counted(posts))
        }
        (None, Some(remove)) => format!("{remove} taken from {}", counted(posts).to_lowercase()),
        (None, None) => "No tag was changed".to_owned(),
    }
}

fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Option<String> {
    let num_more = names.len().saturating_sub(MAX_NAMED);
    let named: Vec<Cow<'_, str>> = names.take(MAX_NAMED).map(shortened).collect();
    let mut text = named.join(", ");
    if num_more > 0 {
        text.push_str(&format!(" and {num_more} more"));
    }
    (!text.is_empty()).then_some(text)
}

fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(MAX_NAME) {
        Some((end, _)) => format!("{}…", name.get(..end).unwrap_or(name)).into(),
        None => name.into(),
    }
}

impl Job<'_, '_> {
    pub(super) fn tag(mut self, posts: &[PostId], tags: &TagEdit) -> Result<Done, DecideError> {
        let mut before = Vec::new();
        let size = (self.sizes.num_marks / MARKS_A_POST).max(1);
        let (num_done, problems) = self.in_steps(posts, size, |job, step| {
            let (of_step, changes) = job.writer.tag_posts(step, &tags.add, &tags.remove)?;
            job.watch.committed(changes);
            before.extend(of_step);
            Ok(())
        })?;
        let left = posts.get(num_done..).unwrap_or_default();
        let mut text = self.stopped_text(num_done, posts.len());
        if before.is_empty() && text.is_none() {
            text = Some(match posts {
                [post] => format!("Post {post} is tagged so already"),
                posts => format!("{} are tagged so already", counted(posts)),
            });
        }
        Ok(Done {
            back: (!before.is_empty()).then_some(Way::Retag(before)),
            text,
            problems,
            left: (!left.is_empty()).then(|| Way::Tag {
                posts: left.to_vec(),
                tags: tags.clone(),
            }),
        })
    }

    pub(super) fn retag(mut self, former: &[FormerTag]) -> Result<Done, DecideError> {
        let mut before = Vec::new();
        let (num_done, problems) = self.in_steps(former, self.sizes.num_marks, |job, step| {
            let (of_step, changes) = job.writer.retag(step)?;
            job.watch.committed(changes);
            before.extend(of_step);
            Ok(())
        })?;
        let left = former.get(num_done..).unwrap_or_default();
        Ok(Done {
            back: (!before.is_empty()).then_some(Way::Retag(before)),
            text: self.stopped_text(num_done, former.len()),
            problems,
            left: (!left.is_empty()).then(|| Way::Retag(left.to_vec())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_in_a_line() {
        let posts = [PostId(3), PostId(4)];
        let mut edit = TagEdit::adding(&"ä".repeat(40));
        let start = "ä".repeat(32);
        assert_eq!(said(&posts, &edit), format!("2 posts tagged {start}…"));
        edit = TagEdit::removing("cat");
        assert_eq!(said(&posts[..1], &edit), "cat taken from post 3");
        for name in ["a", "b", "c", "d", "e", "f", "g"] {
            edit.add.extend(TagEdit::adding(name).add);
        }
        let wanted = "2 posts tagged a, b, c, d, e and 2 more; cat taken away";
        assert_eq!(said(&posts, &edit), wanted);
    }
}
