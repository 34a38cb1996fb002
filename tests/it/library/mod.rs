//! The library through its public doors.

mod batches;
mod concurrency;
mod damage;
mod drafts;
mod duplicates;
mod edits;
mod follow;
mod journal;
mod model;
mod opening;
mod searches;
mod similarity;
mod thumbs;
mod upgrade;

use std::path::Path;

use kobako::library::{Library, OpenOptions, Writer};
use kobako::model::{
    Category, FileDraft, FileFormat, FileStamp, Md5, PictureFacts, PostDraft, TagDraft,
};

pub fn open(dir: &Path) -> Library {
    Library::open(dir, &OpenOptions::default()).unwrap()
}

pub fn open_writer(dir: &Path) -> (Library, Writer) {
    let library = open(dir);
    let writer = library.writer().unwrap();
    (library, writer)
}

pub fn md5(number: u8) -> Md5 {
    Md5([number; 16])
}

pub fn tag(name: &str) -> TagDraft {
    TagDraft {
        name: name.to_owned(),
        ..Default::default()
    }
}

pub fn tag_of(name: &str, category: Category) -> TagDraft {
    TagDraft {
        category: Some(category),
        ..tag(name)
    }
}

/// A picture at `path` with a sidecar of `tags`.
pub fn picture(path: impl AsRef<Path>, number: u8, tags: &[&str]) -> PostDraft {
    PostDraft {
        file: Some(FileDraft {
            path: path.as_ref().to_owned(),
            stamp: FileStamp {
                size: 1000 + u64::from(number),
                modified_ns: i64::from(number),
            },
            sidecar_stamp: 1,
        }),
        md5: Some(md5(number)),
        picture: Some(PictureFacts {
            format: FileFormat::Png,
            width: 640,
            height: 480,
            is_animated: false,
            has_alpha: true,
            phash: u64::MAX - u64::from(number),
            color_hash: 7,
            thumbnail: vec![number; 100],
        }),
        tags: tags.iter().map(|it| tag(it)).collect(),
        ..PostDraft::default()
    }
}

/// Every row of `library.db` but the journal's, and but the highest ids that were
/// ever used.
pub fn dump(library: &Path) -> Vec<String> {
    let conn = rusqlite::Connection::open(library.join("library.db")).unwrap();
    let mut tables = conn
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .unwrap();
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let mut rows = Vec::new();
    for table in tables {
        if table == "journal" || table.starts_with("sqlite_") {
            continue;
        }
        let mut all = conn.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let num_columns = all.column_count();
        let found = all.query_map([], |row| {
            (0..num_columns)
                .map(|it| row.get::<_, rusqlite::types::Value>(it))
                .collect::<Result<Vec<_>, _>>()
        });
        rows.extend(
            found
                .unwrap()
                .map(|it| format!("{table} {:?}", it.unwrap())),
        );
    }
    rows.sort();
    rows
}

/// Makes a file, since the library asks whether a path is still there.
pub fn touch(path: &Path) {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).unwrap();
    }
    std::fs::write(path, b"x").unwrap();
}
