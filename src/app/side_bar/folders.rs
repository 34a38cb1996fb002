//! The tree of folders as it is shown: which are open, and its lines.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::message::{FolderPlace, FolderTree, PlaceRequest, Request};

use crate::app::link::Link;

/// Open folders that are remembered.
const MAX_KEPT: usize = 200;

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub place: RowPlace,
    pub folder: FolderPlace,
    /// The search that finds what is in it.
    pub query: String,
    pub name: String,
    pub depth: usize,
    pub is_open: bool,
    pub kind: RowKind,
}

/// Where in the tree a line is. A folder that was imported and is inside of another
/// that was has two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowPlace {
    /// The folder at the top, below which it is listed.
    pub root: PathBuf,
    pub path: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    Root { is_imported: bool, is_missing: bool },
    Folder,
    Excluded,
}

#[derive(Debug, Default)]
pub struct Folders {
    tree: Option<FolderTree>,
    open: BTreeSet<RowPlace>,
    /// Those that were open the last time; in which roots they are is told with the tree.
    was_open: BTreeSet<PathBuf>,
    rows: Vec<Row>,
    /// The line that was chosen last, of those of the same folder.
    chosen: Option<RowPlace>,
    /// The library as it was when the tree was asked for.
    asked_version: Option<u64>,
}

impl Folders {
    pub fn with_open(open: impl IntoIterator<Item = PathBuf>) -> Self {
        Self {
            was_open: open.into_iter().collect(),
            ..Self::default()
        }
    }

    /// Those that are open and can be written as text.
    pub fn open_names(&self) -> Vec<String> {
        let open = self.open_paths();
        let names = open.iter().filter_map(|it| it.to_str());
        names.take(MAX_KEPT).map(str::to_owned).collect()
    }

    fn open_paths(&self) -> BTreeSet<PathBuf> {
        let open = self.open.iter().map(|it| &it.path);
        open.chain(&self.was_open).cloned().collect()
    }

    /// The folder that moved, where a file is missing: a root that can't be found, else
    /// the one that it was in.
    pub fn moved_with(&self, file: &Path) -> Option<PathBuf> {
        let mut roots = self.tree.iter().flat_map(|it| &it.roots);
        let missing = roots.find(|it| it.is_missing && file.starts_with(&it.folder.path));
        let folder = missing.map(|it| it.folder.path.as_path());
        folder.or_else(|| file.parent()).map(Path::to_owned)
    }

    /// From now on, of the lines of the same folder this one is where the user is.
    pub fn choose(&mut self, place: RowPlace) {
        self.chosen = Some(place);
    }

    /// The line of what is searched; one, even where a folder has two.
    pub fn current(&self, query: &str) -> Option<&RowPlace> {
        let mut of_query = self.rows.iter().filter(|it| it.query == query);
        let first = of_query.next()?;
        let chosen = of_query.find(|it| Some(&it.place) == self.chosen.as_ref());
        let is_first = self.chosen.as_ref() == Some(&first.place);
        let row = chosen.filter(|_| !is_first).unwrap_or(first);
        Some(&row.place)
    }

    /// `None` until it was told.
    pub fn rows(&self) -> Option<&[Row]> {
        self.tree.as_ref().map(|_| self.rows.as_slice())
    }

    /// Asks, unless that was asked of this version of the library.
    pub fn follow(&mut self, version: u64, link: &mut Link) {
        if self.asked_version != Some(version) {
            self.asked_version = Some(version);
            self.ask(link);
        }
    }

    /// Whether what is shown is of an older version than this.
    pub fn is_behind(&self, version: u64) -> bool {
        self.asked_version.is_some_and(|it| it != version)
    }

    fn ask(&self, link: &mut Link) {
        let open = self.open_paths().into_iter().collect();
        link.send(Request::Places(PlaceRequest::ListFolders { open }));
    }

    /// Asks whenever it is shown next.
    pub fn forget(&mut self) {
        self.asked_version = None;
    }

    pub fn take(&mut self, tree: FolderTree) {
        let is_first = self.tree.is_none();
        // A single root is worth a look inside.
        let only = match &*tree.roots {
            [only] if is_first && only.folder.has_folders && self.was_open.is_empty() => {
                Some(only.folder.path.clone())
            }
            _ => None,
        };
        for path in std::mem::take(&mut self.was_open) {
            let roots = tree.roots.iter().map(|it| &it.folder.path);
            for root in roots.filter(|it| path.starts_with(it)) {
                let (root, path) = (root.clone(), path.clone());
                self.open.insert(RowPlace { root, path });
            }
        }
        self.tree = Some(tree);
        if let Some(path) = only {
            let root = path.clone();
            self.open.insert(RowPlace { root, path });
            self.asked_version = None;
        }
        self.lay_out();
    }

    pub fn toggle(&mut self, place: &RowPlace, link: &mut Link) {
        if !self.open.remove(place) {
            self.open.insert(place.clone());
            let folder = &place.path;
            let is_known = self
                .tree
                .as_ref()
                .is_some_and(|tree| tree.inside.iter().any(|it| it.0 == *folder));
            if !is_known {
                self.ask(link);
            }
        }
        self.lay_out();
    }

