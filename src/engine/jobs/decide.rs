//! Carries out what the user decides about duplicates, and takes it back.
//!
//! The library and the trash can't change in one transaction, so the log says
//! first what is to go to the trash, then what went. Where the program ends in
//! between, taking the decision back looks for each file in both places.

use std::path::PathBuf;

use crate::library::{
    Changes, DuplicateRecord, KnownFile, LastDecision, Library, LibraryError, MergeRecord, Reader,
    TrashFile, TrashState, Writer,
};
use crate::message::DuplicateDecision;
use crate::model::PostId;

use super::trash;

/// Does it; `committed` gets what each transaction changed. Returns what was done,
/// for people.
pub(super) fn carry_out(
    library: &Library,
    writer: &mut Writer,
    decision: &DuplicateDecision,
    committed: &mut dyn FnMut(Changes),
) -> Result<String, LibraryError> {
    match decision {
        DuplicateDecision::NotDuplicates(posts) => {
            writer.mark_not_duplicates(posts)?;
            let posts = counted(posts.len(), "post");
            Ok(format!("{posts} will not be shown as duplicates again"))
        }
        DuplicateDecision::Merge {
            keep,
            others,
            trash_files,
        } => {
            let reader = library.reader("edits")?;
            merge(&reader, writer, *keep, others, *trash_files, committed)
        }
        DuplicateDecision::Undo => {
            let last = library.reader("edits")?.last_decision()?;
            let last = last.ok_or(LibraryError::NothingDecided)?;
            undo(writer, &last, committed)
        }
    }
}

/// What [`DuplicateDecision::Undo`] would take back, in words.
pub(super) fn undo_text(library: &Library) -> Option<String> {
    let last = library.reader("edits").and_then(|it| it.last_decision());
    match last {
        Ok(last) => Some(describe(&last?.record)),
        Err(err) => {
            tracing::warn!(%err, "the last decision about duplicates can't be read");
            None
        }
    }
}

fn describe(record: &DuplicateRecord) -> String {
    match record {
        DuplicateRecord::NotDuplicates { posts } => {
            format!("{} marked as no duplicates", counted(posts.len(), "post"))
        }
        DuplicateRecord::Merged(merge) => {
            let num_trashed = merge
                .files
                .iter()
                .filter(|it| matches!(it.state, TrashState::InTrash { .. }))
                .count();
            let others = counted(merge.others.len(), "post");
            let merged = format!("{others} merged into post {}", merge.keep);
            match num_trashed {
                0 => merged,
                num => format!("{merged}, {} in the trash", counted(num, "file")),
            }
        }
    }
}

fn merge(
    reader: &Reader,
    writer: &mut Writer,
    keep: PostId,
    others: &[PostId],
    trash_files: bool,
    committed: &mut dyn FnMut(Changes),
) -> Result<String, LibraryError> {
    let planned = if trash_files {
        Some(trash::plan(files_of_all(reader, keep, others)?))
    } else {
        None
    };
    let (number, changes) = writer.merge_duplicates(keep, others, planned.clone())?;
    committed(changes);
    let Some(mut files) = planned else {
        let others = counted(others.len(), "post");
        return Ok(format!(
            "Tags and sources of {others} are on post {keep} too"
        ));
    };
    let kept = reader.files_of(keep)?;
    trash::throw_away(&mut files, &kept);
    committed(writer.note_trashed(number, &files)?);
    Ok(merged_text(keep, &files))
}

/// Of all but the kept post.
fn files_of_all(
    reader: &Reader,
    keep: PostId,
    others: &[PostId],
) -> Result<Vec<KnownFile>, LibraryError> {
    let mut files = Vec::new();
    let mut seen = vec![keep];
    for &post in others {
        if !seen.contains(&post) {
            seen.push(post);
            files.extend(reader.files_of(post)?);
        }
    }
    Ok(files)
}

fn merged_text(keep: PostId, files: &[TrashFile]) -> String {
    let num_gone = files
        .iter()
        .filter(|it| matches!(it.state, TrashState::InTrash { .. }))
        .count();
    let mut text = format!(
        "Merged into post {keep}; {} moved to the trash",
        counted(num_gone, "file")
    );
    for file in files {
        if let TrashState::Refused(reason) = &file.state {
            text.push_str(&format!("\n{} stays: {reason}", file.path.display()));
        }
    }
    text
}

fn undo(
    writer: &mut Writer,
    last: &LastDecision,
    committed: &mut dyn FnMut(Changes),
) -> Result<String, LibraryError> {
    let (found, problems) = match &last.record {
        DuplicateRecord::Merged(merge) => put_back(merge),
        DuplicateRecord::NotDuplicates { .. } => (Vec::new(), Vec::new()),
    };
    committed(writer.undo_duplicates(last.number, &found)?);
    let mut text = format!("Taken back: {}", describe(&last.record));
    for problem in problems {
        text.push('\n');
        text.push_str(&problem);
    }
    Ok(text)
}

/// The files that are where they were again, and why others are not.
fn put_back(merge: &MergeRecord) -> (Vec<PathBuf>, Vec<String>) {
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for file in &merge.files {
        let is_back = match &file.state {
            TrashState::Refused(_) => continue,
            // It may never have gone.
            TrashState::Planned if trash::is_there(file) => Ok(()),
            TrashState::Planned | TrashState::InTrash { .. } => trash::put_back(file),
        };
        match is_back {
            Ok(()) => found.push(file.path.clone()),
            Err(reason) => {
                problems.push(format!("{} is not back: {reason}", file.path.display()));
            }
        }
    }
    (found, problems)
}

fn counted(num: usize, noun: &str) -> String {
    match num {
        1 => format!("1 {noun}"),
        _ => format!("{num} {noun}s"),
    }
}
