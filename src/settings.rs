//! What can be set, with its default and its unit. One file, `settings.toml`,
//! in the library's folder.
//!
//! A mistake in the file never stops the program: what can be read is used,
//! the rest keeps its default, and each mistake is told with its line.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use crate::memory::{BudgetWish, Cache, Cap, Caps};
use crate::message::Notice;

/// The file's name in the library's folder.
pub const FILE_NAME: &str = "settings.toml";

/// All settings of a library.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Page cache of all SQLite connections together, megabytes.
    pub sqlite_cache_mb: u64,
    /// `mmap_size` of each database, megabytes; 0 is none.
    pub sqlite_mmap_mb: u64,
    /// Limit of `thumbs.db`, megabytes.
    pub thumbs_limit_mb: u64,
    /// What decoders and pictures may use at once, megabytes.
    pub picture_memory_mb: u64,
    /// Thumbnail textures kept, megabytes.
    pub texture_memory_mb: u64,
    /// A tag cache larger than this is mapped from its file instead of held,
    /// megabytes.
    pub tag_cache_held_mb: u64,
    /// Compare pictures by embeddings.
    pub semantic_similarity: bool,
    /// When the similarity index is unloaded.
    pub similarity_idle: SimilarityIdle,
    /// What the process without the graphics driver may take, megabytes; 0 is
    /// no bound.
    pub memory_budget_mb: u64,
    /// What a budget has given back first comes first.
    pub give_back_order: Vec<Cache>,
    /// What a budget never has given back.
    pub pinned: Vec<Cache>,
}

/// When what compares pictures is given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SimilarityIdle {
    /// By its size.
    #[default]
    Auto,
    Never,
    /// After so many seconds without a search.
    Seconds(u64),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sqlite_cache_mb: 10,
            sqlite_mmap_mb: 0,
            thumbs_limit_mb: 4096,
            picture_memory_mb: 192,
            texture_memory_mb: 32,
            tag_cache_held_mb: 64,
            semantic_similarity: true,
            similarity_idle: SimilarityIdle::Auto,
            memory_budget_mb: 0,
            give_back_order: Cache::ALL.to_vec(),
            pinned: Vec::new(),
        }
    }
}

/// A setting that is a list of caches.
struct ListKey {
    name: &'static str,
    what: &'static str,
    field: fn(&mut Settings) -> &mut Vec<Cache>,
}

const LIST_KEYS: [ListKey; 2] = [
    ListKey {
        name: "give_back_order",
        what: "What is given back to keep the budget, the first first; what is left out follows.",
        field: |it| &mut it.give_back_order,
    },
    ListKey {
        name: "pinned",
        what: "What is never given back to keep the budget.",
        field: |it| &mut it.pinned,
    },
];

/// A setting as the file names it.
struct Key {
    name: &'static str,
    /// For the file's comment.
    what: &'static str,
    /// What is accepted, both ends included.
    least: u64,
    most: u64,
    field: fn(&mut Settings) -> &mut u64,
}

const KEYS: [Key; 7] = [
    Key {
        name: "sqlite_cache_mb",
        what: "Page cache of all database connections together, megabytes.",
        least: 1,
        most: 16_384,
        field: |it| &mut it.sqlite_cache_mb,
    },
    Key {
        name: "sqlite_mmap_mb",
        what: "How much of each database may be mapped into memory, megabytes; 0 is none.",
        least: 0,
        most: 1_048_576,
        field: |it| &mut it.sqlite_mmap_mb,
    },
    Key {
        name: "thumbs_limit_mb",
        what: "Size limit of thumbs.db on disk, megabytes; the oldest thumbnails go first.",
        least: 16,
        most: 1_048_576,
        field: |it| &mut it.thumbs_limit_mb,
    },
    Key {
        name: "picture_memory_mb",
        what: "What reading pictures may use at once, megabytes. A picture that needs more is \
               shown smaller, or refused with the reason.",
        least: 32,
        most: 65_536,
        field: |it| &mut it.picture_memory_mb,
    },
    Key {
        name: "texture_memory_mb",
        what: "Thumbnails kept ready for the screen, megabytes.",
        least: 4,
        most: 65_536,
        field: |it| &mut it.texture_memory_mb,
    },
    Key {
        name: "tag_cache_held_mb",
        what: "A tag cache up to this size is kept in memory, a larger one read from disk where it is used; megabytes.",
        least: 0,
        most: 65_536,
        field: |it| &mut it.tag_cache_held_mb,
    },
    Key {
        name: "memory_budget_mb",
        what: "What Kobako may take of memory, the graphics driver left out, megabytes; 0 is no bound.",
        least: 0,
        most: 1_048_576,
        field: |it| &mut it.memory_budget_mb,
    },
];

