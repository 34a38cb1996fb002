//! What an import asks of a library, as traits: so that the job can be tested
//! without one.

use std::path::{Path, PathBuf};

use crate::library::{Changes, KnownFile, LibraryError, Outcome, Reader, Writer};
use crate::message::FailedFile;
use crate::model::{FileStamp, Md5, PostDraft, PostId};

/// What the library knows already; asked by the thread that walks.
pub(super) trait Known: Send + 'static {
    fn known_file(&self, path: &Path) -> Result<Option<KnownFile>, LibraryError>;
    fn post_md5(&self, post: PostId) -> Result<Option<Md5>, LibraryError>;
    fn for_each_known_file(
        &self,
        root: &Path,
        f: &mut dyn FnMut(KnownFile),
    ) -> Result<(), LibraryError>;
    fn failures(&self) -> Result<Vec<FailedFile>, LibraryError>;
    /// Folders that are passed over, unless they are themselves imported.
    fn excluded_folders(&self) -> Result<Vec<PathBuf>, LibraryError>;
    fn failure_of(&self, path: &Path, stamp: FileStamp)
    -> Result<Option<FailedFile>, LibraryError>;
}

/// Where the import writes; used by the thread that runs it.
pub(super) trait Store {
    fn add_root(&mut self, folder: &Path) -> Result<(), LibraryError>;
    fn write_batch(
        &mut self,
        drafts: &[PostDraft],
    ) -> Result<(Vec<Outcome>, Changes), LibraryError>;
    fn mark_missing(
        &mut self,
        files: &[PathBuf],
        is_missing: bool,
    ) -> Result<Changes, LibraryError>;
    fn record_failures(&mut self, failures: &[(FailedFile, FileStamp)])
    -> Result<(), LibraryError>;
    fn forget_failures(&mut self, paths: &[PathBuf]) -> Result<(), LibraryError>;
}

impl Known for Reader {
    fn known_file(&self, path: &Path) -> Result<Option<KnownFile>, LibraryError> {
        self.known_file(path)
    }

    fn post_md5(&self, post: PostId) -> Result<Option<Md5>, LibraryError> {
        self.post_md5(post)
    }

    fn for_each_known_file(
        &self,
        root: &Path,
        f: &mut dyn FnMut(KnownFile),
    ) -> Result<(), LibraryError> {
        self.for_each_known_file(root, f)
    }

    fn failures(&self) -> Result<Vec<FailedFile>, LibraryError> {
        self.failures()
    }

    fn excluded_folders(&self) -> Result<Vec<PathBuf>, LibraryError> {
        self.excluded_folders()
    }

    fn failure_of(
        &self,
        path: &Path,
        stamp: FileStamp,
    ) -> Result<Option<FailedFile>, LibraryError> {
        self.failure_of(path, stamp)
    }
}

impl Store for Writer {
    fn add_root(&mut self, folder: &Path) -> Result<(), LibraryError> {
        self.add_root(folder)
    }

    fn write_batch(
        &mut self,
        drafts: &[PostDraft],
    ) -> Result<(Vec<Outcome>, Changes), LibraryError> {
        self.write_batch(drafts)
    }

    fn mark_missing(
        &mut self,
        files: &[PathBuf],
        is_missing: bool,
    ) -> Result<Changes, LibraryError> {
        self.mark_missing(files, is_missing)
    }

    fn record_failures(
        &mut self,
        failures: &[(FailedFile, FileStamp)],
    ) -> Result<(), LibraryError> {
        self.record_failures(failures)
    }

    fn forget_failures(&mut self, paths: &[PathBuf]) -> Result<(), LibraryError> {
        self.forget_failures(paths)
    }
}