    fn lay_out(&mut self) {
        let Self {
            tree, open, rows, ..
        } = self;
        rows.clear();
        let Some(tree) = tree else {
            return;
        };
        for root in &tree.roots {
            let kind = RowKind::Root {
                is_imported: root.is_imported,
                is_missing: root.is_missing,
            };
            let name = match root.folder.path.file_name() {
                Some(name) => name.to_string_lossy().into_owned(),
                None => root.folder.path.display().to_string(),
            };
            let top = &root.folder.path;
            add(rows, (tree, open, top), &root.folder, name, 0, kind);
        }
        for path in &tree.excluded {
            let folder = FolderPlace {
                path: path.clone(),
                num_posts: 0,
                has_folders: false,
            };
            rows.push(Row {
                place: RowPlace {
                    root: path.clone(),
                    path: path.clone(),
                },
                query: query_of(path),
                name: path.display().to_string(),
                folder,
                depth: 0,
                is_open: false,
                kind: RowKind::Excluded,
            });
        }
    }
}

/// A line, and those of what is in the folder where it is open.
fn add(
    rows: &mut Vec<Row>,
    (tree, open, root): (&FolderTree, &BTreeSet<RowPlace>, &Path),
    folder: &FolderPlace,
    name: String,
    depth: usize,
    kind: RowKind,
) {
    let place = RowPlace {
        root: root.to_owned(),
        path: folder.path.clone(),
    };
    let is_open = folder.has_folders && open.contains(&place);
    rows.push(Row {
        place,
        query: query_of(&folder.path),
        folder: folder.clone(),
        name,
        depth,
        is_open,
        kind,
    });
    if !is_open {
        return;
    }
    let inside = tree.inside.binary_search_by(|it| it.0.cmp(&folder.path));
    let inside = inside.ok().and_then(|index| tree.inside.get(index));
    for folder in inside.map_or(&[][..], |it| &it.1) {
        let name = folder.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().into_owned();
        let (around, kind) = ((tree, open, root), RowKind::Folder);
        add(rows, around, folder, name, depth + 1, kind);
    }
}

/// The search that finds what is in a folder and below it.
pub fn query_of(folder: &Path) -> String {
    let path = folder.to_string_lossy();
    let is_plain =
        |it: char| !(it.is_whitespace() || matches!(it, '"' | '\\' | '(' | ')' | '{' | '}' | '*'));
    if path.chars().all(is_plain) {
        return format!("in:{path}");
    }
    let mut query = String::from("in:\"");
    for it in path.chars() {
        if matches!(it, '"' | '\\') {
            query.push('\\');
        }
        query.push(it);
    }
    query.push('"');
    query
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::RootPlace;

    fn place(path: &str, has_folders: bool) -> FolderPlace {
        FolderPlace {
            path: PathBuf::from(path),
            num_posts: 1,
            has_folders,
        }
    }

    #[test]
    fn open_folders_have_their_content_below_them() {
        let mut folders = Folders::with_open(["/a", "/a/c"].map(PathBuf::from));
        folders.take(FolderTree {
            roots: vec![RootPlace {
                folder: place("/a", true),
                is_imported: true,
                is_missing: false,
            }],
            inside: vec![
                ("/a".into(), vec![place("/a/b", true), place("/a/c", true)]),
                ("/a/c".into(), vec![place("/a/c/d", false)]),
            ],
            excluded: vec!["/a/x".into()],
        });
        let rows = folders.rows().unwrap();
        let shown: Vec<(&str, usize)> = rows.iter().map(|it| (&*it.name, it.depth)).collect();
        assert_eq!(shown, [("a", 0), ("b", 1), ("c", 1), ("d", 2), ("/a/x", 0)]);
    }

    #[test]
    fn a_folder_that_was_imported_twice_has_lines_of_their_own() {
        let mut folders = Folders::with_open(["/a", "/a/b"].map(PathBuf::from));
        let root = |path| RootPlace {
            folder: place(path, true),
            is_imported: true,
            is_missing: false,
        };
        folders.take(FolderTree {
            roots: vec![root("/a"), root("/a/b")],
            inside: vec![
                ("/a".into(), vec![place("/a/b", true)]),
                ("/a/b".into(), vec![place("/a/b/c", false)]),
            ],
            excluded: Vec::new(),
        });
        let rows = |folders: &Folders| -> Vec<(String, usize)> {
            let rows = folders.rows().unwrap().iter();
            rows.map(|it| (it.name.clone(), it.depth)).collect()
        };
        let names = ["a", "b", "c", "b", "c"].map(str::to_owned);
        let depths = [0, 1, 2, 0, 1];
        assert_eq!(
            rows(&folders),
            names.into_iter().zip(depths).collect::<Vec<_>>()
        );
        let inner = RowPlace {
            root: "/a".into(),
            path: "/a/b".into(),
        };
        assert_eq!(folders.current("in:/a/b"), Some(&inner));
        let outer = RowPlace {
            root: "/a/b".into(),
            path: "/a/b".into(),
        };
        folders.choose(outer.clone());
        assert_eq!(folders.current("in:/a/b"), Some(&outer));
        folders.choose(inner.clone());
        assert_eq!(folders.current("in:/a/b"), Some(&inner));
        assert_eq!(folders.current("in:/b"), None);
        let (side, _engine) = crate::message::channel();
        folders.toggle(&inner, &mut Link::new(side));
        assert_eq!(rows(&folders).len(), 4, "the other one stays open");
    }

    #[test]
    fn a_folder_is_a_search_whatever_its_name() {
        assert_eq!(query_of(Path::new("/a/b")), "in:/a/b");
        assert_eq!(query_of(Path::new("/a b/\"c")), "in:\"/a b/\\\"c\"");
    }
}