/// Thumbnails that may be on their way to the screen at once, bytes.
const THUMBNAILS_BYTES: u64 = 32 << 20;

/// Larger than any settings file.
const MAX_BYTES: u64 = 1 << 20;

/// Reads a plain file of reasonable size: not a pipe that never answers, nor a
/// device that never ends.
fn read(path: &Path) -> std::io::Result<String> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(std::io::Error::new(
            ErrorKind::InvalidInput,
            "it is not a plain file of at most 1 MB",
        ));
    }
    std::fs::read_to_string(path)
}

impl Settings {
    /// Reads the settings of the library in `dir`; defaults where there are none.
    ///
    /// Each unknown key, bad value and unreadable file is a notice.
    pub fn load(dir: &Path) -> (Self, Vec<Notice>) {
        let path = dir.join(FILE_NAME);
        match read(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(err) if err.kind() == ErrorKind::NotFound => (Self::default(), Vec::new()),
            Err(err) => {
                let notice = mistake(
                    format!("The settings in {} can't be read: {err}", path.display()),
                    "The defaults are used; check that the file is text and may be read",
                );
                (Self::default(), vec![notice])
            }
        }
    }

    fn parse(text: &str, path: &Path) -> (Self, Vec<Notice>) {
        let mut settings = Self::default();
        let mut notices = Vec::new();
        let table = match DeTable::parse(text) {
            Ok(table) => table.into_inner(),
            Err(err) => {
                let line = err.span().map_or(1, |span| line_of(text, &span));
                notices.push(mistake(
                    format!(
                        "The settings in {} can't be understood at line {line}: {}",
                        path.display(),
                        err.message()
                    ),
                    "The defaults are used until the line is corrected",
                ));
                return (settings, notices);
            }
        };
        for (name, value) in &table {
            let key_name: &str = name.get_ref();
            let line = line_of(text, &name.span());
            let place = format!("{}, line {line}", path.display());
            if let Some(key) = LIST_KEYS.iter().find(|it| it.name == key_name) {
                match caches(value.get_ref()) {
                    Some(caches) => *(key.field)(&mut settings) = caches,
                    None => notices.push(mistake(
                        format!("The value of “{key_name}” in {place} can't be used"),
                        &format!("Write a list of {}", quoted_names(&Cache::ALL)),
                    )),
                }
                continue;
            }
            let Some(key) = KEYS.iter().find(|it| it.name == key_name) else {
                let numbers = KEYS.iter().map(|it| it.name);
                let known: Vec<_> = numbers.chain(LIST_KEYS.iter().map(|it| it.name)).collect();
                notices.push(mistake(
                    format!("Unknown setting “{key_name}” in {place}"),
                    &format!("It has no effect; known are {}", known.join(", ")),
                ));
                continue;
            };
            match whole_number(value.get_ref()) {
                Some(number) if (key.least..=key.most).contains(&number) => {
                    *(key.field)(&mut settings) = number;
                }
                _ => {
                    let kept = *(key.field)(&mut settings);
                    notices.push(mistake(
                        format!("The value of “{key_name}” in {place} can't be used"),
                        &format!(
                            "{kept} is used; write a whole number from {} to {}",
                            key.least, key.most
                        ),
                    ));
                }
            }
        }
        (settings, notices)
    }

