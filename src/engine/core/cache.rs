//! The tag cache that searches run on, and the one that is to replace it.

use crate::engine::jobs::CacheRenewal;
use crate::engine::tag_cache::TagCache;
use crate::library::Changes;

use super::backlog::Backlog;

/// Changes beyond the snapshot that are not worth writing a new one.
const SMALL_CHANGE_BYTES: u64 = 64 << 10;

/// Changes beyond this, and beyond a part of the cache, are.
const MIN_CHANGE_BYTES: u64 = 1 << 20;
const CHANGE_SHARE: u64 = 16;

/// A cache and the commits that it is still to follow.
#[derive(Debug, Default)]
struct Following {
    cache: TagCache,
    backlog: Backlog,
}

/// What a slice of following did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    /// Nothing is left to be followed.
    Nothing,
    /// Searches find more, or less.
    Visibly,
    /// Only the cache that is to come went on.
    Unseen,
}

#[derive(Debug)]
pub(super) struct LiveCache {
    current: Following,
    renewal: CacheRenewal,
    /// Commits heard of since the renewal began.
    since: Vec<Changes>,
    /// Replaces the current one once it has followed as far.
    next: Option<Following>,
    is_damaged: bool,
}

impl LiveCache {
    pub fn new(cache: TagCache, renewal: CacheRenewal) -> Self {
        Self {
            current: Following {
                cache,
                backlog: Backlog::default(),
            },
            renewal,
            since: Vec::new(),
            next: None,
            is_damaged: false,
        }
    }

    pub fn get(&self) -> &TagCache {
        &self.current.cache
    }

    pub fn get_mut(&mut self) -> &mut TagCache {
        &mut self.current.cache
    }

    /// A commit is to be followed.
    pub fn push(&mut self, changes: Changes) {
        if self.renewal.is_running() {
            self.since.push(changes.clone());
        }
        if let Some(next) = &mut self.next {
            next.backlog.push(changes.clone());
        }
        self.current.backlog.push(changes);
    }

    pub fn is_behind(&self) -> bool {
        !self.current.backlog.is_empty() || self.next.is_some()
    }

    /// Nothing is left to follow for the cache that searches run on.
    pub fn is_up_to_date(&self) -> bool {
        self.current.backlog.is_empty()
    }

    /// Follows a slice of what is to be followed.
    pub fn follow(&mut self) -> Followed {
        let Self { current, next, .. } = self;
        if let Some(changes) = current.backlog.pop() {
            current.cache.apply(&changes);
            return Followed::Visibly;
        }
        let Some(following) = next else {
            return Followed::Nothing;
        };
        match following.backlog.pop() {
            Some(changes) => following.cache.apply(&changes),
            None => {
                if let Some(next) = next.take() {
                    *current = next;
                }
            }
        }
        Followed::Unseen
    }

    /// A snapshot was found to be damaged: the next one is made of the tables.
    pub fn distrust(&mut self) {
        self.is_damaged = true;
    }

    /// Starts a renewal where so much changed that it pays, or, where nothing
    /// more is to come, where it pays for the next start.
    pub fn renew(&mut self, is_last: bool) -> std::io::Result<()> {
        if self.renewal.is_running() || self.next.is_some() {
            return Ok(());
        }
        let cache = &self.current.cache;
        let enough = if is_last {
            SMALL_CHANGE_BYTES
        } else {
            MIN_CHANGE_BYTES.max(cache.array_bytes() / CHANGE_SHARE)
        };
        let is_due = cache.is_merge_due() || cache.change_bytes() > enough;
        if is_due || self.is_damaged {
            self.since.clear();
            self.renewal.start(self.is_damaged)?;
            self.is_damaged = false;
        }
        Ok(())
    }

    /// A renewal ended.
    pub fn renewed(&mut self, renewed: Result<Box<TagCache>, String>) {
        self.renewal.ended();
        let since = std::mem::take(&mut self.since);
        match renewed {
            Ok(cache) => {
                let mut backlog = Backlog::default();
                let number = cache.commit_number();
                for changes in since.into_iter().filter(|it| it.commit > number) {
                    backlog.push(changes);
                }
                self.next = Some(Following {
                    cache: *cache,
                    backlog,
                });
            }
            Err(reason) => {
                tracing::warn!(reason, "no new snapshot of the tag cache could be made");
            }
        }
    }

    /// What a snapshot does not have yet is worth one.
    pub fn is_worth_a_snapshot(&self) -> bool {
        self.current.cache.change_bytes() > SMALL_CHANGE_BYTES
    }

    pub fn into_renewal(self) -> CacheRenewal {
        self.renewal
    }
}
