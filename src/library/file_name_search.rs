//! `filename:` and `folder:`: finds files by a piece of their path.
//!
//! What counts of a path starts with the name of the folder that was imported,
//! as the folders above it (`/home/someone`) would match everything. Case does
//! not count; `%` and `_` are ordinary characters.

use std::collections::HashMap;
use std::ops::ControlFlow;

use memchr::memmem::Finder;
use rusqlite::Connection;

use super::folder::FolderId;
use super::{file, folder, root};
use crate::model::PostId;

const SEPARATOR: u8 = std::path::MAIN_SEPARATOR as u8;

/// Names between two looks at whether the search was cancelled: a fraction of
/// a millisecond.
const NAMES_BETWEEN_CHECKS: usize = 2048;

/// Posts with a matching file, in order, each once; `None` where it was cancelled.
pub(super) fn search(
    conn: &Connection,
    needle: &str,
    is_cancelled: &dyn Fn() -> bool,
) -> rusqlite::Result<Option<Vec<PostId>>> {
    let needle = lower(needle.as_bytes());
    let mut found = Vec::new();
    let mut num_names = 0_usize;
    let mut go_on = || {
        let is_checked = num_names.is_multiple_of(NAMES_BETWEEN_CHECKS);
        num_names += 1;
        if is_checked && is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let flow = if needle.contains(&b'*') {
        by_pattern(conn, &needle, &mut found, &mut go_on)?
    } else {
        by_part(conn, &needle, &mut found, &mut go_on)?
    };
    if flow.is_break() {
        return Ok(None);
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}

fn by_pattern(
    conn: &Connection,
    pattern: &[u8],
    found: &mut Vec<PostId>,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> rusqlite::Result<ControlFlow<()>> {
    let mut buffer = Vec::new();
    file::for_each_name(conn, &mut |_, name, post| {
        buffer.clear();
        push_lower(&mut buffer, name);
        if matches(pattern, &buffer) {
            found.push(post);
        }
        go_on()
    })
}

fn by_part(
    conn: &Connection,
    needle: &[u8],
    found: &mut Vec<PostId>,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> rusqlite::Result<ControlFlow<()>> {
    let roots = root::all(conn)?;
    let finder = Finder::new(needle);
    // Of each folder, what a match may start in: all of it where the needle is
    // in it whole, else as much of its end as the needle is long.
    let mut folders: HashMap<FolderId, FolderMatch> = HashMap::new();
    folder::for_each(conn, &mut |id, path| {
        let mut text = lower(shown_part(path, &roots));
        text.push(SEPARATOR);
        let state = if finder.find(&text).is_some() {
            FolderMatch::Whole
        } else {
            let start = text.len().saturating_sub(needle.len().saturating_sub(1));
            FolderMatch::Tail(text.split_off(start))
        };
        folders.insert(id, state);
    })?;
    let mut buffer = Vec::new();
    file::for_each_name(conn, &mut |folder, name, post| {
        buffer.clear();
        match folders.get(&folder) {
            Some(FolderMatch::Whole) => {
                found.push(post);
                return go_on();
            }
            Some(FolderMatch::Tail(tail)) => buffer.extend_from_slice(tail),
            None => {}
        }
        push_lower(&mut buffer, name);
        if finder.find(&buffer).is_some() {
            found.push(post);
        }
        go_on()
    })
}

enum FolderMatch {
    Whole,
    Tail(Vec<u8>),
}

/// `path` from the name of the outermost root it lies in, or all of it.
fn shown_part<'a>(path: &'a [u8], roots: &[Vec<u8>]) -> &'a [u8] {
    let is_in = |root: &Vec<u8>| match path.strip_prefix(root.as_slice()) {
        Some(rest) => {
            rest.first().is_none_or(|it| *it == SEPARATOR) || root.ends_with(&[SEPARATOR])
        }
        None => false,
    };
    let Some(root) = roots
        .iter()
        .filter(|it| is_in(it))
        .min_by_key(|it| it.len())
    else {
        return path;
    };
    match memchr::memrchr(SEPARATOR, root) {
        Some(last) => path.get(last + 1..).unwrap_or(path),
        None => path,
    }
}

fn lower(bytes: &[u8]) -> Vec<u8> {
    let mut lowered = Vec::with_capacity(bytes.len());
    push_lower(&mut lowered, bytes);
    lowered
}

/// Bytes that are not UTF-8 stand for themselves.
fn push_lower(buffer: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_ascii() {
        buffer.extend(bytes.iter().map(u8::to_ascii_lowercase));
        return;
    }
    for chunk in bytes.utf8_chunks() {
        buffer.extend_from_slice(chunk.valid().to_lowercase().as_bytes());
        buffer.extend_from_slice(chunk.invalid());
    }
}

/// Whether `pattern`, in which `*` is any run, is all of `text`.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_pattern) = (0, 0);
    // Where the last `*` was, and where in the text it ends for now.
    let mut star: Option<(usize, usize)> = None;
    while at < text.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(byte) if Some(byte) == text.get(at) => {
                in_pattern += 1;
                at += 1;
            }
            _ => match &mut star {
                Some((star_at, end)) => {
                    *end += 1;
                    at = *end;
                    in_pattern = *star_at + 1;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(in_pattern..)
        .is_some_and(|rest| rest.iter().all(|&it| it == b'*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_run() {
        for (pattern, text) in [
            ("*", ""),
            ("*.png", "a.png"),
            ("a*b*c", "a__b_b__c"),
            ("**x", "x"),
            ("a*", "a"),
        ] {
            assert!(
                matches(pattern.as_bytes(), text.as_bytes()),
                "{pattern} {text}"
            );
        }
        for (pattern, text) in [("*.png", "a.png2"), ("a*b", "ba"), ("", "x"), ("%*", "x")] {
            assert!(
                !matches(pattern.as_bytes(), text.as_bytes()),
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn what_lies_above_the_root_does_not_count() {
        let roots = [
            b"/home/me/Pictures".to_vec(),
            b"/home/me/Pictures/in".to_vec(),
        ];
        assert_eq!(
            shown_part(b"/home/me/Pictures/in/x", &roots),
            b"Pictures/in/x"
        );
        assert_eq!(shown_part(b"/home/me/Pictures", &roots), b"Pictures");
        assert_eq!(
            shown_part(b"/home/me/Pictures2", &roots),
            b"/home/me/Pictures2"
        );
        assert_eq!(shown_part(b"/srv/a", &[b"/".to_vec()]), b"srv/a");
    }

    #[test]
    fn case_does_not_count() {
        assert_eq!(lower("ÄB\u{130}".as_bytes()), "äbi\u{307}".as_bytes());
        assert_eq!(lower(b"A\xffB"), b"a\xffb");
    }
}
