//! Lists of what is known about tags, as CSV with a header:
//!
//! - `antecedent,consequent`: aliases (the first is another name of the second)
//!   or implications (what has the first has the second too). The two look the
//!   same, so the file's name has to say which it is.
//! - `name,category,count,aliases`: categories by Danbooru's numbers and aliases
//!   between commas, of the tags that the library has. Others are left out:
//!   a list of all tags there are would make most of them tags of no post.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use csv::StringRecord;

use super::pump::Position;
use super::text;
use crate::import::normalise::tag_name;
use crate::library::{LibraryError, Reader};
use crate::model::Category;

/// A larger list is not read, bytes; Danbooru's of all tags has 4 MB.
const MAX_LIST_BYTES: u64 = 64 << 20;

/// Lines that can't be used are listed up to this many.
const MAX_LISTED: usize = 100;

/// What a list says, normalised; nothing of it is in the library yet.
#[derive(Debug, Default)]
pub(super) struct TagList {
    /// The other name and the name.
    pub aliases: Vec<(String, String)>,
    /// The tag and what it implies.
    pub implications: Vec<(String, String)>,
    pub categories: Vec<(String, Category)>,
    /// What can't be used, with its line.
    pub failures: Vec<String>,
    pub num_failed: usize,
    /// Tags of the list that the library does not have.
    pub num_unknown: usize,
}

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Aliases,
    Implications,
    Tags,
}

/// Reads the list at `path`; the error is why it can't be used.
pub(super) fn read(path: &Path, known: &Reader) -> Result<TagList, String> {
    let mut categories = HashMap::new();
    let known_tags = |categories: &mut HashMap<String, Category>| -> Result<(), LibraryError> {
        known.for_each_tag(&mut |tag| {
            categories.insert(tag.name.to_owned(), tag.category);
        })
    };
    let position = Arc::new(Position::default());
    let reader = text::open(path, &position)
        .map_err(|err| format!("can't be read: {err}; check the file and its permissions"))?;
    // One more, so that the end of what is read is not taken for the list's.
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(reader.take(MAX_LIST_BYTES + 1));
    let kind = kind(path, reader.headers().map_err(|err| told(&err))?)?;
    if kind == Kind::Tags {
        known_tags(&mut categories).map_err(|err| err.to_string())?;
    }
    let mut list = TagList::default();
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(err) => {
                let is_text = matches!(err.kind(), csv::ErrorKind::Utf8 { .. });
                list.fail(|| told(&err));
                if is_text {
                    continue;
                }
                break;
            }
        }
        if reader.position().byte() > MAX_LIST_BYTES {
            return Err(format!(
                "has more than the {} MB that are read of a list; split it",
                MAX_LIST_BYTES >> 20
            ));
        }
        let line = record.position().map_or(0, csv::Position::line);
        if let Err(reason) = list.add(kind, &record, &categories) {
            list.fail(|| format!("line {line}: {reason}"));
        }
    }
    Ok(list)
}

/// By the header, and by the name where that says nothing.
fn kind(path: &Path, headers: &StringRecord) -> Result<Kind, String> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let name = name.to_lowercase();
    let headers: Vec<&str> = headers.iter().map(str::trim).collect();
    match headers.as_slice() {
        ["name", "category", "count", "aliases", ..] => Ok(Kind::Tags),
        ["antecedent", "consequent", ..] => {
            match (name.contains("alias"), name.contains("implication")) {
                (true, false) => Ok(Kind::Aliases),
                (false, true) => Ok(Kind::Implications),
                _ => Err(
                    "may be aliases or implications, which look the same; put one of the two \
                     words into the file's name"
                        .to_owned(),
                ),
            }
        }
        _ => Err(
            "is no list of tags: its first line should be \"antecedent,consequent\" or \
             \"name,category,count,aliases\""
                .to_owned(),
        ),
    }
}

