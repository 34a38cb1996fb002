//! Byte permits: taken before anything large is allocated, given back on drop.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// For how long a limit that is too low now may rise again.
const PATIENCE: Duration = Duration::from_secs(5);

/// A bounded number of bytes that may be in use at once.
///
/// Who waits is served in order, so that many small wishes never starve a large
/// one. For the same reason nobody may wait for a permit while holding another
/// of the same pool. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Permits {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Debug)]
struct State {
    limit: u64,
    /// What the limit may come to again: who fits below this waits a while.
    cap: u64,
    used: u64,
    peak: u64,
    /// Tickets of those who wait, the first come first.
    waiting: VecDeque<u64>,
    num_tickets: u64,
}

/// A place in the queue, given up when dropped.
struct Ticket<'a> {
    shared: &'a Shared,
    number: u64,
}

/// Bytes that may be allocated while this lives.
#[derive(Debug)]
pub struct Permit {
    shared: Arc<Shared>,
    bytes: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PermitError {
    #[error(
        "needs {} MB of memory, more than the {} MB allowed for it; raise picture_memory_mb or \
         memory_budget_mb in the settings",
        .wanted.div_ceil(1 << 20), .limit >> 20
    )]
    TooLarge { wanted: u64, limit: u64 },
    #[error(
        "the index of embeddings needs {} MB of memory, and the memory budget of {} MB leaves {} MB \
         for it; raise memory_budget_mb, or choose a smaller similarity_index, in the settings",
        .wanted.div_ceil(1 << 20), .budget >> 20, .room >> 20
    )]
    NoRoom { wanted: u64, room: u64, budget: u64 },
    #[error("cancelled while waiting for memory")]
    Cancelled,
    #[error("no memory is free inside the limit now")]
    Busy,
}