    /// The budget that is set.
    pub fn budget(&self) -> BudgetWish {
        BudgetWish {
            limit_bytes: (self.memory_budget_mb > 0).then_some(self.memory_budget_mb << 20),
            order: self.give_back_order.clone(),
            pinned: self.pinned.clone(),
        }
    }

    /// Takes over a budget that was set in the window.
    pub fn set_budget(&mut self, wish: &BudgetWish) {
        let BudgetWish {
            limit_bytes,
            order,
            pinned,
        } = wish;
        self.memory_budget_mb = limit_bytes.map_or(0, |it| (it >> 20).max(1));
        self.give_back_order.clone_from(order);
        self.pinned.clone_from(pinned);
    }

    /// What each pool may have where the budget has room.
    pub fn pools(&self) -> Caps {
        Caps {
            pictures: self.picture_memory_mb << 20,
            thumbnails: THUMBNAILS_BYTES,
            textures: self.texture_memory_mb << 20,
        }
    }

    /// What each cache may take, as it can be set.
    pub fn caps(&self) -> Vec<Cap> {
        let cap = |cache, megabytes: u64, is_live| Cap {
            cache,
            bytes: megabytes << 20,
            is_live,
        };
        vec![
            cap(Cache::Thumbnails, self.texture_memory_mb, true),
            cap(Cache::Sqlite, self.sqlite_cache_mb, true),
            cap(Cache::TagCache, self.tag_cache_held_mb, false),
        ]
    }

    /// Sets what a cache may take, whole megabytes within what is allowed;
    /// `false` where it has no such setting.
    pub fn set_cap(&mut self, cache: Cache, bytes: u64) -> bool {
        let name = match cache {
            Cache::Thumbnails => "texture_memory_mb",
            Cache::Sqlite => "sqlite_cache_mb",
            Cache::TagCache => "tag_cache_held_mb",
            // The open picture is as large as the window, and there is no index yet.
            Cache::Picture | Cache::Similarity => return false,
        };
        let Some(key) = KEYS.iter().find(|it| it.name == name) else {
            return false;
        };
        *(key.field)(self) = (bytes >> 20).clamp(key.least, key.most);
        true
    }

    /// Writes what differs from `before` into the file of the library in `dir`;
    /// its comments and everything else stay as they are.
    pub fn store(&mut self, before: &mut Self, dir: &Path) -> std::io::Result<()> {
        let path = dir.join(FILE_NAME);
        let text = match read(&path) {
            Ok(text) => text,
            Err(err) if err.kind() == ErrorKind::NotFound => Self::template(),
            Err(err) => return Err(err),
        };
        let mut document: toml_edit::DocumentMut = text
            .parse()
            .map_err(|err| std::io::Error::new(ErrorKind::InvalidData, one_line(&err)))?;
        for key in &KEYS {
            let value = *(key.field)(self);
            if value != *(key.field)(before) {
                let value = i64::try_from(value).unwrap_or(i64::MAX);
                set(&mut document, key.name, value.into());
            }
        }
        for key in &LIST_KEYS {
            if (key.field)(self) != (key.field)(before) {
                let names = (key.field)(self).iter().map(|it| it.name());
                let names: toml_edit::Array = names.collect();
                set(&mut document, key.name, names.into());
            }
        }
        // Beside it first, so that a full disk leaves the old one whole.
        let new = dir.join(format!("{FILE_NAME}.new"));
        write_through(&new, &document.to_string())
            .and_then(|()| std::fs::rename(&new, &path))
            .inspect_err(|_| {
                let _ = std::fs::remove_file(&new);
            })
    }

    /// The file that a new library gets: every setting, its meaning and its
    /// default, all of them commented out.
    pub fn template() -> String {
        let mut defaults = Self::default();
        let mut text = String::from(
            "# Settings of this Kobako library. Remove the # before a line to change it;\n\
             # changes are read at the next start.\n",
        );
        for key in &KEYS {
            let value = *(key.field)(&mut defaults);
            text.push_str(&format!("\n# {}\n# {} = {value}\n", key.what, key.name));
        }
        for key in &LIST_KEYS {
            let value = quoted_names((key.field)(&mut defaults));
            text.push_str(&format!("\n# {}\n# {} = [{value}]\n", key.what, key.name));
        }
        text
    }

