//! The tree of folders, as far as it is open.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use crate::library::{Library, LibraryError};
use crate::message::{FolderPlace, FolderTree, RootPlace};

/// More folders beside each other are left out.
const MAX_BESIDE: usize = 10_000;

/// What one folder of the tree has.
#[derive(Default)]
struct Tally {
    /// A post with several files there counts for each of them, until that is taken off.
    num_posts: u64,
    has_folders: bool,
}

/// The folders that are listed: roots, and what is in those that are open.
struct Listed<'a> {
    roots: HashSet<&'a Path>,
    open: HashSet<&'a Path>,
}

impl Listed<'_> {
    fn is_below_root(&self, path: &Path) -> bool {
        path.ancestors().any(|it| self.roots.contains(it))
    }

    /// Those among `path` and the folders above it.
    fn around<'p>(&self, path: &'p Path) -> impl Iterator<Item = &'p Path> {
        let is_below_root = self.is_below_root(path);
        path.ancestors().filter(move |folder| {
            let is_inside = || folder.parent().is_some_and(|it| self.open.contains(it));
            self.roots.contains(folder) || (is_below_root && is_inside())
        })
    }
}

/// Lists the roots, and what is in each folder of `open`.
pub(super) fn folders(library: &Library, open: &[PathBuf]) -> Result<FolderTree, LibraryError> {
    let reader = library.reader("places")?;
    let roots = reader.root_folders()?;
    let listed = Listed {
        roots: roots.iter().map(PathBuf::as_path).collect(),
        open: open.iter().map(PathBuf::as_path).collect(),
    };
    let mut tallies: BTreeMap<PathBuf, Tally> = roots
        .iter()
        .map(|it| (it.clone(), Tally::default()))
        .collect();
    let mut loose: BTreeMap<PathBuf, Tally> = BTreeMap::new();
    // One pass over all folders: each counts for those above it that are listed.
    reader.for_each_folder(&mut |path, num_files| {
        for folder in listed.around(path) {
            let tally = match tallies.get_mut(folder) {
                Some(tally) => tally,
                None => tallies.entry(folder.to_owned()).or_default(),
            };
            tally.num_posts += num_files;
            tally.has_folders |= folder != path;
        }
        if !listed.is_below_root(path) {
            loose.entry(path.to_owned()).or_default().num_posts += num_files;
        }
    })?;
    add_what_is_below(&mut loose);
    if !loose.is_empty() {
        // A root may lie below one.
        reader.for_each_folder(&mut |path, num_files| {
            if listed.is_below_root(path) {
                for folder in path.ancestors() {
                    if let Some(tally) = loose.get_mut(folder) {
                        tally.num_posts += num_files;
                    }
                }
            }
        })?;
    }
    reader.for_each_shared_post(&mut |folders| {
        let mut num_of: HashMap<&Path, u64> = HashMap::new();
        for path in folders {
            let above = path.ancestors().filter(|it| loose.contains_key(*it));
            for folder in listed.around(path).chain(above) {
                *num_of.entry(folder).or_default() += 1;
            }
        }
        for (folder, num) in num_of {
            let tally = match tallies.get_mut(folder) {
                Some(tally) => Some(tally),
                None => loose.get_mut(folder),
            };
            if let Some(tally) = tally {
                tally.num_posts = tally.num_posts.saturating_sub(num - 1);
            }
        }
    })?;
    let place = |path: PathBuf, tally: &Tally| FolderPlace {
        path,
        num_posts: tally.num_posts,
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
    let mut inside: BTreeMap<PathBuf, Vec<FolderPlace>> =
        open.iter().map(|it| (it.clone(), Vec::new())).collect();
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

/// A search for a folder finds what is in the folders below it too.
fn add_what_is_below(loose: &mut BTreeMap<PathBuf, Tally>) {
    let sums: Vec<u64> = loose
        .keys()
        .map(|path| {
            let below = loose.range(path.clone()..);
            let below = below.take_while(|it| it.0.starts_with(path));
            below.map(|it| it.1.num_posts).sum()
        })
        .collect();
    for (tally, sum) in loose.values_mut().zip(sums) {
        tally.num_posts = sum;
    }
}
