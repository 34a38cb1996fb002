//! The settings' file: read with each mistake named by its line, written so
//! that the user's comments stay.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::keys::KEYS;
use super::kinds::Kind;
use super::{FILE_NAME, Settings};
use crate::message::Notice;

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

fn read_or_template(path: &Path) -> std::io::Result<String> {
    match read(path) {
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(Settings::template()),
        read => read,
    }
}

impl Settings {
    /// Reads the settings of the library in `dir`; defaults where there are none.
    ///
    /// Each unknown key, bad value and unreadable file is a notice.
    pub fn load(dir: &Path) -> (Self, Vec<Notice>) {
        let (settings, notices) = Self::load_again(dir);
        (settings.unwrap_or_default(), notices)
    }

    /// The same; `None` where the file can't be understood at all.
    pub fn load_again(dir: &Path) -> (Option<Self>, Vec<Notice>) {
        let path = dir.join(FILE_NAME);
        match read(&path) {
            Ok(text) => Self::parse(&text, &path),
            Err(err) if err.kind() == ErrorKind::NotFound => (Some(Self::default()), Vec::new()),
            Err(err) => {
                let notice = mistake(
                    format!("The settings in {} can't be read: {err}", path.display()),
                    "The defaults are used; check that the file is text and may be read",
                );
                (None, vec![notice])
            }
        }
    }

    pub(super) fn parse(text: &str, path: &Path) -> (Option<Self>, Vec<Notice>) {
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
                return (None, notices);
            }
        };
        for (name, value) in &table {
            let key_name: &str = name.get_ref();
            let line = line_of(text, &name.span());
            let place = format!("{}, line {line}", path.display());
            let Some(key) = KEYS.iter().find(|it| it.name == key_name) else {
                notices.push(mistake(
                    format!("Unknown setting “{key_name}” in {place}"),
                    "It has no effect, and stays in the file; the settings page (Ctrl+,) lists what \
                     is known",
                ));
                continue;
            };
            if key.kind.read(&mut settings, value.get_ref()) {
                continue;
            }
            let message = format!("The value of “{key_name}” in {place} can't be used");
            let way_out = if key.is_of_model() {
                let wish = key.kind.wish();
                let mistakes = &mut settings.model.mistake;
                mistakes.get_or_insert_with(|| format!("{message}; {wish}"));
                format!("No picture is embedded until then; {wish}")
            } else {
                key.kind.way_out(&mut settings)
            };
            notices.push(mistake(message, &way_out));
        }
        (Some(settings), notices)
    }

    /// Writes what differs from `before` into the file of the library in `dir`;
    /// its comments and everything else stay as they are.
    pub fn store(&mut self, before: &mut Self, dir: &Path) -> std::io::Result<()> {
        let path = dir.join(FILE_NAME);
        let mut text = read_or_template(&path)?;
        let new = dir.join(format!("{FILE_NAME}.new"));
        loop {
            let changed = self.written_into(before, &text)?;
            // Beside it first, so that a full disk leaves the old one whole.
            let mut write = || -> std::io::Result<bool> {
                write_through(&new, &changed)?;
                // Somebody may have edited it meanwhile.
                let now = read_or_template(&path)?;
                if now != text {
                    text = now;
                    return Ok(false);
                }
                std::fs::rename(&new, &path)?;
                Ok(true)
            };
            let written = write().inspect_err(|_| {
                let _ = std::fs::remove_file(&new);
            });
            if written? {
                return Ok(());
            }
        }
    }

    /// The file's `text` with what differs from `before`.
    fn written_into(&mut self, before: &mut Self, text: &str) -> std::io::Result<String> {
        let mut document: toml_edit::DocumentMut = text
            .parse()
            .map_err(|err| std::io::Error::new(ErrorKind::InvalidData, one_line(&err)))?;
        for key in KEYS {
            let value = key.kind.value(self);
            if value.to_string() == key.kind.value(before).to_string() {
                continue;
            }
            if let Kind::Keys(field) = &key.kind {
                set_keys(&mut document, key.name, field(self), field(before));
            } else {
                set(&mut document, key.name, value);
            }
        }
        Ok(document.to_string())
    }

    /// The file that a new library gets: every setting, its meaning and its
    /// default, all of them commented out.
    pub fn template() -> String {
        let mut defaults = Self::default();
        let mut text = String::from(
            "# Settings of this Kobako library. Remove the # before a line to change it;\n\
             # changes are read at the next start, or by \"Read the file again\" in the settings.\n",
        );
        for key in KEYS {
            let value = key.kind.value(&mut defaults);
            text.push_str(&format!("\n# {}\n# {} = {value}\n", key.what, key.name));
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

/// Sets the lists that differ, in a table of their own; what else stands there stays.
fn set_keys(
    document: &mut toml_edit::DocumentMut,
    name: &str,
    keys: &BTreeMap<String, Vec<String>>,
    before: &BTreeMap<String, Vec<String>>,
) {
    let item = document
        .entry(name)
        .or_insert_with(|| toml_edit::Item::Table(toml_edit::Table::new()));
    if !item.is_table_like() {
        *item = toml_edit::Item::Table(toml_edit::Table::new());
    }
    let Some(table) = item.as_table_like_mut() else {
        return;
    };
    for gone in before.keys().filter(|it| !keys.contains_key(*it)) {
        table.remove(gone);
    }
    for (action, list) in keys {
        if before.get(action) != Some(list) {
            let list: toml_edit::Array = list.iter().collect();
            table.insert(action, toml_edit::Item::Value(list.into()));
        }
    }
}

/// What TOML's parser said, without its picture of the line.
fn one_line(err: &toml_edit::TomlError) -> String {
    err.message().to_owned()
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