    /// Writes [`Self::template`] where the library has no settings file; an
    /// existing one is never touched.
    pub fn write_template(dir: &Path) -> std::io::Result<PathBuf> {
        use std::io::Write as _;
        let path = dir.join(FILE_NAME);
        match std::fs::File::create_new(&path) {
            Ok(mut file) => file.write_all(Self::template().as_bytes())?,
            Err(err) if err.kind() == ErrorKind::AlreadyExists => {}
            Err(err) => return Err(err),
        }
        Ok(path)
    }
}

/// Writes a file so that it is on the disk before it takes another's place.
fn write_through(path: &Path, text: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Sets a value; the comment behind it stays.
fn set(document: &mut toml_edit::DocumentMut, name: &str, mut value: toml_edit::Value) {
    match document
        .get_mut(name)
        .and_then(toml_edit::Item::as_value_mut)
    {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            document.insert(name, toml_edit::Item::Value(value));
        }
    }
}

/// What TOML's parser said, without its picture of the line.
fn one_line(err: &toml_edit::TomlError) -> String {
    err.message().to_owned()
}

/// `None` for anything but a list of caches' names.
fn caches(value: &DeValue<'_>) -> Option<Vec<Cache>> {
    let names = value.as_array()?.iter();
    names
        .map(|it| Cache::named(it.get_ref().as_str()?))
        .collect()
}

/// Like `"picture", "sqlite"`.
fn quoted_names(caches: &[Cache]) -> String {
    let names: Vec<_> = caches
        .iter()
        .map(|it| format!("\"{}\"", it.name()))
        .collect();
    names.join(", ")
}

/// `None` for anything but a whole number that is not below zero.
fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// 1-based line in which `span` starts.
fn line_of(text: &str, span: &Range<usize>) -> usize {
    let before = text.as_bytes().get(..span.start).unwrap_or_default();
    1 + before.iter().filter(|&&byte| byte == b'\n').count()
}

