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

use super::trash::{self, InTrash, NotBack};

/// Why a decision was not carried out, for people.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecideError {
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Files are in the trash, and can't come back as things are. Nothing else of
    /// the decision was taken back, so that this can be tried again.
    #[error("{}", .0.join("\n"))]
    NotBack(Vec<String>),
}

/// Does it; `committed` gets what each transaction changed. Returns what was done,
/// for people.
pub(super) fn carry_out(
    library: &Library,
    writer: &mut Writer,
    decision: &DuplicateDecision,
    committed: &mut dyn FnMut(Changes),
) -> Result<String, DecideError> {
    match decision {
        DuplicateDecision::NotDuplicates(posts) => {
            writer.mark_not_duplicates(posts)?;
            let posts = counted(posts.len(), "post");
            Ok(format!("{posts} will not be shown as duplicates again"))
        }
        DuplicateDecision::NotDuplicateOf { post, others } => {
            writer.mark_not_duplicate_of(*post, others)?;
            let others = counted(others.len(), "post");
            Ok(format!(
                "Post {post} will not be shown as a duplicate of {others} again"
            ))
        }
        DuplicateDecision::Merge {
            keep,
            others,
            trash_files,
        } => {
            let reader = library.reader("edits")?;
            Ok(merge(
                &reader,
                writer,
                *keep,
                others,
                *trash_files,
                committed,
            )?)
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
        DuplicateRecord::NotDuplicates { posts } if let [post] = posts.as_slice() => {
            format!("post {post} marked as no duplicate")
        }
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
    // From here on it is done: what fails is told as what it is.
    let kept = match reader.files_of(keep) {
        Ok(kept) => kept,
        Err(err) => return Ok(format!("Merged into post {keep}; no file was moved: {err}")),
    };
    // So that a program that ends in between knows where to look.
    let noted =
        trash::look_for_thrown(reader, writer, committed).and_then(|_| writer.note_leaving(others));
    if let Err(err) = noted {
        return Ok(format!("Merged into post {keep}; no file was moved: {err}"));
    }
    trash::throw_away(&mut files, &kept);
    let mut text = merged_text(keep, &files);
    match writer.note_trashed(number, &files) {
        Ok(changes) => committed(changes),
        // As after a crash: undoing looks for each file in both places.
        Err(err) => text.push_str(&format!(
            "\nThe library does not know yet which files went: {err}; taking it back finds them"
        )),
    }
    Ok(text)
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
) -> Result<String, DecideError> {
    let files = match &last.record {
        DuplicateRecord::Merged(merge) => put_back(merge),
        DuplicateRecord::NotDuplicates { .. } => Files::default(),
    };
    if !files.waiting.is_empty() {
        // Those that are back are remembered as such; the rest stays as it was.
        committed(writer.note_restored(last.number, &files.found)?);
        let mut told = files.waiting;
        if !files.found.is_empty() {
            let num = counted(files.found.len(), "other file");
            told.push(format!("{num} came back"));
        }
        told.extend(files.lost);
        return Err(DecideError::NotBack(told));
    }
    committed(writer.undo_duplicates(last.number, &files.found)?);
    let mut text = format!("Taken back: {}", describe(&last.record));
    for problem in files.lost {
        text.push('\n');
        text.push_str(&problem);
    }
    Ok(text)
}

/// What became of the files of a merge that is taken back.
#[derive(Debug, Default)]
struct Files {
    /// They are where they were again.
    found: Vec<PathBuf>,
    /// Why others are not, though they can be one day.
    waiting: Vec<String>,
    /// Of those that will not come back.
    lost: Vec<String>,
}

fn put_back(merge: &MergeRecord) -> Files {
    let mut files = Files::default();
    let trash = InTrash::default();
    for file in &merge.files {
        let is_back = match &file.state {
            TrashState::Refused(_) => continue,
            // It may never have gone.
            TrashState::Planned if trash::is_there(file) => Ok(()),
            TrashState::Planned | TrashState::InTrash { .. } => trash::put_back(file, &trash),
        };
        let path = file.path.display();
        match is_back {
            Ok(()) => files.found.push(file.path.clone()),
            Err(NotBack::Yet(reason)) => {
                files.waiting.push(format!("{path} is not back: {reason}"));
            }
            Err(NotBack::Ever(reason)) => {
                tracing::warn!(%path, reason, "a file did not come back from the trash");
                files.lost.push(format!("{path} is not back: {reason}"));
            }
        }
    }
    files
}

fn counted(num: usize, noun: &str) -> String {
    match num {
        1 => format!("1 {noun}"),
        _ => format!("{num} {noun}s"),
    }
}
