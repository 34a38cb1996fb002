use std::io;

use memchr::memmem::Finder;

use super::super::glob::Glob;
use super::block::Records;
use super::fold::folded;
use super::query::{TextField, TextQuery};
use super::record::{Fields, PATH, SOURCE, TEXT};
use super::store::TextStore;
use crate::model::PostId;

const SEPARATOR: u8 = std::path::MAIN_SEPARATOR as u8;

fn kind_of(field: TextField) -> u8 {
    match field {
        TextField::FileName | TextField::Path | TextField::Folder => PATH,
        TextField::Text => TEXT,
        TextField::Source => SOURCE,
    }
}

struct Matcher {
    field: TextField,
    /// What every match contains.
    finder: Finder<'static>,
    /// Where there is a `*`.
    glob: Option<Glob>,
    /// Folders that were imported, folded.
    roots: Vec<Vec<u8>>,
}

impl Matcher {
    fn new(query: &TextQuery, roots: &[Vec<u8>]) -> Self {
        let pattern = String::from_utf8_lossy(&folded(query.pattern.as_bytes())).into_owned();
        let glob = pattern.contains('*').then(|| Glob::new(pattern.as_str()));
        let needle = glob
            .as_ref()
            .map_or(pattern.as_str(), Glob::longest_literal);
        Self {
            field: query.field,
            finder: Finder::new(needle).into_owned(),
            glob,
            roots: roots.iter().map(|it| folded(it)).collect(),
        }
    }

    fn record_matches(&self, fields: &[u8]) -> bool {
        let kind = kind_of(self.field);
        Fields { rest: fields }.any(|it| it.0 == kind && self.matches(self.part(it.1)))
    }

    fn matches(&self, text: &[u8]) -> bool {
        match &self.glob {
            Some(glob) => glob.matches(text),
            None => self.finder.find(text).is_some(),
        }
    }

    /// The part of a field that is asked of.
    fn part<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        let name_start = || memchr::memrchr(SEPARATOR, text).map_or(0, |it| it + 1);
        let part = match self.field {
            TextField::Text | TextField::Source => Some(text),
            TextField::FileName => text.get(name_start()..),
            TextField::Path => Some(shown_part(text, &self.roots)),
            TextField::Folder => {
                let start = text.len() - shown_part(text, &self.roots).len();
                text.get(start..name_start().saturating_sub(1))
            }
        };
        part.unwrap_or_default()
    }
}

/// `path` from the name of the outermost root it lies in, or all of it.
fn shown_part<'a>(path: &'a [u8], roots: &[Vec<u8>]) -> &'a [u8] {
    let is_in = |root: &&Vec<u8>| match path.strip_prefix(root.as_slice()) {
        Some(rest) => {
            rest.first().is_none_or(|it| *it == SEPARATOR) || root.ends_with(&[SEPARATOR])
        }
        None => false,
    };
    let Some(root) = roots.iter().filter(is_in).min_by_key(|it| it.len()) else {
        return path;
    };
    match memchr::memrchr(SEPARATOR, root) {
        Some(last) => path.get(last + 1..).unwrap_or(path),
        None => path,
    }
}

