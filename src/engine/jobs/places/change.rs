//! Taking folders out of the library, and following one that was moved.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::library::{Changes, KnownFile, LibraryError, Reader, Writer};
use crate::memory::figures;
use crate::message::{Fate, PlaceChange, PlaceEvent};

use super::super::News;
use super::Context;

/// Files in one transaction.
const BATCH: usize = 512;

/// Files read at a time.
const PAGE: u32 = 256;

/// Between two tellings of how far it is.
const INTERVAL: Duration = Duration::from_millis(200);

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
            // First of all, so that no import meanwhile brings files back.
            writer.remove_root(root).map_err(fail)?;
            let what = format!("Taking out {}", root.display());
            let out = TakeOut::new(context, &reader, &what).map_err(fail)?;
            let num = out.run(&mut writer, root, *fate)?;
            Ok(Done::told(told(root, num, *fate)))
        }
        PlaceChange::Exclude { folder, fate } => {
            writer.exclude_folder(folder, true).map_err(fail)?;
            let what = format!("Excluding {}", folder.display());
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

fn told(folder: &Path, num_files: u64, fate: Fate) -> String {
    let num = figures::count(num_files);
    let folder = folder.display();
    match fate {
        Fate::Stay => format!("{folder} is out: {num} files count as missing, their posts stay"),
        Fate::Leave => format!("{folder} is out: {num} files are forgotten"),
    }
}

/// Takes the files of a folder out of the library.
struct TakeOut<'a> {
    context: &'a Context,
    reader: &'a Reader,
    what: &'a str,
    /// Folders that are imported: what is in one of them stays.
    covering: Vec<PathBuf>,
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
            num_done: 0,
            num_seen: 0,
            told: Instant::now(),
        })
    }

    /// Returns how many files it was.
    fn run(mut self, writer: &mut Writer, folder: &Path, fate: Fate) -> Result<u64, String> {
        let fail = |err: LibraryError| err.to_string();
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
                if waiting.len() >= BATCH {
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
        if self.context.is_cancelled() {
            return Err(format!(
                "Stopped after {} of {} files; what was done stays",
                figures::count(self.num_done),
                figures::count(num_all)
            ));
        }
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

/// Looks at the new place for each file, and has the paths follow, some hundred files in
/// a transaction. Where it ends half-way, for whatever reason, both folders are
/// imported, each with its part of the files; asked for again, it goes on.
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
    let mut moving = Moving {
        context,
        reader,
        from,
        to: &to,
        folders: reader.folders_below(from).map_err(fail)?,
        waiting: Vec::new(),
        num_done: 0,
        num_there: 0,
        told: Instant::now(),
    };
    let num_all = moving.num_all();
    if num_all > 0 && !moving.is_any_there()? {
        return Err(format!(
            "None of the {} files of {} is in {}; nothing was changed. Choose the folder that \
             has the same folders in it",
            figures::count(num_all),
            from.display(),
            to.display()
        ));
    }
    writer.begin_move(from, &to).map_err(fail)?;
    moving.run(writer)?;
    writer.end_move(from).map_err(fail)?;
    let num_there = moving.num_there;
    let num_gone = num_all - num_there;
    let gone = match num_gone {
        0 => String::new(),
        num => format!(
            "; {} are not there and count as missing",
            figures::count(num)
        ),
    };
    Ok(Done {
        text: format!(
            "{} is {} now, with {} files{gone}",
            from.display(),
            to.display(),
            figures::count(num_there)
        ),
        // What is new there, and what changed.
        import: Some(to),
    })
}

/// Files on their way from one folder to another.
struct Moving<'a> {
    context: &'a Context,
    reader: &'a Reader,
    from: &'a Path,
    to: &'a Path,
    /// Those of the old place, with how many files lie in each.
    folders: Vec<(PathBuf, u64)>,
    /// By their old paths; whether they are missing at the new place.
    waiting: Vec<(PathBuf, bool)>,
    num_done: u64,
    num_there: u64,
    told: Instant,
}

impl Moving<'_> {
    fn num_all(&self) -> u64 {
        self.folders.iter().map(|it| it.1).sum()
    }

    /// Whether any of the files is at the new place: the first that is ends the search.
    fn is_any_there(&mut self) -> Result<bool, String> {
        let mut num_seen = 0;
        let what = format!("Looking for the files in {}", self.to.display());
        for at in 0..self.folders.len() {
            let mut last = None;
            while let Some(page) = self.page(at, &mut last)? {
                if self.context.is_cancelled() {
                    return Err("Stopped; nothing was changed".to_owned());
                }
                if page.iter().any(|it| self.is_there(&it.path)) {
                    return Ok(true);
                }
                num_seen += page.len() as u64;
                self.tell(&what, num_seen);
            }
        }
        Ok(false)
    }

    fn run(&mut self, writer: &mut Writer) -> Result<(), String> {
        let what = format!("Moving {} to {}", self.from.display(), self.to.display());
        for at in 0..self.folders.len() {
            let mut last = None;
            while let Some(page) = self.page(at, &mut last)? {
                for file in page {
                    let is_there = self.is_there(&file.path);
                    self.num_there += u64::from(is_there);
                    self.waiting.push((file.path, !is_there));
                }
                if self.waiting.len() >= BATCH {
                    self.commit(writer)?;
                    self.tell(&what, self.num_done);
                }
            }
        }
        self.commit(writer)
    }

    fn commit(&mut self, writer: &mut Writer) -> Result<(), String> {
        if self.context.is_cancelled() {
            return Err(format!(
                "Stopped after {} of {} files, which are in {} now; the others are where they \
                 were. Say again that {} was moved there to go on",
                figures::count(self.num_done),
                figures::count(self.num_all()),
                self.to.display(),
                self.from.display()
            ));
        }
        let changes = writer
            .move_files(self.from, self.to, &self.waiting)
            .map_err(|err| err.to_string())?;
        // Fails only where the engine has stopped.
        let _ = self.context.news.send(News::EditCommitted(changes));
        self.num_done += self.waiting.len() as u64;
        self.waiting.clear();
        Ok(())
    }

    /// Some files of folder `at` that come after `last`; `None` where there are no more.
    fn page(
        &self,
        at: usize,
        last: &mut Option<PathBuf>,
    ) -> Result<Option<Vec<KnownFile>>, String> {
        let Some((folder, _)) = self.folders.get(at) else {
            return Ok(None);
        };
        let page = self.reader.files_in(folder, last.as_deref(), PAGE);
        let page = page.map_err(|err| err.to_string())?;
        let Some(end) = page.last() else {
            return Ok(None);
        };
        *last = Some(end.path.clone());
        Ok(Some(page))
    }

    fn is_there(&self, path: &Path) -> bool {
        let below = path.strip_prefix(self.from);
        below.is_ok_and(|it| self.to.join(it).is_file())
    }

    fn tell(&mut self, what: &str, num_done: u64) {
        if self.told.elapsed() >= INTERVAL {
            self.told = Instant::now();
            self.context.tell(PlaceEvent::Progress {
                what: what.to_owned(),
                num_done,
                num_all: self.num_all(),
            });
        }
    }
}
