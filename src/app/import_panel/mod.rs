//! Bringing pictures in: what is asked for, the jobs under way, what failed.

mod dialog;
mod logic;
mod ui;

pub use dialog::Dialog;
pub use ui::{failures_ui, import_panel_ui, job_ui};

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;
use std::path::PathBuf;

use crate::message::{FailedFile, ImportProgress, ImportReport, JobId, Request};

use super::link::Link;
use super::text;

/// An import under way.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: JobId,
    pub progress: ImportProgress,
    pub is_cancelling: bool,
}

#[derive(Default)]
pub struct ImportState {
    pub is_open: bool,
    /// What stands in the path field.
    path_text: String,
    /// The path field takes the focus at the next frame.
    wants_focus: bool,
    pub jobs: Vec<Job>,
    pub dialog: Option<Dialog>,
    last: Option<ImportReport>,
    /// `Some` while the list is shown.
    pub failures: Option<Vec<FailedFile>>,
    was_asked: bool,
}

impl ImportState {
    /// Opens the panel, ready for a path to be typed, or closes it.
    pub fn toggle(&mut self) {
        self.is_open = !self.is_open;
        self.wants_focus = self.is_open;
    }

    /// Whether an error stopped an import before it did anything: what there is
    /// to say the engine has said then.
    pub fn has_failed(report: &ImportReport) -> bool {
        let ImportReport {
            added,
            updated,
            missing,
            stopped,
            ..
        } = report;
        stopped.is_some() && added + updated + missing == 0
    }

    pub fn import(&mut self, paths: Vec<PathBuf>, link: &mut Link) {
        if paths.is_empty() {
            return;
        }
        self.last = None;
        self.was_asked = true;
        link.send(Request::Import { paths });
    }

    /// Whether the person asked for any import.
    pub fn was_asked(&self) -> bool {
        self.was_asked
    }

    /// Tries the failed files again.
    pub fn retry(&mut self, link: &mut Link) {
        self.was_asked = true;
        link.send(Request::RetryFailures);
    }

    /// Brings back what was taken out of the library.
    pub fn bring_back(&mut self, paths: Vec<PathBuf>, link: &mut Link) {
        self.last = None;
        self.was_asked = true;
        link.send(Request::BringBack { paths });
    }

    pub fn started(&mut self, id: JobId) {
        if self.jobs.iter().all(|job| job.id != id) {
            self.jobs.push(Job {
                id,
                progress: ImportProgress::default(),
                is_cancelling: false,
            });
        }
    }

    pub fn progressed(&mut self, id: JobId, progress: ImportProgress) {
        self.started(id);
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            job.progress = progress;
        }
    }

    pub fn finished(&mut self, id: JobId, report: ImportReport, link: &mut Link) {
        let has_failed = Self::has_failed(&report);
        self.jobs.retain(|job| job.id != id);
        // What is listed may have changed.
        if self.failures.is_some() {
            link.send(Request::ListFailures);
        }
        self.last = (!has_failed).then_some(report);
    }

    pub fn cancel(&mut self, id: JobId, link: &mut Link) {
        if let Some(job) = self.jobs.iter_mut().find(|job| job.id == id) {
            job.is_cancelling = true;
            link.send(Request::Cancel { job: id });
        }
    }

    /// The engine stopped: nothing is under way.
    pub fn abandon(&mut self) {
        self.jobs.clear();
    }

    /// The path as typed, made a path: spaces and quotes around it removed, `~`
    /// made the home folder. `None` for an empty field.
    pub fn typed_path(&self) -> Option<PathBuf> {
        typed_path(&self.path_text, std::env::var_os("HOME").map(PathBuf::from))
    }
}

/// What was typed or pasted as a path; `home` is what `~` stands for.
pub fn typed_path(typed: &str, home: Option<PathBuf>) -> Option<PathBuf> {
    let mut typed = typed.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = typed
            .strip_prefix(quote)
            .and_then(|it| it.strip_suffix(quote))
        {
            typed = inner;
        }
    }
    if let Some(address) = typed.strip_prefix("file://") {
        let path = address.strip_prefix("localhost").unwrap_or(address);
        return (!path.is_empty()).then(|| decoded(path));
    }
    if typed.is_empty() {
        return None;
    }
    match (typed.strip_prefix('~'), home) {
        (Some(""), Some(home)) => Some(home),
        (Some(rest), Some(home)) if rest.starts_with('/') => {
            Some(home.join(rest.trim_start_matches('/')))
        }
        _ => Some(PathBuf::from(typed)),
    }
}

