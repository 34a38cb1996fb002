//! Where a library of ChibiBooru lies: its database, and its pictures.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

const DATABASE: &str = "booru.db";

/// Read of a settings file, at most.
const MAX_SETTINGS_BYTES: u64 = 1 << 20;

/// The two, found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::import::collection) struct Place {
    pub database: PathBuf,
    /// The folder that paths in the database are relative to.
    pub pictures: PathBuf,
}

/// Of a folder that is ChibiBooru's own, or its `data`, or one that its
/// databases were copied to; `None` where there is no `booru.db`.
pub(in crate::import::collection) fn in_folder(folder: &Path) -> Option<Place> {
    let here = folder.join(DATABASE);
    if here.is_file() {
        return Some(of_database(&here));
    }
    let below = folder.join("data").join(DATABASE);
    below.is_file().then(|| of_database(&below))
}

/// The pictures are where ChibiBooru's settings say, or where it puts them
/// without any: `static/images`, `data` being beside `static`. Where neither is
/// there, the pictures are looked for beside the database.
pub(in crate::import::collection) fn of_database(database: &Path) -> Place {
    let database = database
        .canonicalize()
        .unwrap_or_else(|_| database.to_owned());
    let folder = database.parent().unwrap_or(Path::new("/"));
    let program = match folder.parent() {
        Some(parent) if folder.file_name().is_some_and(|it| it == "data") => parent,
        _ => folder,
    };
    let candidates = [
        set_folder(program),
        Some(program.join("static").join("images")),
        Some(folder.join("images")),
    ];
    let pictures = candidates
        .into_iter()
        .flatten()
        .find(|it| it.is_dir())
        .and_then(|it| it.canonicalize().ok())
        .unwrap_or_else(|| folder.to_owned());
    Place { database, pictures }
}

/// `IMAGE_DIRECTORY`, of `config.yml` before that of `.env`, as ChibiBooru does.
fn set_folder(program: &Path) -> Option<PathBuf> {
    let value =
        [("config.yml", ':'), (".env", '=')]
            .into_iter()
            .find_map(|(file, separator)| {
                let mut text = String::new();
                File::open(program.join(file))
                    .and_then(|file| file.take(MAX_SETTINGS_BYTES).read_to_string(&mut text))
                    .ok()?;
                setting(&text, separator)
            })?;
    Some(program.join(value))
}

fn setting(text: &str, separator: char) -> Option<String> {
    let line = text.lines().find_map(|it| {
        it.strip_prefix("IMAGE_DIRECTORY")?
            .trim_start()
            .strip_prefix(separator)
    })?;
    let value = line.trim();
    let value = match value.chars().next()? {
        quote @ ('"' | '\'') => value[1..].split(quote).next()?,
        _ => value.split(" #").next()?.trim(),
    };
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_setting_is_read_as_it_is_written() {
        for (text, separator, value) in [
            (
                "A: 1\nIMAGE_DIRECTORY: ./pics # here\n",
                ':',
                Some("./pics"),
            ),
            ("IMAGE_DIRECTORY: \"/a b\"", ':', Some("/a b")),
            ("IMAGE_DIRECTORY='c'", '=', Some("c")),
            ("IMAGE_DIRECTORY:", ':', None),
            ("# IMAGE_DIRECTORY: x", ':', None),
            ("IMAGE_DIRECTORY: \"", ':', None),
        ] {
            assert_eq!(setting(text, separator).as_deref(), value, "{text}");
        }
    }

    #[test]
    fn pictures_are_found_from_any_of_its_folders() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        assert_eq!(in_folder(&root), None);
        fs::create_dir_all(root.join("data")).unwrap();
        fs::create_dir_all(root.join("static/images")).unwrap();
        let database = root.join("data/booru.db");
        fs::write(&database, b"").unwrap();
        let place = Place {
            database: database.clone(),
            pictures: root.join("static/images"),
        };
        assert_eq!(in_folder(&root), Some(place.clone()));
        assert_eq!(in_folder(&root.join("data")), Some(place));
        fs::create_dir_all(root.join("else where")).unwrap();
        fs::write(root.join("config.yml"), "IMAGE_DIRECTORY: \"else where\"\n").unwrap();
        assert_eq!(of_database(&database).pictures, root.join("else where"));
        let copied = root.join("else where/booru.db");
        fs::write(&copied, b"").unwrap();
        assert_eq!(of_database(&copied).pictures, root.join("else where"));
    }
}
