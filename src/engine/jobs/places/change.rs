//! Taking folders out of the library, and following one that was moved.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::library::{Changes, LibraryError, Reader, Writer};
use crate::memory::figures;
use crate::message::{Fate, PlaceChange, PlaceEvent};

use super::super::News;
use super::Context;

/// Files in one transaction.
const BATCH: usize = 512;

/// Files that are listed before they are changed: at about a hundred bytes each, a
/// few MB.
const LISTED: usize = 64 * BATCH;

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
            told: Instant::now(),
        })
    }

    /// Returns how many files it was.
    fn run(mut self, writer: &mut Writer, folder: &Path, fate: Fate) -> Result<u64, String> {
        loop {
            let (paths, num_all) = self.listed(folder, fate).map_err(|err| err.to_string())?;
            if paths.is_empty() {
                return Ok(self.num_done);
            }
            let num_all = self.num_done + num_all;
            for paths in paths.chunks(BATCH) {
                if self.context.is_cancelled() {
                    return Err(format!(
                        "Stopped after {} of {} files; what was done stays",
                        figures::count(self.num_done),
                        figures::count(num_all)
                    ));
                }
                let changes = match fate {
                    Fate::Stay => writer.mark_missing(paths, true),
                    Fate::Leave => writer.forget_files(paths),
                };
                self.committed(changes.map_err(|err| err.to_string())?);
                self.num_done += paths.len() as u64;
                self.tell(num_all);
            }
        }
    }

    fn committed(&self, changes: Changes) {
        let _ = self.context.news.send(News::EditCommitted(changes));
    }

    fn tell(&mut self, num_all: u64) {
        if self.told.elapsed() >= INTERVAL {
            self.told = Instant::now();
            self.context.tell(PlaceEvent::Progress {
                what: self.what.to_owned(),
                num_done: self.num_done,
                num_all,
            });
        }
    }

    /// Files that are still to be taken out, as many as are listed at once, and how
    /// many there are.
    fn listed(&self, folder: &Path, fate: Fate) -> Result<(Vec<PathBuf>, u64), LibraryError> {
        let mut paths = Vec::new();
        let mut num_all = 0;
        self.reader.for_each_known_file(folder, &mut |file| {
            let is_done = fate == Fate::Stay && file.is_missing;
            let is_covered = self.covering.iter().any(|it| file.path.starts_with(it));
            if is_done || is_covered {
                return;
            }
            num_all += 1;
            if paths.len() < LISTED {
                paths.push(file.path);
            }
        })?;
        Ok((paths, num_all))
    }
}

/// Looks at the new place for each file, and has the paths follow.
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
    let mut num_all = 0;
    let mut num_there = 0;
    let mut turned = Vec::new();
    let mut told = Instant::now();
    reader
        .for_each_known_file(from, &mut |file| {
            if context.is_cancelled() {
                return;
            }
            num_all += 1;
            let Ok(below) = file.path.strip_prefix(from) else {
                return;
            };
            let is_there = to.join(below).is_file();
            num_there += u64::from(is_there);
            if file.is_missing == is_there {
                turned.push((file.path, !is_there));
            }
            if told.elapsed() >= INTERVAL {
                told = Instant::now();
                context.tell(PlaceEvent::Progress {
                    what: format!("Looking for the files in {}", to.display()),
                    num_done: num_all,
                    num_all: 0,
                });
            }
        })
        .map_err(fail)?;
    if context.is_cancelled() {
        return Err("Stopped; nothing was changed".to_owned());
    }
    if num_there == 0 && num_all > 0 {
        return Err(format!(
            "None of the {} files of {} is in {}; nothing was changed. Choose the folder that \
             has the same folders in it",
            figures::count(num_all),
            from.display(),
            to.display()
        ));
    }
    let changes = writer.move_folder(from, &to, &turned).map_err(fail)?;
    let _ = context.news.send(News::EditCommitted(changes));
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
