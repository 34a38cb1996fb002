//! Which folders the library has: taking one out, and following one that was moved.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Edit;
use crate::library::batch::update_missing;
use crate::library::error::EditError;
use crate::library::path_bytes::{self, SplitPath};
use crate::library::{
    Changes, LibraryError, Writer, excluded_folder, failure, file, folder, post, root,
};
use crate::model::PostId;

impl Writer {
    /// Forgets that a folder was imported; its files stay as they are.
    pub fn remove_root(&mut self, root: &Path) -> Result<(), LibraryError> {
        let root = path_bytes::to_bytes(root)?;
        self.transaction("forgetting a folder", |conn| Ok(root::delete(conn, &root)?))
    }

    /// Has imports pass over a folder, or not any more.
    pub fn exclude_folder(&mut self, folder: &Path, is_out: bool) -> Result<(), LibraryError> {
        let folder = path_bytes::to_bytes(folder)?;
        self.transaction("excluding a folder", |conn| {
            if is_out {
                excluded_folder::insert(conn, &folder)?;
            } else {
                excluded_folder::delete(conn, &folder)?;
            }
            Ok(())
        })
    }

    /// Forgets files, and takes out of the library the posts that have no other.
    /// Unlike those that were deleted, an import of their files brings them back.
    pub fn forget_files(&mut self, files: &[PathBuf]) -> Result<Changes, LibraryError> {
        let paths: Vec<SplitPath> = files
            .iter()
            .map(|it| path_bytes::split(it))
            .collect::<Result<_, _>>()?;
        let (removed, changes) = self.change("forgetting files", |conn| {
            let mut edit = Edit::new(conn)?;
            let removed = edit.forget_files(&paths)?;
            Ok((removed, edit.finish()?))
        })?;
        self.delete_thumbnails(&removed);
        self.delete_embeddings(&removed);
        Ok(changes)
    }

    /// Files below `from` will be below `to`: what was imported or excluded there is
    /// here too from now on. [`Self::move_files`] follows, then [`Self::end_move`];
    /// where that never comes, beginning anew goes on with what is left. What is in `to`
    /// already stays, also where that is inside of `from`.
    pub fn begin_move(&mut self, from: &Path, to: &Path) -> Result<(), LibraryError> {
        let route = Route::new(from, to)?;
        self.transaction("moving a folder", |conn| {
            let (roots, excluded) = (root::all(conn)?, excluded_folder::all(conn)?);
            // What an earlier beginning brought is not brought farther.
            let has_begun = roots.contains(&route.to);
            for path in route.leaving(&roots, has_begun) {
                root::insert(conn, &route.moved(path))?;
            }
            for path in route.leaving(&excluded, has_begun) {
                excluded_folder::insert(conn, &route.moved(path))?;
            }
            Ok(())
        })
    }

    /// Files that were below `from`, by their old paths, are below `to`, or missing
    /// there. Where a file of the new path was imported already, it counts.
    pub fn move_files(
        &mut self,
        from: &Path,
        to: &Path,
        files: &[(PathBuf, bool)],
    ) -> Result<Changes, LibraryError> {
        let files: Vec<(SplitPath, bool)> = files
            .iter()
            .map(|(path, is_missing)| Ok((path_bytes::split(path)?, *is_missing)))
            .collect::<Result<_, LibraryError>>()?;
        let route = Route::new(from, to)?;
        let ((), changes) = self.change("moving files", |conn| {
            let mut edit = Edit::new(conn)?;
            for (path, is_missing) in &files {
                edit.move_file(path, &route, *is_missing)?;
            }
            Ok(((), edit.finish()?))
        })?;
        Ok(changes)
    }

    /// All files below `from` were moved to `to`: nothing is imported, excluded or failed
    /// there any more, but for what [`Self::begin_move`] brought there.
    pub fn end_move(&mut self, from: &Path, to: &Path) -> Result<(), LibraryError> {
        let route = Route::new(from, to)?;
        self.transaction("moving a folder", |conn| {
            for path in route.leaving(&root::all(conn)?, true) {
                root::delete(conn, path)?;
            }
            for path in route.leaving(&excluded_folder::all(conn)?, true) {
                excluded_folder::delete(conn, path)?;
            }
            // They are tried again where they are now.
            failure::delete_below(conn, &route.from)?;
            Ok(folder::delete_empty(conn, &route.from)?)
        })
    }
}

