//! Permits for indexes of embeddings: bytes that are granted before an index is
//! loaded or built, and counted as long as it stays.
//!
//! They come out of what pictures may take. Without a budget all is granted: then
//! the settings bound what each may take by itself.

use std::time::{Duration, Instant};

use super::{Budget, LEAST_PICTURES, PermitError, State};

/// An index so small works in any budget, all of them together; bytes.
const LEAST_INDEXES: u64 = 4 << 20;

/// Between two looks at whether there is room.
const LOOK: Duration = Duration::from_millis(50);

/// Where nothing is decoded and the room stays as it is for so long, there will be no
/// more: caches were given back, and that was measured.
const REST: Duration = Duration::from_secs(2);

/// Who asks for the memory of an index.
pub struct IndexAsker<'a> {
    /// Nobody waits for the index any more.
    pub is_cancelled: &'a dyn Fn() -> bool,
    /// Called once where there is no room, with the bytes that are missing: caches
    /// may be given back.
    pub make_room: &'a mut dyn FnMut(u64),
    /// How long room is waited for.
    pub patience: Duration,
}

/// Bytes that an index may take while this lives.
#[derive(Debug)]
pub struct IndexPermit {
    budget: Budget,
    bytes: u64,
}

impl Budget {
    /// Waits until `bytes` are free for an index. Pictures that are being decoded are
    /// waited for; others get what is left.
    pub fn acquire_index(
        &self,
        bytes: u64,
        asker: &mut IndexAsker<'_>,
    ) -> Result<IndexPermit, PermitError> {
        let patience = Instant::now() + asker.patience;
        let mut was_asked = false;
        // What may still make room moves.
        let (mut room_before, mut still_since) = (0, Instant::now());
        self.lock().num_indexes_waiting += 1;
        let waiting = Waiting { budget: self };
        let refuse = |room: u64| PermitError::NoRoom {
            wanted: bytes,
            room,
            budget: self.wish().limit_bytes.unwrap_or(u64::MAX),
        };
        let room = loop {
            let room = {
                let mut state = self.lock();
                let room = state.room_for_indexes();
                if bytes <= room {
                    self.change_indexes(&mut state, bytes, 0);
                    break room;
                }
                room
            };
            if (asker.is_cancelled)() {
                return Err(PermitError::Cancelled);
            }
            if Instant::now() >= patience || self.is_beyond(bytes) {
                return Err(refuse(room));
            }
            if !was_asked {
                was_asked = true;
                (asker.make_room)(bytes - room);
            }
            std::thread::sleep(LOOK);
            if room != room_before || self.pictures.used() > 0 {
                (room_before, still_since) = (room, Instant::now());
            } else if still_since.elapsed() > REST {
                return Err(refuse(room));
            }
        };
        let permit = IndexPermit {
            budget: self.clone(),
            bytes,
        };
        // What was granted to pictures before is given back by and by.
        while self.pictures.used() > self.pictures.limit() {
            if (asker.is_cancelled)() {
                return Err(PermitError::Cancelled);
            }
            if Instant::now() >= patience {
                let held = self.pictures.used() - self.pictures.limit();
                return Err(refuse(room.saturating_sub(held)));
            }
            std::thread::sleep(LOOK);
        }
        drop(waiting);
        Ok(permit)
    }

    /// Whether no cache that is given back could make room for so much.
    fn is_beyond(&self, bytes: u64) -> bool {
        let limit = self.lock().wish.limit_bytes;
        limit.is_some_and(|it| bytes >= it)
    }

    /// Granted to indexes, bytes.
    pub fn index_bytes(&self) -> u64 {
        self.lock().indexes_used
    }

    /// Grants `more` to indexes, and takes `less` back.
    fn change_indexes(&self, state: &mut State, more: u64, less: u64) {
        state.indexes_used = (state.indexes_used + more).saturating_sub(less);
        if let Some(rest) = &mut state.rest {
            *rest = (*rest + less).saturating_sub(more);
            let limit = super::pictures_share(*rest, state.caps);
            if self.pictures.limit() != limit {
                self.pictures.set_limit(limit);
            }
        }
    }
}

impl State {
    /// What may be granted to one more index, bytes.
    fn room_for_indexes(&self) -> u64 {
        let Some(rest) = self.rest else {
            return u64::MAX;
        };
        let least = LEAST_INDEXES.saturating_sub(self.indexes_used);
        rest.saturating_sub(LEAST_PICTURES.min(self.caps.pictures))
            .max(least)
    }
}

impl IndexPermit {
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The index takes so many bytes now.
    pub fn set(&mut self, bytes: u64) {
        let mut state = self.budget.lock();
        self.budget.change_indexes(&mut state, bytes, self.bytes);
        drop(state);
        self.bytes = bytes;
    }
}

impl Drop for IndexPermit {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        self.budget.change_indexes(&mut state, 0, self.bytes);
    }
}

