//! The list of libraries that this person opened: a file of its own, in no library.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::message::{KnownLibrary, PlaceEvent};

use super::Context;

/// Older ones are forgotten.
const MAX_LIBRARIES: usize = 20;

/// Puts one at the top of the list, but for those that can't be found now: they may
/// lie on a disk that comes back.
pub(super) fn remember(context: &Context, path: PathBuf) {
    change(context, |list| {
        list.retain(|it| *it != path);
        let num_missing = list.iter().take_while(|it| !it.is_dir()).count();
        list.insert(num_missing, path);
        list.truncate(MAX_LIBRARIES);
    });
}

pub(super) fn forget(context: &Context, path: &Path) {
    change(context, |list| list.retain(|it| it != path));
}

pub(super) fn tell(context: &Context) {
    let Some(file) = &context.recent else {
        return;
    };
    let known = read(file).into_iter().map(|path| KnownLibrary {
        is_missing: !path.is_dir(),
        path,
    });
    context.tell(PlaceEvent::Libraries(known.collect()));
}

fn change(context: &Context, change: impl FnOnce(&mut Vec<PathBuf>)) {
    let Some(file) = &context.recent else {
        return;
    };
    let mut list = read(file);
    let before = list.clone();
    change(&mut list);
    if list != before
        && let Err(err) = write(file, &list)
    {
        tracing::warn!(%err, file = %file.display(), "the list of libraries is not kept");
    }
}

/// Empty where there is none, or where it can't be read: it is made anew then.
fn read(file: &Path) -> Vec<PathBuf> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|err| {
            tracing::warn!(%err, file = %file.display(), "the list of libraries is damaged");
            Vec::new()
        }),
        Err(err) if err.kind() == ErrorKind::NotFound => Vec::new(),
        Err(err) => {
            tracing::warn!(%err, file = %file.display(), "the list of libraries can't be read");
            Vec::new()
        }
    }
}

fn write(file: &Path, list: &[PathBuf]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Others that can't be written as text are not remembered.
    let list: Vec<&str> = list.iter().filter_map(|it| it.to_str()).collect();
    let new = file.with_extension("new");
    std::fs::write(&new, serde_json::to_vec_pretty(&list)?)?;
    std::fs::rename(&new, file)
}
