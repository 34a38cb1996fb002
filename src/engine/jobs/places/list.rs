//! The tree of folders, as far as it is open.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use crate::library::{Library, LibraryError};
use crate::message::{FolderPlace, FolderTree, RootPlace};

/// More folders beside each other are left out.
const MAX_BESIDE: usize = 10_000;

/// What one folder of the tree has.
#[derive(Default)]
struct Tally {
    num_files: u64,
    has_folders: bool,
}

/// Lists the roots, and what is in each folder of `open`.
pub(super) fn folders(library: &Library, open: &[PathBuf]) -> Result<FolderTree, LibraryError> {
    let reader = library.reader("places")?;
    let roots = reader.root_folders()?;
    let is_root: HashSet<&Path> = roots.iter().map(PathBuf::as_path).collect();
    let open: HashSet<&Path> = open.iter().map(PathBuf::as_path).collect();
    let mut tallies: BTreeMap<PathBuf, Tally> = roots
        .iter()
        .map(|it| (it.clone(), Tally::default()))
        .collect();
    let mut loose: BTreeMap<PathBuf, Tally> = BTreeMap::new();
    // One pass over all folders: each counts for those above it that are shown.
    reader.for_each_folder(&mut |path, num_files| {
        let is_below_root = path.ancestors().any(|it| is_root.contains(it));
        for folder in path.ancestors() {
            let is_shown = is_root.contains(folder)
                || folder.parent().is_some_and(|it| open.contains(it)) && is_below_root;
            if is_shown {
                let tally = match tallies.get_mut(folder) {
                    Some(tally) => tally,
                    None => tallies.entry(folder.to_owned()).or_default(),
                };
                tally.num_files += num_files;
                tally.has_folders |= folder != path;
            }
        }
        if !is_below_root {
            loose.entry(path.to_owned()).or_default().num_files += num_files;
        }
    })?;
    let place = |path: PathBuf, tally: &Tally| FolderPlace {
        path,
        num_files: tally.num_files,
        has_folders: tally.has_folders,
    };
    let mut tree = FolderTree {
        excluded: reader.excluded_folders()?,
        ..FolderTree::default()
    };
    for root in &roots {
        if let Some(tally) = tallies.get(root) {
            tree.roots.push(RootPlace {
                is_missing: !root.is_dir(),
                folder: place(root.clone(), tally),
                is_imported: true,
            });
        }
    }
    for (path, tally) in loose.into_iter().take(MAX_BESIDE) {
        tree.roots.push(RootPlace {
            is_missing: !path.is_dir(),
            folder: place(path, &tally),
            is_imported: false,
        });
    }
    tree.roots.sort_by(|a, b| a.folder.path.cmp(&b.folder.path));
    let mut inside: BTreeMap<PathBuf, Vec<FolderPlace>> = open
        .iter()
        .map(|it| ((*it).to_owned(), Vec::new()))
        .collect();
    // In order of path, which within one folder is that of the names.
    for (path, tally) in &tallies {
        if let Some(list) = path.parent().and_then(|it| inside.get_mut(it))
            && list.len() < MAX_BESIDE
        {
            list.push(place(path.clone(), tally));
        }
    }
    tree.inside = inside.into_iter().collect();
    Ok(tree)
}