/// Somebody waits for an index, until this is dropped.
struct Waiting<'a> {
    budget: &'a Budget,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.num_indexes_waiting = state.num_indexes_waiting.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{BudgetWish, Caps, Usage};
    use super::*;

    const MB: u64 = 1 << 20;

    const CAPS: Caps = Caps {
        pictures: 192 * MB,
        thumbnails: 8 * MB,
        textures: 16 * MB,
    };

    /// A budget of 128 MB of which 40 are taken.
    fn budget() -> Budget {
        let wish = BudgetWish {
            limit_bytes: Some(128 * MB),
            ..BudgetWish::default()
        };
        let budget = Budget::new(wish, CAPS);
        budget.adapt(usage(40 * MB, 0));
        budget
    }

    fn usage(app_bytes: u64, index_arena_bytes: u64) -> Usage {
        Usage {
            app_bytes,
            index_arena_bytes,
            ..Usage::default()
        }
    }

    fn ask(budget: &Budget, bytes: u64, patience_ms: u64) -> Result<IndexPermit, PermitError> {
        budget.acquire_index(
            bytes,
            &mut IndexAsker {
                is_cancelled: &|| false,
                make_room: &mut |_| {},
                patience: Duration::from_millis(patience_ms),
            },
        )
    }

    #[test]
    fn an_index_takes_from_pictures_and_gives_back() {
        let budget = budget();
        let before = budget.pictures().limit();
        let permit = ask(&budget, 30 * MB, 0).unwrap();
        assert_eq!(budget.pictures().limit(), before - 30 * MB);
        assert_eq!(budget.index_bytes(), 30 * MB);
        // Measured or not yet, it counts once.
        for resident in [0, 30 * MB] {
            budget.adapt(usage(40 * MB + resident, resident));
            let limit = budget.pictures().limit();
            assert!(limit.abs_diff(before - 30 * MB) <= 12 * MB, "{limit}");
            let promised = limit + budget.thumbnails().limit() + budget.textures_limit();
            assert!(40 * MB + 30 * MB + promised <= 128 * MB, "{promised}");
        }
        drop(permit);
        budget.adapt(usage(40 * MB, 0));
        assert_eq!(budget.pictures().limit(), before);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_names_the_budget() {
        let budget = budget();
        let err = ask(&budget, 100 * MB, 0).unwrap_err();
        let text = err.to_string();
        assert!(text.contains("100 MB") && text.contains("128 MB"), "{text}");
        assert!(text.contains("memory_budget_mb"), "{text}");
        assert_eq!(budget.index_bytes(), 0);
        // More than all of it is not waited for.
        let start = Instant::now();
        assert!(ask(&budget, 129 * MB, 60_000).is_err());
        assert!(start.elapsed() < Duration::from_secs(30));
        assert!(!budget.is_busy());
    }

    #[test]
    fn a_small_index_works_in_any_budget() {
        let budget = budget();
        budget.adapt(usage(200 * MB, 0));
        let first = ask(&budget, 3 * MB, 0).unwrap();
        assert!(
            ask(&budget, 3 * MB, 0).is_err(),
            "together they are not small"
        );
        drop(first);
        ask(&budget, 3 * MB, 0).unwrap();
    }

    #[test]
    fn caches_that_go_make_room() {
        let budget = budget();
        budget.adapt(usage(90 * MB, 0));
        let mut missing = Vec::new();
        let permit = budget.acquire_index(
            40 * MB,
            &mut IndexAsker {
                is_cancelled: &|| false,
                make_room: &mut |bytes| {
                    missing.push(bytes);
                    assert!(budget.is_busy());
                    budget.adapt(usage(40 * MB, 0));
                },
                patience: Duration::from_secs(60),
            },
        );
        assert_eq!(permit.unwrap().bytes(), 40 * MB);
        assert_eq!(missing.len(), 1);
        assert!(missing[0] > 0 && missing[0] <= 40 * MB, "{missing:?}");
    }

    #[test]
    fn pictures_under_way_are_waited_for_and_waiting_can_be_cancelled() {
        let budget = budget();
        let limit = budget.pictures().limit();
        let held = budget.pictures().try_acquire(limit).unwrap();
        let cancelled = budget.acquire_index(
            20 * MB,
            &mut IndexAsker {
                is_cancelled: &|| true,
                make_room: &mut |_| {},
                patience: Duration::from_secs(60),
            },
        );
        assert_eq!(cancelled.unwrap_err(), PermitError::Cancelled);
        assert_eq!(budget.pictures().limit(), limit, "nothing stays granted");
        assert!(ask(&budget, 20 * MB, 0).is_err());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| ask(&budget, 20 * MB, 60_000).map(|it| it.bytes()));
            while budget.index_bytes() == 0 {
                std::thread::yield_now();
            }
            // The next picture has to do with less at once.
            assert!(budget.pictures().try_acquire(limit).is_err());
            drop(held);
            assert_eq!(waiting.join().unwrap(), Ok(20 * MB));
        });
    }

    #[test]
    fn without_a_budget_all_is_granted() {
        let budget = Budget::new(BudgetWish::default(), CAPS);
        let mut permit = ask(&budget, 900 * MB, 0).unwrap();
        assert_eq!(budget.pictures().limit(), CAPS.pictures);
        permit.set(20 * MB);
        assert_eq!(budget.index_bytes(), 20 * MB);
    }
}
