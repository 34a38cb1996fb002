//! Giving posts tags and taking tags away, in steps, and the way back.

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
    let named: Vec<&str> = names.take(MAX_NAMED).collect();
    let mut text = named.join(", ");
    if num_more > 0 {
        text.push_str(&format!(" and {num_more} more"));
    }
    (!text.is_empty()).then_some(text)
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
