//! Taking folders out of the library, and following one that was moved.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::library::{Changes, KnownFile, LibraryError, Reader, Writer};
use crate::memory::figures;
use crate::message::{Fate, PlaceChange, PlaceEvent};

use super::super::News;
use super::moving::Moving;
use super::{Context, INTERVAL, PAGE, files};

/// What a change did.
pub(super) struct Done {
    /// In words.
    pub text: String,
    /// To be imported then.
    pub import: Option<PathBuf>,
}

impl Done {
    fn told(text: String) -> Self {
        Self { text, import: None }
    }
}

pub(super) fn carry_out(context: &Context, change: &PlaceChange) -> Result<Done, String> {
    let fail = |err: LibraryError| err.to_string();
    let reader = context.library.reader("places").map_err(fail)?;
    let mut writer = context.library.writer().map_err(fail)?;
    match change {
        PlaceChange::RemoveRoot { root, fate } => {
            let what = format!("Taking out {}", root.display());
            let mut out = TakeOut::new(context, &reader, &what).map_err(fail)?;
            out.covering.retain(|it| it != root);
            out.rest = Some(root);
            let num = out.run(&mut writer, root, *fate)?;
            // Last, so that what is cut off is listed as what it is, and can go on.
            writer.remove_root(root).map_err(fail)?;
            // What an import brought until then.
            out.rest = None;
            let num = num + out.run(&mut writer, root, *fate)?;
            Ok(Done::told(told(root, num, *fate)))
        }
        PlaceChange::Exclude { folder, fate } => {
            writer.exclude_folder(folder, true).map_err(fail)?;
            let what = format!("Leaving out {}", folder.display());
            let mut out = TakeOut::new(context, &reader, &what).map_err(fail)?;
            // It is out whatever lies around it.
            out.covering.retain(|it| it.starts_with(folder));
            let num = out.run(&mut writer, folder, *fate)?;
            Ok(Done::told(told(folder, num, *fate)))
        }
        PlaceChange::Include { folder } => {
            writer.exclude_folder(folder, false).map_err(fail)?;
            Ok(Done {
                text: format!("{} is imported again", folder.display()),
                import: folder.is_dir().then(|| folder.clone()),
            })
        }
        PlaceChange::Move { from, to } => follow(context, &reader, &mut writer, from, to),
    }
}

/// What became of the files of a folder that was taken out.
pub(super) fn told(folder: &Path, num_files: u64, fate: Fate) -> String {
    let num = figures::count(num_files);
    let folder = folder.display();
    match (fate, num_files) {
        (Fate::Stay, 1) => format!("{folder} is out: 1 file counts as missing, its post stays"),
        (Fate::Stay, _) => {
            format!("{folder} is out: {num} files count as missing, their posts stay")
        }
        (Fate::Leave, 1) => format!("{folder} is out: 1 file is forgotten"),
        (Fate::Leave, _) => format!("{folder} is out: {num} files are forgotten"),
    }
}

/// Takes the files of a folder out of the library.
struct TakeOut<'a> {
    context: &'a Context,
    reader: &'a Reader,
    what: &'a str,
    /// Folders that are imported: what is in one of them stays.
    covering: Vec<PathBuf>,
    /// The root that is still one where this is stopped.
    rest: Option<&'a Path>,
    num_done: u64,
    /// With those that stay.
    num_seen: u64,
    told: Instant,
}

impl<'a> TakeOut<'a> {
    fn new(context: &'a Context, reader: &'a Reader, what: &'a str) -> Result<Self, LibraryError> {
        let covering = reader.root_folders()?;
        Ok(Self {
            context,
            reader,
            what,
            covering,
            rest: None,
            num_done: 0,
            num_seen: 0,
            told: Instant::now(),
        })
    }

    /// Returns how many files it was.
    fn run(&mut self, writer: &mut Writer, folder: &Path, fate: Fate) -> Result<u64, String> {
        let fail = |err: LibraryError| err.to_string();
        (self.num_done, self.num_seen) = (0, 0);
        let folders = self.reader.folders_below(folder).map_err(fail)?;
        let num_all = folders.iter().map(|it| it.1).sum::<u64>();
        let mut waiting = Vec::new();
        // What was imported may be a single file.
        let itself = self.reader.known_file(folder).map_err(fail)?;
        waiting.extend(itself.filter(|it| self.is_due(it, fate)).map(|it| it.path));
        for (folder, _) in folders {
            let mut last = None;
            loop {
                let page = self.reader.files_in(&folder, last.as_deref(), PAGE);
                let page = page.map_err(fail)?;
                let Some(end) = page.last() else {
                    break;
                };
                last = Some(end.path.clone());
                self.num_seen += page.len() as u64;
                let due = page.into_iter().filter(|it| self.is_due(it, fate));
                waiting.extend(due.map(|it| it.path));
                // Not all are: what stays takes its time too.
                self.go_on(num_all)?;
                self.tell(num_all);
                if waiting.len() >= self.context.batch {
                    self.take_out(writer, &std::mem::take(&mut waiting), fate, num_all)?;
                }
            }
        }
        self.take_out(writer, &waiting, fate, num_all)?;
        Ok(self.num_done)
    }