impl TextStore {
    /// Posts with a matching text, in order of id, each once. `roots` are the
    /// folders that were imported. `is_cancelled` is asked at each block, well
    /// below a millisecond; `None` where it said so.
    pub fn search(
        &self,
        query: &TextQuery,
        roots: &[Vec<u8>],
        is_cancelled: &dyn Fn() -> bool,
    ) -> io::Result<Option<Vec<PostId>>> {
        let matcher = Matcher::new(query, roots);
        let changed: Vec<PostId> = self
            .changed()
            .filter(|it| matcher.record_matches(it.1))
            .map(|it| PostId(it.0))
            .collect();
        let mut found = Vec::new();
        let mut buffer = Vec::new();
        for entry in self.blocks() {
            if is_cancelled() {
                return Ok(None);
            }
            let (block, first) = self.block(entry, &mut buffer)?;
            let mut from = 0;
            for record in Records::new(block, first) {
                // Records before the next place where it stands have no match.
                if from < record.end() {
                    let rest = block.get(from..).unwrap_or_default();
                    match matcher.finder.find(rest) {
                        Some(at) => from += at,
                        None => break,
                    }
                }
                if from >= record.end() {
                    continue;
                }
                if matcher.record_matches(record.fields) && !self.is_changed(record.post) {
                    found.push(PostId(record.post));
                }
                from = record.end();
            }
        }
        if !changed.is_empty() {
            found.extend(changed);
            found.sort_unstable();
        }
        Ok(Some(found))
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::snapshot::Snapshot;
    use super::*;
    use crate::library::PostTexts;

    fn texts(paths: &[&str], text: Option<&str>, sources: &[&str]) -> PostTexts {
        PostTexts {
            paths: paths.iter().map(|it| it.as_bytes().to_vec()).collect(),
            text: text.map(str::to_owned),
            sources: sources.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    fn ids(store: &TextStore, field: TextField, pattern: &str, roots: &[&str]) -> Vec<u32> {
        let query = TextQuery {
            field,
            pattern: pattern.to_owned(),
        };
        let roots: Vec<Vec<u8>> = roots.iter().map(|it| it.as_bytes().to_vec()).collect();
        let found = store.search(&query, &roots, &|| false).unwrap().unwrap();
        found.into_iter().map(|it| it.0).collect()
    }

    fn store(posts: &[(u32, PostTexts)]) -> TextStore {
        TextStore::held(&mut |out| {
            for (post, texts) in posts {
                out.push(*post, &super::super::record::pack(texts))?;
            }
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn each_field_is_asked_by_itself() {
        let store = store(&[
            (3, texts(&["/home/me/Pictures/Cats/one.PNG"], None, &[])),
            (
                7,
                texts(
                    &["/home/me/Pictures/dogs/cat.jpg", "/srv/two.jpg"],
                    Some("A Tabby"),
                    &["https://example.org/pictures/9"],
                ),
            ),
            (9, texts(&[], Some("pictures of cats"), &[])),
        ]);
        let roots = &["/home/me/Pictures"];
        for (field, pattern, expected) in [
            (TextField::FileName, "CAT", &[7][..]),
            (TextField::FileName, "one.png", &[3]),
            (TextField::FileName, "*.jpg", &[7]),
            (TextField::FileName, "*o*", &[3, 7]),
            (TextField::FileName, "pictures", &[]),
            (TextField::FileName, "cats/one", &[]),
            (TextField::Path, "pictures", &[3, 7]),
            (TextField::Path, "home", &[]),
            (TextField::Path, "srv", &[7]),
            (TextField::Path, "pictures/*.png", &[3]),
            (TextField::Folder, "cat", &[3]),
            (TextField::Folder, "pictures/dogs", &[7]),
            (TextField::Folder, "*/cats", &[3]),
            (TextField::Folder, "one", &[]),
            (TextField::Text, "tabby", &[7]),
            (TextField::Text, "cats", &[9]),
            (TextField::Source, "example.org", &[7]),
            (TextField::Source, "https*", &[7]),
            (TextField::Text, "*", &[7, 9]),
        ] {
            let found = ids(&store, field, pattern, roots);
            assert_eq!(found, expected, "{field}:{pattern}");
        }
        // Without a root, all of a path counts.
        assert_eq!(ids(&store, TextField::Path, "home", &[]), [3, 7]);
    }

    #[test]
    fn what_changed_hides_what_was() {
        let mut store = store(&[
            (1, texts(&[], Some("old one"), &[])),
            (2, texts(&[], Some("old two"), &[])),
            (3, texts(&[], Some("old three"), &[])),
        ]);
        store.put(2, &texts(&[], Some("new two"), &[]));
        store.put(9, &texts(&[], Some("new nine"), &[]));
        store.remove(3);
        for store in [&store, &copied(&store)] {
            assert_eq!(ids(store, TextField::Text, "old", &[]), [1]);
            assert_eq!(ids(store, TextField::Text, "new", &[]), [2, 9]);
            assert_eq!(ids(store, TextField::Text, "o", &[]), [1, 2]);
        }
    }

    fn copied(store: &TextStore) -> TextStore {
        TextStore::held(&mut |out| store.copy_to(out)).unwrap()
    }

    #[test]
    fn a_name_that_stands_in_the_numbers_between_is_no_match() {
        // Records whose lengths and kinds are letters themselves.
        let long = "x".repeat(usize::from(b'q'));
        let many: Vec<(u32, PostTexts)> = (1..2000)
            .map(|it| (it * u32::from(b'q'), texts(&[], Some(&long), &[])))
            .collect();
        let store = store(&many);
        assert_eq!(ids(&store, TextField::Text, "q", &[]), [0_u32; 0]);
        assert_eq!(ids(&store, TextField::Text, "xx", &[]).len(), many.len());
        assert!(store.blocks().len() > 1);
    }

    #[test]
    fn a_cancelled_search_says_so_and_a_broken_file_is_an_error() {
        let store = store(&[(1, texts(&[], Some("a"), &[]))]);
        let query = TextQuery {
            field: TextField::Text,
            pattern: "a".to_owned(),
        };
        assert!(store.search(&query, &[], &|| true).unwrap().is_none());
        let file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut &file, b"nothing of the kind, and long enough").unwrap();
        assert!(Snapshot::new(file).is_err());
    }
}
