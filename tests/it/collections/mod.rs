//! Imports of what is not pictures in folders: records, other programs'
//! libraries, lists of tags.

mod chibibooru;
mod records;
mod tag_lists;

use std::fs;
use std::path::{Path, PathBuf};

use kobako::import::{self, ImportError, ImportNews};
use kobako::library::{Changes, Library, PostRecord, Reader, Writer};
use kobako::memory::Permits;
use kobako::message::ImportReport;
use kobako::model::{PostId, SourcePost};
use tempfile::TempDir;

use crate::library::open_writer;

/// A library beside whatever is imported into it.
pub struct World {
    dir: TempDir,
    library: Library,
    writer: Writer,
    permits: Permits,
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (library, writer) = open_writer(&dir.path().join("library"));
        Self {
            dir,
            library,
            writer,
            permits: Permits::new(64 << 20),
        }
    }

    pub fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.at(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn try_import(&mut self, paths: &[PathBuf]) -> Result<ImportReport, ImportError> {
        self.import_until(paths, &|_| false)
    }

    /// Is cancelled when `is_enough` says so of what has been committed.
    pub fn import_until(
        &mut self,
        paths: &[PathBuf],
        is_enough: &dyn Fn(&Changes) -> bool,
    ) -> Result<ImportReport, ImportError> {
        let is_cancelled = std::sync::atomic::AtomicBool::new(false);
        let report = import::run(
            paths,
            &self.library,
            &mut self.writer,
            &self.permits,
            2,
            &|| is_cancelled.load(std::sync::atomic::Ordering::Relaxed),
            &mut |news| {
                if let ImportNews::Committed(changes) = news
                    && is_enough(&changes)
                {
                    is_cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
                }
            },
        );
        assert_eq!(self.permits.used(), 0);
        report
    }

    #[track_caller]
    pub fn import(&mut self, path: impl AsRef<Path>) -> ImportReport {
        self.try_import(&[path.as_ref().to_path_buf()]).unwrap()
    }

    /// Why nothing could be imported.
    #[track_caller]
    pub fn refusal(&mut self, path: impl AsRef<Path>) -> String {
        self.try_import(&[path.as_ref().to_path_buf()])
            .unwrap_err()
            .to_string()
    }

    pub fn reader(&self) -> Reader {
        self.library.reader("test").unwrap()
    }

    /// In order of id.
    pub fn posts(&self) -> Vec<PostRecord> {
        let reader = self.reader();
        let mut ids = Vec::new();
        reader.for_each_post(&mut |it| ids.push(it.id)).unwrap();
        ids.into_iter()
            .map(|id: PostId| reader.post(id).unwrap().unwrap())
            .collect()
    }

    #[track_caller]
    pub fn post_of(&self, site: &str, id: u64) -> PostRecord {
        let wanted = SourcePost {
            site: site.to_owned(),
            id,
        };
        let mut found = self.posts();
        found.retain(|it| it.source_posts.contains(&wanted));
        assert_eq!(found.len(), 1, "{wanted:?}");
        found.remove(0)
    }
}

pub fn counts(report: &ImportReport) -> [u64; 5] {
    [
        report.added,
        report.updated,
        report.unchanged,
        report.missing,
        report.failed.len() as u64,
    ]
}

pub fn reasons(report: &ImportReport) -> Vec<&str> {
    report.failed.iter().map(|it| it.reason.as_str()).collect()
}

pub fn tag_names(post: &PostRecord) -> Vec<&str> {
    post.tags.iter().map(|it| it.1.as_str()).collect()
}
