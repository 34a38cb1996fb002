//! What the decoder threads do: one changed file in, what became of it out.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use super::folder::has_picture_name;
use super::sidecar::{self, Sidecar};
use crate::memory::{Permit, PermitError, Permits};
use crate::message::FailedFile;
use crate::model::{FileDraft, FileStamp, Md5, PostDraft};
use crate::picture::{self, PictureError, ReadPicture};

/// A file that is new or has changed.
#[derive(Debug)]
pub(super) struct Work {
    pub path: PathBuf,
    pub stamp: FileStamp,
    pub sidecars: Vec<Sidecar>,
    pub sidecar_stamp: i64,
    /// Set where only the sidecars changed: the picture need not be read.
    pub known_md5: Option<Md5>,
    /// The library knows the file, and it is another one by now.
    pub is_changed: bool,
    /// The user named this very file, so it should be a picture.
    pub is_named: bool,
}

/// What became of one.
#[derive(Debug)]
pub(super) enum Done {
    Picture {
        draft: Box<PostDraft>,
        /// As in [`Work`].
        is_changed: bool,
        /// Sidecars that could not be used.
        failed_sidecars: Vec<(FailedFile, FileStamp)>,
        /// Sidecars that could.
        read_sidecars: Vec<PathBuf>,
        /// For what the sidecars say; held until it is written.
        permit: Option<Permit>,
    },
    Failed(FailedFile, FileStamp),
    /// Not a picture, and nothing said that it should be one.
    OtherFile(PathBuf),
    Cancelled,
}

/// Does all that a changed file needs. Never panics.
pub(super) fn process(work: Work, permits: &Permits, is_cancelled: &dyn Fn() -> bool) -> Done {
    let (path, stamp) = (work.path.clone(), work.stamp);
    catch_unwind(AssertUnwindSafe(|| {
        process_one(work, permits, is_cancelled)
    }))
    .unwrap_or_else(|_| {
        let reason = "reading it failed by a mistake in this program; please report it";
        Done::Failed(failed(path, reason), stamp)
    })
}

fn process_one(work: Work, permits: &Permits, is_cancelled: &dyn Fn() -> bool) -> Done {
    let Work {
        path,
        stamp,
        sidecars,
        sidecar_stamp,
        known_md5,
        is_changed,
        is_named,
    } = work;
    let read = match known_md5 {
        Some(_) => None,
        None if !is_named && !has_picture_name(&path) && !is_picture(&path) => {
            return Done::OtherFile(path);
        }
        None => match picture::read(&path, permits, is_cancelled) {
            Ok(read) => Some(read),
            Err(PictureError::Cancelled) => return Done::Cancelled,
            Err(err) => return Done::Failed(failed(path, err), stamp),
        },
    };
    if is_cancelled() {
        return Done::Cancelled;
    }
    let mut permit = match sidecar_permit(&sidecars, permits, is_cancelled) {
        Ok(permit) => permit,
        Err(PermitError::Cancelled) => return Done::Cancelled,
        Err(err) => return Done::Failed(failed(path, err), stamp),
    };
    let mut failed_sidecars: Vec<(FailedFile, FileStamp)> = Vec::new();
    let mut draft = sidecar::read_all(&path, &sidecars, |sidecar, err| {
        failed_sidecars.push((failed(sidecar.path.clone(), err), sidecar.stamp));
    });
    if let Some(permit) = &mut permit {
        permit.shrink_to(sidecar::held_bytes(&draft));
    }
    let read_sidecars = sidecars
        .into_iter()
        .map(|it| it.path)
        .filter(|it| failed_sidecars.iter().all(|(failed, _)| failed.path != *it))
        .collect();
    let (stamp, md5, facts) = match read {
        Some(ReadPicture { stamp, md5, facts }) => (stamp, Some(md5), Some(facts)),
        None => (stamp, known_md5, None),
    };
    draft.md5 = md5;
    draft.picture = facts;
    draft.file = Some(FileDraft {
        path,
        stamp,
        sidecar_stamp,
    });
    Done::Picture {
        draft: Box::new(draft),
        is_changed,
        failed_sidecars,
        read_sidecars,
        permit,
    }
}

/// For what reading them may take; but never for all there is, as what needs
/// more than half of that would wait for everything else to end.
fn sidecar_permit(
    sidecars: &[Sidecar],
    permits: &Permits,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Option<Permit>, PermitError> {
    if sidecars.is_empty() {
        return Ok(None);
    }
    let wanted = sidecar::needed_bytes(sidecars).min(permits.limit() / 2);
    permits.acquire(wanted, is_cancelled).map(Some)
}

/// What can't be opened and isn't named like a picture is none.
fn is_picture(path: &std::path::Path) -> bool {
    File::open(path)
        .and_then(|mut file| picture::sniff_file(&mut file))
        .is_ok_and(|it| it.is_some())
}

pub(super) fn failed(path: PathBuf, reason: impl ToString) -> FailedFile {
    FailedFile {
        path,
        reason: reason.to_string(),
    }
}
