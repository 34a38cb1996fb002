//! Gives memory back, and says what came of it.

use crate::library;
use crate::memory::{self, Accounted as _, Action, Cache};
use crate::message::{Event, ReleaseReport};

use super::Core;

impl Core<'_> {
    /// Does `action`. Textures belong to the window, which trims its own.
    pub(super) fn release(&mut self, action: Action) {
        let before = memory::resident_bytes();
        let mut predicted_bytes = 0;
        match action {
            Action::ReleaseAll => {
                predicted_bytes += self.cache.get_mut().purge();
                predicted_bytes += self.shrink_sqlite();
            }
            Action::GiveBack(Cache::Sqlite) => predicted_bytes += self.shrink_sqlite(),
            Action::GiveBack(_) | Action::PurgeAllocator => {}
        }
        // Memory that a thread's caches keep comes back when the thread ends.
        if matches!(
            action,
            Action::ReleaseAll | Action::GiveBack(Cache::Thumbnails)
        ) {
            self.thumbs.rest();
        }
        memory::purge_all();
        self.publish();
        let after = memory::resident_bytes();
        self.outlet.tell(Event::Released(ReleaseReport {
            action,
            predicted_bytes,
            freed_bytes: before.cast_signed() - after.cast_signed(),
        }));
    }

    /// Page caches that are not in use; bytes given back.
    fn shrink_sqlite(&mut self) -> u64 {
        library::shrink_memory()
    }
}
