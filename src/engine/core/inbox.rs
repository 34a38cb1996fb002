//! Requests that have come and are not answered yet; newer ones replace older
//! ones of the same question.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::mem::discriminant;

use crossbeam_channel::{Receiver, Select, TryRecvError};

use crate::message::Request;

/// The engine's end of the requests.
#[derive(Debug)]
pub(in crate::engine) struct Inbox {
    requests: Receiver<Request>,
    pending: RefCell<VecDeque<Request>>,
    is_closed: Cell<bool>,
}

impl Inbox {
    pub fn new(requests: Receiver<Request>) -> Self {
        Self {
            requests,
            pending: RefCell::default(),
            is_closed: Cell::new(false),
        }
    }

    /// The next request; [`Request::Shutdown`] where the window is gone.
    pub fn pop(&self) -> Option<Request> {
        self.pull();
        let next = self.pending.borrow_mut().pop_front();
        if next.is_none() && self.is_closed.get() {
            return Some(Request::Shutdown);
        }
        next
    }

    /// Whether anything waits to be answered.
    pub fn has_waiting(&self) -> bool {
        self.pull();
        self.is_closed.get() || !self.pending.borrow().is_empty()
    }

    /// Whether the search that runs now is no longer of use.
    pub fn has_newer_search(&self) -> bool {
        self.pull();
        self.is_closed.get()
            || self
                .pending
                .borrow()
                .iter()
                .any(|it| matches!(it, Request::Search { .. } | Request::Shutdown))
    }

    /// Makes `select` ready when a request comes, or the window goes.
    pub fn watch<'a>(&'a self, select: &mut Select<'a>) {
        select.recv(&self.requests);
    }

    fn pull(&self) {
        loop {
            match self.requests.try_recv() {
                Ok(request) => self.push(request),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.is_closed.set(true);
                    return;
                }
            }
        }
    }

    fn push(&self, request: Request) {
        let mut pending = self.pending.borrow_mut();
        if let Request::Show(newer) = &request
            && newer.replaces_older()
        {
            let kind = discriminant(newer);
            pending.retain(|it| !matches!(it, Request::Show(older) if discriminant(older) == kind));
        } else if let Request::Tagging(newer) = &request {
            let kind = discriminant(newer);
            pending
                .retain(|it| !matches!(it, Request::Tagging(older) if discriminant(older) == kind));
        } else if is_replaced_by_newer(&request) {
            let kind = discriminant(&request);
            pending.retain(|it| discriminant(it) != kind);
        }
        pending.push_back(request);
    }
}

/// Whether only the newest of its kind matters.
fn is_replaced_by_newer(request: &Request) -> bool {
    match request {
        Request::Search { .. }
        | Request::Complete { .. }
        | Request::Thumbnails { .. }
        | Request::LargerThumbnails { .. }
        | Request::OpenPost { .. }
        | Request::Picture { .. }
        | Request::ListFailures
        | Request::ListSearches
        | Request::FindSimilar { .. }
        | Request::WatchSimilarity { .. }
        | Request::FindDuplicates { .. }
        | Request::Marks { .. }
        | Request::Measure { .. }
        | Request::CountTags { .. }
        | Request::WatchMemory { .. } => true,
        Request::Places(_) | Request::Tagging(_) => false,
        Request::Import { .. }
        | Request::RetryFailures
        | Request::BringBack { .. }
        | Request::Cancel { .. }
        | Request::SaveSearch { .. }
        | Request::RemoveSavedSearch { .. }
        | Request::RenameSavedSearch { .. }
        | Request::RememberSearch { .. }
        | Request::ForgetHistory
        | Request::Release { .. }
        | Request::GaveBack { .. }
        | Request::SetBudget(_)
        | Request::SetCap { .. }
        | Request::Embed(_)
        | Request::Index(_)
        | Request::StopDuplicates
        | Request::Duplicates(_)
        | Request::Edit(_)
        | Request::Show(_)
        | Request::Describe { .. }
        | Request::Settings(_)
        | Request::Shutdown => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Generation;
    use crate::model::PostId;

    fn search(generation: u64) -> Request {
        Request::Search {
            generation: Generation(generation),
            query: String::new(),
            seed: 0,
        }
    }

    fn inbox() -> (crossbeam_channel::Sender<Request>, Inbox) {
        let (sender, receiver) = crossbeam_channel::bounded(64);
        (sender, Inbox::new(receiver))
    }

    #[test]
    fn the_newest_search_and_list_win() {
        let (sender, inbox) = inbox();
        for number in 1..=3 {
            sender.send(search(number)).unwrap();
            let wanted = vec![PostId(number as u32)];
            sender.send(Request::Thumbnails { wanted }).unwrap();
        }
        let first = inbox.pop();
        assert!(
            matches!(first, Some(Request::Search { generation, .. }) if generation.0 == 3),
            "{first:?}"
        );
        let second = inbox.pop();
        assert!(
            matches!(&second, Some(Request::Thumbnails { wanted }) if wanted == &[PostId(3)]),
            "{second:?}"
        );
        assert!(inbox.pop().is_none());
    }

    #[test]
    fn imports_are_all_kept_in_order() {
        let (sender, inbox) = inbox();
        for number in 0..3 {
            let paths = vec![format!("/{number}").into()];
            sender.send(Request::Import { paths }).unwrap();
        }
        let mut got = Vec::new();
        while let Some(Request::Import { paths }) = inbox.pop() {
            got.extend(paths);
        }
        assert_eq!(got, ["/0", "/1", "/2"].map(std::path::PathBuf::from));
    }

    #[test]
    fn a_running_search_is_superseded_by_a_newer_one_only() {
        let (sender, inbox) = inbox();
        sender.send(search(1)).unwrap();
        assert!(matches!(inbox.pop(), Some(Request::Search { .. })));
        assert!(!inbox.has_newer_search());
        sender.send(Request::ListFailures).unwrap();
        assert!(!inbox.has_newer_search());
        sender.send(search(2)).unwrap();
        assert!(inbox.has_newer_search());
        // Nothing that came meanwhile is lost.
        assert!(matches!(inbox.pop(), Some(Request::ListFailures)));
        assert!(matches!(inbox.pop(), Some(Request::Search { .. })));
    }

    #[test]
    fn a_window_that_is_gone_shuts_down_after_its_last_request() {
        let (sender, inbox) = inbox();
        sender.send(Request::RetryFailures).unwrap();
        drop(sender);
        assert!(matches!(inbox.pop(), Some(Request::RetryFailures)));
        assert!(inbox.has_newer_search());
        assert!(matches!(inbox.pop(), Some(Request::Shutdown)));
    }
}