fn told(err: &csv::Error) -> String {
    let line = err.position().map(csv::Position::line);
    let place = line.map_or_else(String::new, |line| format!("line {line}: "));
    match err.kind() {
        csv::ErrorKind::Utf8 { .. } => format!("{place}is not UTF-8; save the file as UTF-8"),
        csv::ErrorKind::Io(err) => format!(
            "{place}the file can't be read any further: {err}; what stands before was imported"
        ),
        other => format!("{place}{other:?}"),
    }
}

impl TagList {
    fn fail(&mut self, reason: impl FnOnce() -> String) {
        self.num_failed += 1;
        if self.failures.len() < MAX_LISTED {
            self.failures.push(reason());
        }
    }

    fn add(
        &mut self,
        kind: Kind,
        record: &StringRecord,
        known: &HashMap<String, Category>,
    ) -> Result<(), &'static str> {
        let name = |index: usize| {
            let text = record.get(index).ok_or("a column is missing")?;
            tag_name(text).map_err(|_| "a name is empty, or longer than a tag may be")
        };
        let first = name(0)?;
        match kind {
            Kind::Aliases | Kind::Implications => {
                let second = name(1)?;
                if first == second {
                    return Err("both names are the same");
                }
                let pairs = if kind == Kind::Aliases {
                    &mut self.aliases
                } else {
                    &mut self.implications
                };
                pairs.push((first, second));
            }
            Kind::Tags => {
                let number = record.get(1).ok_or("a column is missing")?.trim();
                let category = number
                    .parse()
                    .ok()
                    .and_then(Category::from_number)
                    .ok_or("its category is none of Danbooru's numbers 0, 1, 3, 4, 5")?;
                let Some(known_category) = known.get(&first) else {
                    self.num_unknown += 1;
                    return Ok(());
                };
                if *known_category != category {
                    self.categories.push((first.clone(), category));
                }
                let aliases = record.get(3).unwrap_or_default().split(',');
                for alias in aliases.filter_map(|it| tag_name(it).ok()) {
                    // A tag of the library is not made another's name by a list
                    // of all there is: that is what a list of aliases is for.
                    if alias != first && !known.contains_key(&alias) {
                        self.aliases.push((alias, first.clone()));
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(name: &str, headers: &[&str]) -> Result<Kind, String> {
        kind(Path::new(name), &StringRecord::from(headers))
    }

    #[test]
    fn a_list_is_known_by_its_header_and_its_name() {
        let pairs = ["antecedent", "consequent"];
        assert_eq!(
            kind_of("/a/danbooru_aliases.csv", &pairs),
            Ok(Kind::Aliases)
        );
        assert_eq!(kind_of("Tag Alias.CSV", &pairs), Ok(Kind::Aliases));
        assert_eq!(kind_of("implications.csv", &pairs), Ok(Kind::Implications));
        let unclear = kind_of("list.csv", &pairs).unwrap_err();
        assert!(unclear.contains("file's name"), "{unclear}");
        let tags = ["name", "category", "count", "aliases"];
        assert_eq!(kind_of("x.csv", &tags), Ok(Kind::Tags));
        assert!(kind_of("aliases.csv", &["a", "b"]).is_err());
    }

    #[test]
    fn only_what_the_library_has_is_taken_of_a_list_of_tags() {
        let known = HashMap::from([
            ("sky".to_owned(), Category::General),
            ("miku".to_owned(), Category::General),
            ("heaven".to_owned(), Category::General),
        ]);
        let mut list = TagList::default();
        for row in [
            ["sky", "0", "9", "heaven,Blue Heaven"],
            ["miku", "4", "5", ""],
            ["other", "1", "5", "another"],
        ] {
            list.add(Kind::Tags, &StringRecord::from(row.as_slice()), &known)
                .unwrap();
        }
        assert_eq!(list.categories, [("miku".to_owned(), Category::Character)]);
        assert_eq!(list.aliases, [("blue_heaven".to_owned(), "sky".to_owned())]);
        assert_eq!(list.num_unknown, 1);
        for bad in [["sky", "9"], ["", "0"], ["sky", ""]] {
            let bad = StringRecord::from(bad.as_slice());
            assert!(list.add(Kind::Tags, &bad, &known).is_err());
        }
    }
}