impl Permits {
    /// At most `limit` bytes at once.
    pub fn new(limit: u64) -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(State {
                    limit,
                    cap: limit,
                    used: 0,
                    peak: 0,
                    waiting: VecDeque::new(),
                    num_tickets: 0,
                }),
                freed: Condvar::new(),
            }),
        }
    }

    /// Waits until `bytes` are free and all who came before have theirs; asks
    /// `is_cancelled` ten times a second.
    pub fn acquire(
        &self,
        bytes: u64,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Permit, PermitError> {
        // Dropped after the lock below, which it takes itself.
        let ticket = Ticket::take(&self.shared);
        let mut state = self.shared.lock();
        let patience = Instant::now() + PATIENCE;
        loop {
            let has_hope = bytes <= state.cap && Instant::now() < patience;
            if bytes > state.limit && !has_hope {
                let limit = state.limit;
                return Err(PermitError::TooLarge {
                    wanted: bytes,
                    limit,
                });
            }
            let is_first = state.waiting.front() == Some(&ticket.number);
            if is_first && state.used + bytes <= state.limit {
                return Ok(self.grant(&mut state, bytes));
            }
            if is_cancelled() {
                return Err(PermitError::Cancelled);
            }
            state = match self
                .shared
                .freed
                .wait_timeout(state, Duration::from_millis(100))
            {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
    }

    /// Like [`Self::acquire`], but never waits, nor passes those who do.
    pub fn try_acquire(&self, bytes: u64) -> Result<Permit, PermitError> {
        let mut state = self.shared.lock();
        if bytes > state.limit {
            let limit = state.limit;
            return Err(PermitError::TooLarge {
                wanted: bytes,
                limit,
            });
        }
        if !state.waiting.is_empty() || state.used + bytes > state.limit {
            return Err(PermitError::Busy);
        }
        Ok(self.grant(&mut state, bytes))
    }

    fn grant(&self, state: &mut State, bytes: u64) -> Permit {
        state.used += bytes;
        state.peak = state.peak.max(state.used);
        Permit {
            shared: self.shared.clone(),
            bytes,
        }
    }

    pub fn limit(&self) -> u64 {
        self.shared.lock().limit
    }

    /// At most `limit` bytes at once from now on. What is in use stays in use;
    /// who waits for more than that is refused after some seconds, in which a
    /// limit that is low for a moment may rise again.
    pub fn set_limit(&self, limit: u64) {
        self.shared.lock().limit = limit;
        self.shared.freed.notify_all();
    }

    /// The most that [`Self::set_limit`] will ever set.
    pub fn set_cap(&self, cap: u64) {
        self.shared.lock().cap = cap;
        self.shared.freed.notify_all();
    }

    pub fn used(&self) -> u64 {
        self.shared.lock().used
    }

    /// The most that was ever in use at once.
    pub fn peak(&self) -> u64 {
        self.shared.lock().peak
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<'a> Ticket<'a> {
    fn take(shared: &'a Shared) -> Self {
        let mut state = shared.lock();
        let number = state.num_tickets;
        state.num_tickets += 1;
        state.waiting.push_back(number);
        Self { shared, number }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        self.shared.lock().waiting.retain(|it| *it != self.number);
        // Whoever is first now may go on.
        self.shared.freed.notify_all();
    }
}

impl Permit {
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// A permit of its own for `bytes` of it, or for as many as there are.
    #[must_use]
    pub fn split(&mut self, bytes: u64) -> Self {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        Self {
            shared: self.shared.clone(),
            bytes,
        }
    }

    /// Keeps only `bytes` of it, and gives the rest back.
    pub fn shrink_to(&mut self, bytes: u64) {
        let surplus = self.bytes.saturating_sub(bytes);
        self.bytes -= surplus;
        self.shared.lock().used -= surplus;
        self.shared.freed.notify_all();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.shared.lock().used -= self.bytes;
        self.shared.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_comes_back_when_dropped() {
        let permits = Permits::new(100);
        let first = permits.try_acquire(70).unwrap();
        assert_eq!(permits.try_acquire(40).unwrap_err(), PermitError::Busy);
        drop(first);
        assert_eq!(permits.try_acquire(40).unwrap().bytes(), 40);
        assert_eq!((permits.used(), permits.peak()), (0, 70));
    }

    #[test]
    fn a_part_of_a_permit_is_given_back_by_itself() {
        let permits = Permits::new(100);
        let mut whole = permits.try_acquire(70).unwrap();
        let part = whole.split(30);
        assert_eq!((whole.bytes(), part.bytes(), permits.used()), (40, 30, 70));
        drop(whole);
        assert_eq!(permits.used(), 30);
        drop(part);
        assert_eq!(permits.used(), 0);
    }

    #[test]
    fn what_can_never_fit_is_refused_at_once() {
        let permits = Permits::new(100);
        let refused = permits.acquire(101, &|| false).unwrap_err();
        assert!(matches!(refused, PermitError::TooLarge { wanted: 101, .. }));
    }

    #[test]
    fn waiting_ends_when_cancelled_or_freed() {
        let permits = Permits::new(10);
        let mut held = permits.try_acquire(10).unwrap();
        assert_eq!(
            permits.acquire(5, &|| true).unwrap_err(),
            PermitError::Cancelled
        );
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| permits.acquire(5, &|| false).map(|it| it.bytes()));
            held.shrink_to(4);
            assert_eq!(waiter.join().unwrap(), Ok(5));
        });
    }

    #[test]
    fn a_limit_that_is_low_for_a_moment_refuses_nobody() {
        let permits = Permits::new(10);
        permits.set_limit(2);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| permits.acquire(8, &|| false).map(|it| it.bytes()));
            await_waiting(&permits, 1);
            permits.set_limit(9);
            assert_eq!(waiting.join().unwrap(), Ok(8));
        });
    }

    /// Waits until so many wait for `permits`.
    fn await_waiting(permits: &Permits, num: usize) {
        while permits.shared.lock().waiting.len() != num {
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_large_wish_is_not_passed_by_small_ones() {
        let permits = Permits::new(10);
        let held = permits.try_acquire(4).unwrap();
        let order = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for (num_waiting, bytes) in (1..).zip([10, 3, 2]) {
                let (permits, order) = (&permits, &order);
                scope.spawn(move || {
                    let permit = permits.acquire(bytes, &|| false).unwrap();
                    order.lock().unwrap().push(permit.bytes());
                });
                await_waiting(permits, num_waiting);
            }
            // There is room for the small ones, but it is not their turn.
            std::thread::sleep(Duration::from_millis(150));
            assert_eq!(permits.used(), 4);
            assert_eq!(permits.try_acquire(1).unwrap_err(), PermitError::Busy);
            drop(held);
        });
        assert_eq!(order.into_inner().unwrap()[0], 10);
        assert_eq!(permits.used(), 0);
    }

    #[test]
    fn a_new_limit_holds_at_once() {
        let permits = Permits::new(10);
        let held = permits.try_acquire(8).unwrap();
        permits.set_limit(4);
        assert_eq!(permits.try_acquire(1).unwrap_err(), PermitError::Busy);
        drop(held);
        assert!(permits.try_acquire(5).is_err());
        let held = permits.try_acquire(4).unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| permits.acquire(3, &|| false).map(|it| it.bytes()));
            await_waiting(&permits, 1);
            permits.set_cap(2);
            permits.set_limit(2);
            let refused = waiting.join().unwrap();
            assert_eq!(
                refused,
                Err(PermitError::TooLarge {
                    wanted: 3,
                    limit: 2
                })
            );
        });
        permits.set_limit(20);
        assert_eq!(permits.try_acquire(16).unwrap().bytes(), 16);
        drop(held);
    }

    #[test]
    fn who_gives_up_waiting_lets_the_next_one_in() {
        let permits = Permits::new(10);
        let held = permits.try_acquire(4).unwrap();
        let is_cancelled = std::sync::atomic::AtomicBool::new(false);
        let cancelled = || is_cancelled.load(std::sync::atomic::Ordering::Relaxed);
        std::thread::scope(|scope| {
            let large = scope.spawn(|| permits.acquire(10, &cancelled).map(|it| it.bytes()));
            await_waiting(&permits, 1);
            let small = scope.spawn(|| permits.acquire(6, &|| false).map(|it| it.bytes()));
            await_waiting(&permits, 2);
            is_cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(large.join().unwrap(), Err(PermitError::Cancelled));
            assert_eq!(small.join().unwrap(), Ok(6));
        });
        // One that can never fit leaves no place behind either.
        assert!(permits.acquire(11, &|| false).is_err());
        drop(held);
        assert_eq!(permits.try_acquire(10).unwrap().bytes(), 10);
    }
}