impl Edit<'_> {
    /// Returns the posts that are gone.
    fn forget_files(&mut self, paths: &[SplitPath]) -> Result<Vec<PostId>, EditError> {
        let mut posts = BTreeSet::new();
        for path in paths {
            if let Some(row) = file::by_path(self.conn, path)? {
                file::delete(self.conn, row.id)?;
                posts.insert(row.known.post);
            }
        }
        let mut removed = Vec::new();
        for post in posts {
            if file::of_post(self.conn, post)?.is_empty() {
                self.remove_post(post, false)?;
                removed.push(post);
            } else {
                self.log.post(post).has_new_texts = true;
                update_missing(self.conn, &mut self.log, post)?;
            }
        }
        Ok(removed)
    }

    fn move_file(
        &mut self,
        path: &SplitPath,
        route: &Route,
        is_missing: bool,
    ) -> Result<(), EditError> {
        let Some(row) = file::by_path(self.conn, path)? else {
            return Ok(());
        };
        let post = row.known.post;
        self.log.post(post).has_new_texts = true;
        let there = SplitPath {
            folder: route.moved(&path.folder),
            name: path.name.clone(),
        };
        if file::by_path(self.conn, &there)?.is_some() {
            file::delete(self.conn, row.id)?;
            return self.lost_file(post);
        }
        let folder = folder::by_path_or_insert(self.conn, &there.folder)?;
        file::set_folder(self.conn, row.id, folder)?;
        if row.known.is_missing != is_missing {
            file::set_missing(self.conn, row.id, is_missing)?;
            update_missing(self.conn, &mut self.log, post)?;
        }
        Ok(())
    }

    /// A post lost a file for which another post has the same path.
    fn lost_file(&mut self, post: PostId) -> Result<(), EditError> {
        if file::of_post(self.conn, post)?.is_empty() && post::by_id(self.conn, post)?.is_some() {
            self.remove_post(post, false)?;
            return Ok(());
        }
        update_missing(self.conn, &mut self.log, post)?;
        Ok(())
    }
}

/// From one folder to another. One of the two may be inside of the other.
struct Route {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl Route {
    fn new(from: &Path, to: &Path) -> Result<Self, LibraryError> {
        Ok(Self {
            from: path_bytes::to_bytes(from)?,
            to: path_bytes::to_bytes(to)?,
        })
    }

    /// Whether what is imported or excluded at `path` is to be so at the new place.
    fn takes(&self, path: &[u8]) -> bool {
        let is_there_already = is_below(&self.to, &self.from) && is_below(path, &self.to);
        is_below(path, &self.from) && !is_there_already
    }

    /// Of `all` those that are of the old place. Where that is inside of the new one,
    /// what was moved may be inside of the old one again, which is told by where it was.
    fn leaving<'a>(
        &self,
        all: &'a [Vec<u8>],
        has_begun: bool,
    ) -> impl Iterator<Item = &'a Vec<u8>> {
        let old: Vec<&Vec<u8>> = all.iter().filter(|it| self.takes(it)).collect();
        let new: BTreeSet<Vec<u8>> = match has_begun {
            true => old.iter().map(|it| self.moved(it)).collect(),
            false => BTreeSet::new(),
        };
        old.into_iter().filter(move |it| !new.contains(*it))
    }

    fn moved(&self, path: &[u8]) -> Vec<u8> {
        moved(path, &self.from, &self.to)
    }
}

fn is_below(path: &[u8], folder: &[u8]) -> bool {
    let (lower, upper) = path_bytes::below(folder);
    path == folder || (path >= lower.as_slice() && path < upper.as_slice())
}

/// `path`, which is `from` or below it, where `from` is `to`.
fn moved(path: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let rest = path.strip_prefix(from).unwrap_or_default();
    let mut moved = to.to_vec();
    let separator = std::path::MAIN_SEPARATOR as u8;
    // The root of all folders ends in one already.
    let rest = match rest.first() {
        Some(&first) if first == separator && to.last() == Some(&separator) => {
            rest.get(1..).unwrap_or_default()
        }
        Some(&first) if first != separator && to.last() != Some(&separator) => {
            moved.push(separator);
            rest
        }
        _ => rest,
    };
    moved.extend_from_slice(rest);
    moved
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_moved_path_keeps_what_is_below() {
        for (path, from, to, wanted) in [
            ("/a/b", "/a/b", "/c", "/c"),
            ("/a/b/x/y", "/a/b", "/c", "/c/x/y"),
            ("/a/b", "/a", "/", "/b"),
            ("/a/b", "/", "/new", "/new/a/b"),
        ] {
            let found = moved(path.as_bytes(), from.as_bytes(), to.as_bytes());
            assert_eq!(
                String::from_utf8(found).unwrap(),
                wanted,
                "{path} {from} {to}"
            );
        }
    }
}