fn mistake(message: String, way_out: &str) -> Notice {
    Notice {
        is_error: false,
        message,
        way_out: Some(way_out.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Settings, Vec<Notice>) {
        Settings::parse(text, Path::new("settings.toml"))
    }

    #[test]
    fn reads_what_is_set_and_keeps_the_rest() {
        let (settings, notices) = parse("thumbs_limit_mb = 1_000\nsqlite_mmap_mb = 0x10\n");
        assert_eq!(notices, []);
        let expected = Settings {
            thumbs_limit_mb: 1000,
            sqlite_mmap_mb: 16,
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn names_each_mistake_with_its_line() {
        let (settings, notices) = parse(
            "# mine\npicture_memory_mb = \"much\"\ntexture_memory_mb = -4\n\
             thumbnail_limit = 3\nsqlite_cache_mb = 0\n[window]\nwidth = 3\n",
        );
        assert_eq!(settings, Settings::default());
        let all: Vec<_> = notices.iter().map(|it| it.message.as_str()).collect();
        assert_eq!(all.len(), 5, "{all:?}");
        for (name, line) in [
            ("picture_memory_mb", 2),
            ("texture_memory_mb", 3),
            ("thumbnail_limit", 4),
            ("sqlite_cache_mb", 5),
            ("window", 6),
        ] {
            let with_line = format!("line {line}");
            assert!(
                all.iter()
                    .any(|it| it.contains(name) && it.contains(&with_line)),
                "{name} {all:?}"
            );
        }
    }

    #[test]
    fn a_broken_file_gives_the_defaults_and_says_where() {
        let (settings, notices) = parse("thumbs_limit_mb = 100\nsqlite_cache_mb = = 3\n");
        assert_eq!(settings, Settings::default());
        assert_eq!(notices.len(), 1);
        assert!(notices[0].message.contains("line 2"), "{notices:?}");
    }

    #[test]
    fn the_template_says_every_setting_and_changes_none() {
        let template = Settings::template();
        assert_eq!(parse(&template), (Settings::default(), Vec::new()));
        let active: String = template
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(rest) if rest.contains(" = ") => rest,
                _ => "",
            })
            .collect::<Vec<_>>()
            .join("\n");
        let (settings, notices) = parse(&active);
        assert_eq!((settings, notices), (Settings::default(), Vec::new()));
        assert_eq!(
            active.lines().filter(|it| !it.is_empty()).count(),
            KEYS.len() + LIST_KEYS.len()
        );
    }

    #[test]
    fn what_is_no_plain_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(FILE_NAME)).unwrap();
        let (settings, notices) = Settings::load(dir.path());
        assert_eq!(settings, Settings::default());
        assert!(notices[0].message.contains("plain file"), "{notices:?}");
        #[cfg(unix)]
        {
            let dir = tempfile::tempdir().unwrap();
            std::os::unix::fs::symlink("/dev/zero", dir.path().join(FILE_NAME)).unwrap();
            let (settings, notices) = Settings::load(dir.path());
            assert_eq!(settings, Settings::default());
            assert_eq!(notices.len(), 1);
        }
    }

    #[test]
    fn lists_are_of_caches() {
        let (settings, notices) =
            parse("give_back_order = [\"sqlite\", \"picture\"]\npinned = [\"tag_cache\"]\n");
        assert_eq!(notices, []);
        let wish = settings.budget();
        assert_eq!(wish.limit_bytes, None);
        assert_eq!(wish.order, [Cache::Sqlite, Cache::Picture]);
        assert_eq!(wish.pinned, [Cache::TagCache]);
        for bad in ["pinned = 3", "pinned = [\"cats\"]", "pinned = [1]"] {
            let (settings, notices) = parse(bad);
            assert_eq!(settings, Settings::default());
            assert!(notices[0].way_out.as_ref().unwrap().contains("thumbnails"));
        }
    }

    #[test]
    fn what_is_stored_is_read_again_and_comments_stay() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        std::fs::write(&path, "# mine\nsqlite_cache_mb = 3 # small\nmystery = 1\n").unwrap();
        let (before, _) = Settings::load(dir.path());
        let mut settings = before.clone();
        settings.set_budget(&BudgetWish {
            limit_bytes: Some(128 << 20),
            order: vec![Cache::Thumbnails],
            pinned: vec![Cache::Sqlite],
        });
        assert!(settings.set_cap(Cache::Thumbnails, 9 << 20));
        assert!(settings.set_cap(Cache::Sqlite, 0), "as small as is allowed");
        assert!(!settings.set_cap(Cache::Similarity, 1));
        settings.store(&mut before.clone(), dir.path()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        for kept in ["# mine", "mystery = 1", "# small"] {
            assert!(text.contains(kept), "{text}");
        }
        assert_eq!(Settings::load(dir.path()).0, settings);
        assert_eq!(
            (settings.sqlite_cache_mb, settings.texture_memory_mb),
            (1, 9)
        );

        // A file that can't be understood is not replaced.
        std::fs::write(&path, "sqlite_cache_mb = = 3\n").unwrap();
        let err = settings.store(&mut before.clone(), dir.path()).unwrap_err();
        assert_eq!(err.kind(), ErrorKind::InvalidData);
        assert!(std::fs::read_to_string(&path).unwrap().contains("= = 3"));
        // Where there is none, one is made, with every setting's meaning.
        std::fs::remove_file(&path).unwrap();
        settings.store(&mut before.clone(), dir.path()).unwrap();
        let (stored, _) = Settings::load(dir.path());
        assert_eq!(stored.budget(), settings.budget());
        assert!(
            std::fs::read_to_string(&path)
                .unwrap()
                .contains("# Page cache")
        );
    }

    #[test]
    fn the_template_never_replaces_a_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(FILE_NAME);
        std::fs::write(&path, "sqlite_cache_mb = 3\n").unwrap();
        Settings::write_template(dir.path()).unwrap();
        assert_eq!(Settings::load(dir.path()).0.sqlite_cache_mb, 3);
    }
}