    /// A transaction.
    fn take_out(
        &mut self,
        writer: &mut Writer,
        paths: &[PathBuf],
        fate: Fate,
        num_all: u64,
    ) -> Result<(), String> {
        self.go_on(num_all)?;
        if paths.is_empty() {
            return Ok(());
        }
        let changes = match fate {
            Fate::Stay => writer.mark_missing(paths, true),
            Fate::Leave => writer.forget_files(paths),
        };
        self.committed(changes.map_err(|err| err.to_string())?);
        self.num_done += paths.len() as u64;
        self.tell(num_all);
        Ok(())
    }

    /// Fails where it is to stop.
    fn go_on(&self, num_all: u64) -> Result<(), String> {
        if self.context.is_cancelled() {
            let rest = match self.rest {
                Some(root) => format!(
                    ", and {} is still in the library with the others; take it out again to go on",
                    root.display()
                ),
                None => String::new(),
            };
            return Err(format!(
                "Stopped after {} of {}; what was done stays{rest}",
                figures::count(self.num_done),
                files(num_all)
            ));
        }
        Ok(())
    }

    /// Whether the file is still to be taken out.
    fn is_due(&self, file: &KnownFile, fate: Fate) -> bool {
        let is_done = fate == Fate::Stay && file.is_missing;
        let is_covered = self.covering.iter().any(|it| file.path.starts_with(it));
        !is_done && !is_covered
    }

    fn committed(&self, changes: Changes) {
        let _ = self.context.news.send(News::EditCommitted(changes));
    }

    fn tell(&mut self, num_all: u64) {
        if self.told.elapsed() >= INTERVAL {
            self.told = Instant::now();
            self.context.tell(PlaceEvent::Progress {
                what: self.what.to_owned(),
                num_done: self.num_seen,
                num_all,
            });
        }
    }
}

/// Looks at the new place for each file, and has the paths follow, a batch of files in
/// a transaction. Where it ends half-way, for whatever reason, both folders are
/// imported, each with its part of the files; asked for again, it goes on.
///
/// One folder may be inside of the other. What is in the new place already stays there.
fn follow(
    context: &Context,
    reader: &Reader,
    writer: &mut Writer,
    from: &Path,
    to: &Path,
) -> Result<Done, String> {
    let fail = |err: LibraryError| err.to_string();
    let to = to
        .canonicalize()
        .ok()
        .filter(|it| it.is_dir())
        .ok_or_else(|| {
            format!(
                "{} is no folder that can be read; choose where {} is now",
                to.display(),
                from.display()
            )
        })?;
    if to == from {
        return Err(format!("{} is where it was", from.display()));
    }
    let mut moving = Moving::new(context, reader, from, &to).map_err(fail)?;
    let has_begun = reader.root_folders().map_err(fail)?.contains(&to);
    if !moving.may_be(has_begun)? {
        let none = match moving.num_all() {
            1 => format!("The only file of {} is not", from.display()),
            num => format!(
                "None of the {} files of {} is",
                figures::count(num),
                from.display()
            ),
        };
        return Err(format!(
            "{none} in {}; nothing was changed. Choose the folder that has the same folders in it",
            to.display()
        ));
    }
    writer.begin_move(from, &to).map_err(fail)?;
    moving.run(writer)?;
    writer.end_move(from, &to).map_err(fail)?;
    let gone = match moving.num_missing {
        0 => String::new(),
        1 => "; 1 is not there and counts as missing".to_owned(),
        num => format!(
            "; {} are not there and count as missing",
            figures::count(num)
        ),
    };
    Ok(Done {
        text: format!(
            "{} is {} now, with {}{gone}",
            from.display(),
            to.display(),
            files(moving.num_there)
        ),
        // What is new there, and what changed.
        import: Some(to),
    })
}