/// The path of a `file:` address: `%20` is a space. A sign that no two hexadecimal
/// digits follow stands for itself.
fn decoded(path: &str) -> PathBuf {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .filter(|it| first == b'%' && it.iter().all(u8::is_ascii_hexdigit))
            .and_then(|it| std::str::from_utf8(it).ok())
            .and_then(|it| u8::from_str_radix(it, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    PathBuf::from(OsString::from_vec(bytes))
}

/// `120 of 391 files, 45 files/s, 6 s left, 2 failed`
pub fn progress_text(progress: &ImportProgress) -> String {
    let ImportProgress {
        num_done,
        num_found,
        is_counted,
        num_failed,
        files_per_sec,
        secs_left,
        current: _,
    } = progress;
    let mut parts = Vec::new();
    if *is_counted {
        parts.push(text::import_panel::done_of(*num_done, *num_found));
    } else {
        parts.push(text::import_panel::done_so_far(*num_done, *num_found));
    }
    if *files_per_sec > 0.0 {
        parts.push(text::import_panel::files_per_sec(*files_per_sec));
    }
    if let Some(secs_left) = secs_left {
        parts.push(text::import_panel::time_left(*secs_left));
    }
    if *num_failed > 0 {
        parts.push(text::import_panel::failed(*num_failed));
    }
    parts.join(", ")
}

/// `Imported: 12 added, 3 updated, 391 unchanged in 4.2 s`
pub fn report_text(report: &ImportReport) -> String {
    let ImportReport {
        added,
        updated,
        unchanged,
        missing,
        failed,
        skipped,
        num_taken_out,
        taken_out: _,
        notes,
        seconds,
        cancelled,
        stopped,
    } = report;
    let mut parts = vec![text::import_panel::added(*added)];
    let num_failed = failed.len() as u64;
    let more = [
        (*updated, text::import_panel::updated(*updated)),
        (*unchanged, text::import_panel::unchanged(*unchanged)),
        (*missing, text::import_panel::missing(*missing)),
        (num_failed, text::import_panel::failed(num_failed)),
    ];
    parts.extend(more.into_iter().filter(|it| it.0 > 0).map(|it| it.1));
    let start = if stopped.is_some() {
        text::import_panel::STOPPED_BY_AN_ERROR
    } else if *cancelled {
        text::import_panel::CANCELLED
    } else {
        text::import_panel::IMPORTED
    };
    let mut said = text::import_panel::report(start, &parts.join(", "), *seconds);
    if *num_taken_out > 0 {
        said += &text::import_panel::taken_out(*num_taken_out);
    }
    if *skipped > 0 {
        said += &text::import_panel::skipped(*skipped);
    }
    for note in notes {
        said += "; ";
        said += &note.text;
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::channel;

    #[test]
    fn paths_are_read_as_people_paste_them() {
        let home = Some(PathBuf::from("/home/me"));
        let cases = [
            ("  ", None),
            (" /a b/c ", Some("/a b/c")),
            ("\"/a b\"", Some("/a b")),
            ("~", Some("/home/me")),
            ("~/Pictures", Some("/home/me/Pictures")),
            ("~other/x", Some("~other/x")),
            ("file:///mnt", Some("/mnt")),
            ("file://", None),
            (
                "file:///tmp/My%20Pictures/50%",
                Some("/tmp/My Pictures/50%"),
            ),
            ("file://localhost/%E7%8C%AB%2g", Some("/猫%2g")),
            ("/tmp/100%20", Some("/tmp/100%20")),
        ];
        for (typed, expected) in cases {
            assert_eq!(
                typed_path(typed, home.clone()),
                expected.map(PathBuf::from),
                "{typed:?}"
            );
        }
    }

    #[test]
    fn progress_says_only_what_is_known() {
        let mut progress = ImportProgress {
            num_done: 120,
            num_found: 3391,
            ..ImportProgress::default()
        };
        assert_eq!(progress_text(&progress), "120 of 3,391 files so far");
        progress.is_counted = true;
        progress.files_per_sec = 44.6;
        progress.secs_left = Some(71.0);
        progress.num_failed = 2;
        assert_eq!(
            progress_text(&progress),
            "120 of 3,391 files, 45 files/s, 71 s left, 2 failed"
        );
    }

    #[test]
    fn an_import_that_failed_says_so_and_what_it_brought() {
        let mut report = ImportReport {
            added: 64,
            seconds: 1.5,
            ..ImportReport::default()
        };
        assert_eq!(report_text(&report), "Imported: 64 added in 1.5 s");
        report.stopped = Some("the disk is full".to_owned());
        assert_eq!(
            report_text(&report),
            "Stopped by an error: 64 added in 1.5 s"
        );
    }

    #[test]
    fn a_job_is_cancelled_once_it_is_known() {
        let (window, engine) = channel();
        let mut link = Link::new(window);
        let mut import = ImportState::default();
        import.cancel(JobId(1), &mut link);
        assert_eq!(engine.requests.len(), 0);
        import.progressed(JobId(1), ImportProgress::default());
        import.cancel(JobId(1), &mut link);
        assert!(matches!(
            engine.requests.try_recv(),
            Ok(Request::Cancel { job: JobId(1) })
        ));
        import.finished(JobId(1), ImportReport::default(), &mut link);
        assert!(import.jobs.is_empty());
    }

    #[test]
    fn a_job_that_failed_has_nothing_to_report() {
        let (window, _engine) = channel();
        let mut link = Link::new(window);
        let mut import = ImportState::default();
        let stopped = ImportReport {
            stopped: Some("the disk is full".to_owned()),
            ..ImportReport::default()
        };
        import.started(JobId(1));
        import.finished(JobId(1), stopped.clone(), &mut link);
        assert_eq!(import.last, None);
        let stopped_midway = ImportReport {
            added: 64,
            ..stopped
        };
        import.started(JobId(2));
        import.finished(JobId(2), stopped_midway.clone(), &mut link);
        assert_eq!(import.last, Some(stopped_midway));
        let cancelled = ImportReport {
            cancelled: true,
            ..ImportReport::default()
        };
        import.started(JobId(3));
        import.cancel(JobId(3), &mut link);
        import.finished(JobId(3), cancelled.clone(), &mut link);
        assert_eq!(import.last, Some(cancelled));
    }
}
