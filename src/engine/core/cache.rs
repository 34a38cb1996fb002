//! The tag cache that searches run on, and the one that is to replace it.

use crate::engine::jobs::CacheRenewal;
use crate::engine::tag_cache::TagCache;
use crate::library::Changes;

use super::backlog::Backlog;

/// Changes beyond the snapshot that are not worth writing a new one.
pub(super) const SMALL_CHANGE_BYTES: u64 = 64 << 10;

/// Changes beyond this, and beyond a part of the cache, are.
const MIN_CHANGE_BYTES: u64 = 1 << 20;
const CHANGE_SHARE: u64 = 16;

/// A cache and the commits that it is still to follow.
#[derive(Debug)]
struct Following {
    cache: TagCache,
    backlog: Backlog,
    /// The commit that it began with. One is heard of some time after it was
    /// made, so that a cache may have it already.
    base: u64,
}

impl Following {
    fn new(cache: TagCache) -> Self {
        Self {
            base: cache.commit_number(),
            cache,
            backlog: Backlog::default(),
        }
    }

    fn push(&mut self, changes: Changes) {
        if changes.commit > self.base {
            self.backlog.push(changes);
        }
    }
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
    /// It took the place of the one before, and finds the same.
    Replaced,
}

#[derive(Debug)]
pub(super) struct LiveCache {
    current: Following,
    /// The latest commit that was heard of.
    last_heard: u64,
    renewal: CacheRenewal,
    /// Commits heard of since the renewal began.
    since: Vec<Changes>,
    /// Replaces the current one once it has followed as far.
    next: Option<Following>,
    is_damaged: bool,
    /// After a renewal failed, the next one waits for so much to change.
    least_change_bytes: u64,
}

impl LiveCache {
    pub fn new(cache: TagCache, renewal: CacheRenewal) -> Self {
        Self {
            last_heard: cache.commit_number(),
            current: Following::new(cache),
            renewal,
            since: Vec::new(),
            next: None,
            is_damaged: false,
            least_change_bytes: 0,
        }
    }

    pub fn get(&self) -> &TagCache {
        &self.current.cache
    }

    pub fn get_mut(&mut self) -> &mut TagCache {
        &mut self.current.cache
    }

    /// The latest commit that was to be followed.
    pub fn last_heard(&self) -> u64 {
        self.last_heard
    }

    /// A commit is to be followed.
    pub fn push(&mut self, changes: Changes) {
        self.last_heard = self.last_heard.max(changes.commit);
        if self.renewal.is_running() {
            self.since.push(changes.clone());
        }
        if let Some(next) = &mut self.next {
            next.push(changes.clone());
        }
        self.current.push(changes);
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
                    return Followed::Replaced;
                }
            }
        }
        Followed::Unseen
    }

    /// The snapshot was found to be damaged: makes the next one of the tables.
    /// `false` where that was tried and failed.
    pub fn replace_damaged(&mut self) -> bool {
        self.is_damaged = true;
        match self.renew(false) {
            Ok(()) => self.renewal.is_running() || self.next.is_some(),
            Err(err) => {
                tracing::warn!(%err, "no thread for a snapshot of the tag cache can be started");
                false
            }
        }
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
        let change_bytes = cache.change_bytes();
        let is_due = cache.is_merge_due() || change_bytes > enough || self.is_damaged;
        if is_due && change_bytes >= self.least_change_bytes {
            self.since.clear();
            self.renewal.start(self.is_damaged)?;
            self.is_damaged = false;
        }
        Ok(())
    }

    /// A renewal ended; whether a cache came of it.
    pub fn renewed(&mut self, renewed: Result<Box<TagCache>, String>) -> bool {
        self.renewal.ended();
        let since = std::mem::take(&mut self.since);
        match renewed {
            Ok(cache) => {
                let mut next = Following::new(*cache);
                for changes in since {
                    next.push(changes);
                }
                self.next = Some(next);
                // All of it was read to be written, or came from the tables.
                self.is_damaged = false;
                self.least_change_bytes = 0;
                true
            }
            Err(reason) => {
                tracing::warn!(reason, "no new snapshot of the tag cache could be made");
                let change_bytes = self.current.cache.change_bytes();
                self.least_change_bytes = 2 * change_bytes.max(MIN_CHANGE_BYTES);
                false
            }
        }
    }

    pub fn into_renewal(self) -> CacheRenewal {
        self.renewal
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::engine::tag_cache::CacheStore;
    use crate::library::{Library, OpenOptions};
    use crate::model::{PostDraft, SourcePost, TagDraft};

    fn record(id: u64) -> PostDraft {
        let site = "test".to_owned();
        PostDraft {
            tags: vec![TagDraft {
                name: "a".to_owned(),
                ..Default::default()
            }],
            source_posts: vec![SourcePost { site, id }],
            ..Default::default()
        }
    }

    /// An empty library. What renewals tell is not listened to.
    fn open(dir: &Path) -> (Arc<Library>, CacheStore, LiveCache) {
        let library = Arc::new(Library::open(dir, &OpenOptions::default()).unwrap());
        let store = CacheStore::new(dir, false, 1 << 30);
        let (cache, _) = store.open(&library.reader("test").unwrap()).unwrap();
        let (news, _) = crossbeam_channel::bounded(1);
        let renewal = CacheRenewal::new(library.clone(), store.clone(), news);
        (library, store, LiveCache::new(cache, renewal))
    }

    /// A commit may be in the new snapshot before the engine hears of it.
    #[test]
    fn no_commit_is_followed_twice() {
        let dir = tempfile::tempdir().unwrap();
        let (library, store, mut live) = open(dir.path());
        let reader = library.reader("test").unwrap();
        let mut writer = library.writer().unwrap();
        let mut commit = |id| writer.write_batch(&[record(id)]).unwrap().1;

        live.push(commit(1));
        let heard_late = commit(2);
        let renewed = store.renew(&reader, false).unwrap();
        assert!(live.renewed(Ok(Box::new(renewed.cache))));
        live.push(heard_late);
        live.push(commit(3));
        let mut num_replaced = 0;
        loop {
            match live.follow() {
                Followed::Nothing => break,
                Followed::Replaced => num_replaced += 1,
                Followed::Visibly | Followed::Unseen => {}
            }
        }
        assert_eq!(num_replaced, 1);
        let cache = live.get();
        let tag = cache.tag_id("a").unwrap();
        assert_eq!((cache.count(tag), cache.num_references()), (3, 3));
        assert_eq!(cache.commit_number(), 3);
    }

    #[test]
    fn a_renewal_that_failed_is_not_tried_at_once_again() {
        let dir = tempfile::tempdir().unwrap();
        let (_library, _store, mut live) = open(dir.path());
        assert!(live.replace_damaged());
        assert!(!live.renewed(Err("the disk is full".to_owned())));
        assert!(!live.replace_damaged());
        live.renew(true).unwrap();
        assert!(!live.renewal.is_running());
    }
}
